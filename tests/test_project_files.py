"""The files around the project: those that other programs read keep their schemas, and the worked example works."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINNED = {
    canonicalize_name(name): version
    for name, version in re.findall(
        r"^([\w.-]+)==([^\s;]+)", (ROOT / "requirements-dev.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
}

SCHEMAS = {
    ".github/workflows/ci.yml": "vendor.github-workflows",
    ".github/ISSUE_TEMPLATE/wrong-verdict.yml": "vendor.github-issue-forms",
    ".github/ISSUE_TEMPLATE/bug.yml": "vendor.github-issue-forms",
    ".github/ISSUE_TEMPLATE/config.yml": "vendor.github-issue-config",
}


@pytest.mark.parametrize(("name", "schema"), SCHEMAS.items(), ids=list(SCHEMAS))
def test_a_file_for_the_forge_keeps_its_published_schema(name, schema):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(ROOT / name)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_every_file_for_the_forge_is_held_to_a_schema():
    found = {path.relative_to(ROOT).as_posix() for path in (ROOT / ".github").rglob("*.yml")}
    assert found == set(SCHEMAS)


def test_the_hooks_before_a_commit_are_a_configuration_of_pre_commit():
    command = [sys.executable, "-m", "pre_commit", "validate-config", str(ROOT / ".pre-commit-config.yaml")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_hooks_before_a_commit_run_what_the_development_group_installs():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    (repository,) = config["repos"]
    installed = {requirement.name for requirement in requirements(PROJECT["dependency-groups"], "dev")}
    assert repository["repo"] == "local"
    assert {hook["entry"].split()[0] for hook in repository["hooks"]} <= installed


def requirements(groups: dict[str, Any], name: str) -> set[Requirement]:
    """What a dependency group asks for, and the groups that it includes."""
    found = set()
    for entry in groups[name]:
        if isinstance(entry, dict):
            found |= requirements(groups, entry["include-group"])
        else:
            found.add(Requirement(entry))
    return found


def test_the_pinned_versions_are_such_as_the_project_asks_for():
    groups = PROJECT["dependency-groups"]
    asked = [*map(Requirement, PROJECT["project"]["dependencies"]), *requirements(groups, "dev")]
    assert asked
    for requirement in asked:
        version = PINNED.get(canonicalize_name(requirement.name))
        assert version, f"requirements-dev.txt does not pin {requirement.name}: make it anew, as its first line says"
        assert requirement.specifier.contains(version), f"requirements-dev.txt pins {requirement.name} to {version}"


def test_the_changelog_has_the_version_on_top():
    versions = re.findall(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    version = re.search(r'__version__ = "([^"]+)"', (ROOT / "src/orderproof/__init__.py").read_text())[1]
    assert versions[:2] == ["Unreleased", version]


def example() -> list[tuple[str, str, str]]:
    """What the worked example of CONTRIBUTING.md does to files: (append or replace, file, text)."""
    return re.findall(r"<!-- (append|replace): (\S+) -->\n```\w+\n(.*?)```", GUIDE, re.DOTALL)


def test_the_worked_example_of_a_rule_does_what_the_page_says(tmp_path):
    for name in ("spec", "strategies", "conformance", "reports"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    package = tmp_path / "src" / "orderproof"
    package.mkdir(parents=True)
    for path in (ROOT / "src" / "orderproof").glob("*.py"):
        shutil.copy(path, package)
    for name in ("spec", "strategies", "conformance", "reports"):
        (package / name).symlink_to(tmp_path / name)
    (replacement,) = re.findall(r"<!-- with -->\n```\w+\n(.*?)```", GUIDE, re.DOTALL)
    steps = example()
    assert [name for _, name, _ in steps] == [
        "spec/rules/grace-period.yaml",
        "spec/ledger.yaml",
        "conformance/checks/test_grace_period.py",
        "conformance/reference/faults/grace_period.py",
    ]
    for kind, name, text in steps:
        path = tmp_path / name
        before = path.read_text(encoding="utf-8")
        if kind == "replace":
            assert before.count(text) == 1
            path.write_text(before.replace(text, replacement), encoding="utf-8")
        else:
            path.write_text(f"{before}\n\n{text}" if name.endswith(".py") else before + text, encoding="utf-8")

    assert "still be canceled" in call(tmp_path, "rules", "explain", "GRA-19")
    assert "conforming: " in call(tmp_path, "run", "--rules", "GRA-19")
    proof = ["selftest", "--fault", "extension-ends-cancelability"]
    assert "1 fault, 0 escaped" in call(tmp_path, *proof)
    check = tmp_path / "conformance/checks/test_grace_period.py"
    kept = [line for line in check.read_text().splitlines() if "the order could be canceled before" not in line]
    check.write_text("\n".join(kept) + "\n")
    assert "not found by GRA-19" in call(tmp_path, *proof, code=1)


def call(folder, *arguments, code=0):
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    ended = subprocess.run(
        [sys.executable, "-m", "orderproof", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == code, ended.stdout + ended.stderr
    return ended.stdout
