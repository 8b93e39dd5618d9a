"""What is imported when: imports run one way, and quick commands do not pay for heavy packages."""

import ast
import importlib.metadata
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import conformance
import reports
import spec
import strategies
from reports.formats import FORMATS
from reports.record import write
from tests.records import all_kept, record

OURS = {"spec", "strategies", "conformance", "reports"}
FOLDERS = {package.__name__: Path(package.__path__[0]) for package in (spec, strategies, conformance, reports)}
HEAVY = (
    "pytest",
    "hypothesis",
    "rich",
    "starlette",
    "uvicorn",
    "schemathesis",
    "urllib3",
    "xdist",
    "jsonschema",
    "jinja2",
)


def modules(name: str) -> Iterator[tuple[str, Path]]:
    """Modules of a package, by dotted name."""
    top, *rest = name.split(".")
    for path in sorted(FOLDERS[top].joinpath(*rest).rglob("*.py")):
        parts = path.relative_to(FOLDERS[top].parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(path: Path) -> set[str]:
    """Dotted names that a module imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] in OURS}


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("spec", ("spec",)),
        ("strategies", ("strategies", "spec")),
        ("reports", ("reports", "spec")),
        ("conformance.reference", ("conformance.reference", "spec")),
    ],
)
def test_a_package_imports_only_what_it_rests_on(package, allowed):
    found = list(modules(package))
    assert found
    strays = {(name, used) for name, path in found for used in imports(path) if not within(used, *allowed)}
    assert strays == set()


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("conformance.checks", ("reports", "conformance.reference", "conformance.commands", "conformance.runner")),
        ("conformance.runner", ("spec", "conformance.api", "conformance.reference")),
    ],
)
def test_what_must_not_know_of_each_other_does_not(package, forbidden):
    found = [one for one in modules("conformance") if within(one[0], package)]
    assert found
    strays = {(name, used) for name, path in found for used in imports(path) if within(used, *forbidden)}
    assert strays == set()


def test_only_one_module_knows_schemathesis():
    users = {
        name
        for package in OURS
        for name, path in modules(package)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for used in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        if used.split(".")[0] == "schemathesis"
    }
    assert len(users) <= 1


SCRIPT = """
import sys
from conformance.cli import main
try:
    main(sys.argv[2:])
except SystemExit as ended:
    assert ended.code == 0, ended.code
print(*sorted(set(sys.argv[1].split(",")) & set(sys.modules)), file=sys.stderr)
"""


def test_quick_commands_import_nothing_heavy(tmp_path):
    write(record(all_kept()), tmp_path / "report.json")
    report = ["report", "report.json", *(f"--report={name}=-" for name in FORMATS if name not in ("html", "har"))]
    for arguments in (["--help"], ["--version"], ["run", "--help"], ["rules"], ["gate", "report.json"], report):
        ended = subprocess.run(
            [sys.executable, "-c", SCRIPT, ",".join(HEAVY), *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=True,
        )
        assert ended.stderr.split() == [], arguments


def test_the_version_is_that_of_the_distribution():
    assert importlib.metadata.version("orderproof") == conformance.__version__


def test_data_stands_beside_the_modules():
    assert json.loads(FOLDERS["reports"].joinpath("report.schema.json").read_text(encoding="utf-8"))
    for package in OURS:
        assert FOLDERS[package].joinpath("py.typed").exists() or package in ("spec", "strategies")
