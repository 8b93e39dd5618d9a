"""The image of the Containerfile, without an engine: its steps run in folders in place of the image's."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_LINES = (ROOT / "Containerfile").read_text(encoding="utf-8").splitlines()
STEPS = [line.split(" ", 1) for line in _LINES if line and not line.startswith("#")]


def step(name):
    """What the last step of this name says."""
    return [rest for found, rest in STEPS if found == name][-1]


def context():
    """The files that .dockerignore lets through, of those that are tracked or new and not ignored by git."""
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    kept = [rule[1:] for rule in rules if rule.startswith("!")]
    command = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    return [name for name in names if name and any(fnmatch(name, one) or name.startswith(f"{one}/") for one in kept)]


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """The folder in place of the image's root, after every step; its commands are in `bin`."""
    root = tmp_path_factory.mktemp("image")
    for name in context():
        if (ROOT / name).is_file():
            place = root / "source" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, place)
    venv.create(root / "environment", with_pip=False, symlinks=True)
    place = root / "environment" / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    (place / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    (root / "tmp").mkdir()
    # Nothing is downloaded: what the build and we depend on is there.
    environment = {
        "PATH": f"{root / 'environment' / 'bin'}:{os.environ['PATH']}",
        "HOME": str(root / "root"),
        "PIP_NO_BUILD_ISOLATION": "false",
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_IGNORE_INSTALLED": "1",
    }
    for name, rest in STEPS:
        if name == "RUN":
            moved = re.sub(r"(?<= )/(?=source|wheels|tmp|root|work)", f"{root}/", rest)
            ended = subprocess.run(
                ["sh", "-c", moved], env=environment, cwd=root, capture_output=True, text=True, check=False
            )
            assert ended.returncode == 0, f"{moved}\n{ended.stdout}{ended.stderr}"
    return root


def run(image, folder, *arguments):
    """Call the image's entry point in a folder, in the environment that its steps give and no other."""
    given = dict(pair.split("=", 1) for name, rest in STEPS if name == "ENV" for pair in rest.split())
    command, *words = json.loads(step("ENTRYPOINT"))
    return subprocess.run(
        [image / "environment" / "bin" / command, *words, *arguments],
        cwd=folder,
        env={"PATH": f"{image / 'environment' / 'bin'}:/usr/bin:/bin", **given},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_image_holds_its_own_package_and_leaves_nothing_of_the_build(image):
    (found,) = image.glob("environment/lib/*/site-packages/orderproof/conformance/cli.py")
    compiled = list((found.parent / "checks" / "__pycache__").glob("test_*-pytest-*.pyc"))
    assert len(compiled) == len(list((found.parent / "checks").glob("test_*.py")))
    assert {path.name for path in image.iterdir()} <= {"source", "environment", "tmp", "root", "work"}
    assert list((image / "tmp").iterdir()) == []
    assert (image / "work").stat().st_mode & 0o7777 == 0o1777


def test_a_run_without_a_home_in_a_read_only_folder_writes_its_report_alone(image, tmp_path):
    folder, out = tmp_path / "work", tmp_path / "out"
    folder.mkdir(mode=0o555)
    before = sorted(image.rglob("*"))

    ended = run(image, folder, "run", "--rules", "GRA-1", "--out", str(out))

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "conforming: " in ended.stdout
    assert sorted(path.name for path in out.iterdir()) == ["report.html", "report.json"]
    assert list(folder.iterdir()) == []
    assert sorted(image.rglob("*")) == before


def test_the_image_has_no_root_and_says_how_it_is_used(image, tmp_path):
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", step("USER"))
    assert step("WORKDIR") == step("VOLUME") == "/work"

    ended = run(image, tmp_path, *json.loads(step("CMD")))

    assert (ended.returncode, ended.stdout.startswith("Usage: orderproof ")) == (0, True)
