"""What is installed, that it bears neighbours, and that quick commands do not pay for heavy packages."""

import importlib.metadata
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import orderproof
from orderproof.conformance.reference.server import start
from orderproof.reports.record import write
from tests.records import all_kept, record
from tests.running import target_file

REPOSITORY = Path(__file__).parent.parent
FOLDERS = ("spec", "strategies", "conformance", "reports")
HEAVY = (
    "pytest",
    "hypothesis",
    "rich",
    "starlette",
    "uvicorn",
    "schemathesis",
    "urllib3",
    "h11",
    "xdist",
    "jsonschema",
    "jinja2",
)


SCRIPT = """
import sys
from orderproof.conformance.cli import main
try:
    main(sys.argv[2:])
except SystemExit as ended:
    assert ended.code == 0, ended.code
print(*sorted(set(sys.argv[1].split(",")) & set(sys.modules)), file=sys.stderr)
"""


def test_quick_commands_import_nothing_heavy(tmp_path):
    write(record(all_kept()), tmp_path / "report.json")
    # `report` is none of them: it verifies the record first.
    for arguments in (["--help"], ["--version"], ["run", "--help"], ["rules"], ["gate", "report.json"]):
        ended = subprocess.run(
            [sys.executable, "-c", SCRIPT, ",".join(HEAVY), *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=True,
        )
        # Before it, gate says that a record of this version has no digest.
        assert ended.stderr.splitlines()[-1] == "", arguments


def test_a_run_imports_schemathesis_where_generated_requests_are_selected(tmp_path):
    for rule, imported in (("GRA-1", []), ("GRA-90", ["schemathesis"])):
        ended = subprocess.run(
            [sys.executable, "-c", SCRIPT, "schemathesis", "run", "--rules", rule, "--quiet"],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=True,
        )
        assert ended.stderr.split() == imported, rule


def test_the_version_is_that_of_the_distribution():
    assert importlib.metadata.version("orderproof") == orderproof.__version__


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_has_one_import_name_and_all_data(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"orderproof"}
    tracked = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", *FOLDERS],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert {f"orderproof/{name}" for name in tracked} <= set(names)
    assert "orderproof/py.typed" in names


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The folder of the commands of an environment of its own, with the wheel in it; it borrows what we depend on."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    arguments = ["--python", python, "install", "--no-deps", "--no-index", "--no-compile", wheel]
    subprocess.run([sys.executable, "-m", "pip", *arguments], check=True, capture_output=True)
    show = "import sysconfig; print(sysconfig.get_path('purelib'))"
    place = subprocess.run([python, "-c", show], check=True, capture_output=True, text=True).stdout.strip()
    Path(place, "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder / "bin"


@pytest.fixture
def neighbours(tmp_path):
    """A project whose own packages have the names of our folders, and cannot be imported."""
    for name in FOLDERS:
        tmp_path.joinpath(name).mkdir()
        tmp_path.joinpath(name, "__init__.py").write_text(f"raise RuntimeError('{name} of the project')\n")
    tmp_path.joinpath("test_own.py").write_text("def test_own():\n    assert True\n")
    return tmp_path


def test_pytest_of_a_project_with_packages_of_our_names_runs(installed, neighbours):
    ended = in_folder(neighbours, installed, "python", "-m", "pytest", "-q")
    assert (ended.returncode, "1 passed" in ended.stdout) == (0, True), ended.stdout + ended.stderr


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("command", [["python", "-m", "orderproof"], ["orderproof"]], ids=" ".join)
def test_a_run_beside_packages_of_our_names_judges(installed, neighbours, command, workers):
    with start() as server:
        target_file(
            neighbours, server.base_url, server.token, server.state_url, limits=f"limits: {{workers: {workers}}}"
        )
        ended = in_folder(neighbours, installed, *command, "run", "--target", "target.yaml", "--rules", "GRA-8")
    assert (ended.returncode, "conforming: " in ended.stdout) == (0, True), ended.stdout + ended.stderr


def in_folder(folder, commands, name, *arguments):
    """Run an installed command in a folder, which is importable too."""
    environment = {**os.environ, "PYTHONPATH": "."}
    return subprocess.run(
        [commands / name, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_bash_completes_commands_options_and_values(installed, tmp_path):
    script = """
        eval "$(_ORDERPROOF_COMPLETE=bash_source orderproof)"
        for line in "orderproof ga" "orderproof run --prof" "orderproof run --profile d"; do
            COMP_WORDS=($line); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()
            _orderproof_completion orderproof
            echo "${COMPREPLY[@]}"
        done
    """
    environment = {**os.environ, "PATH": f"{installed}:{os.environ['PATH']}"}
    ended = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert ended.stdout.splitlines() == ["gate", "--profile", "default deep"]
