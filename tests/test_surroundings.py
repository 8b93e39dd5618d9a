"""Only seed, profile and target decide what is sent: nothing in the folder or the environment of a run does."""

import json
import os
import re
import tempfile
from itertools import count
from pathlib import Path

import pytest

from orderproof.conformance.runner.surroundings import temporary_files_in
from tests.running import orderproof, rules

RULES = ("GRA-[1-5]", "CAN-9?", "HIS-4")
BROKEN = "raise RuntimeError('this belongs to the project')\n"
FILES = {
    "conftest.py": BROKEN,
    "sub/conftest.py": BROKEN,
    "pytest.ini": "[pytest]\naddopts = --no-such-option\n",
    "tox.ini": "[pytest]\naddopts = --no-such-option\n",
    "setup.cfg": "[tool:pytest]\naddopts = --no-such-option\n",
    "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--no-such-option'\n",
    "schemathesis.toml": "this is [ no TOML",
    "sub/hypothesis.py": BROKEN,
    "sub/pytest.py": BROKEN,
}
ENVIRONMENT = {
    "CI": "true",
    "GITHUB_ACTIONS": "true",
    "TEAMCITY_VERSION": "1",
    "PYTEST_ADDOPTS": "--no-such-option",
    "PYTEST_PLUGINS": "no_such_plugin",
    "PYTEST_XDIST_AUTO_NUM_WORKERS": "3",
    "HYPOTHESIS_PROFILE": "none",
    "HYPOTHESIS_EXPERIMENTAL_OBSERVABILITY": "1",
    "SCHEMATHESIS_HOOKS": "no_such_hooks",
    "WEB_CONCURRENCY": "3",
    "FORWARDED_ALLOW_IPS": "*",
}


# What the server that a run starts for itself makes up, each time anew: its port, and the ids of orders.
MADE_UP = re.compile(
    r"127\.0\.0\.1:\d+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{11,12}|[0-9a-f]{24}|-[0-9a-f]{12}", re.IGNORECASE
)


def sent(ran):
    """Every request of a run, byte for byte, where what the server made up is numbered as it appears.

    Answers are not compared, and races not at all: which of two simultaneous requests is refused is chance, and
    where none was, they are sent once more.
    """
    numbers = count()
    seen: dict[str, str] = {}
    keys = ("check", "method", "url", "request_headers", "request_body")
    exchanges = [one for one in ran.record["exchanges"] if not one["check"].startswith("test_races.py::")]
    requests = [[one[key] for key in keys] for one in exchanges]
    text = json.dumps(requests, indent=1)
    return MADE_UP.sub(lambda found: seen.setdefault(found[0], f"<{next(numbers)}>"), text).splitlines()


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    ran = orderproof(tmp_path_factory.mktemp("plain"), "run", *rules(*RULES))
    assert ran.code == 0, ran.out
    return sent(ran), ran.verdicts


def test_nothing_around_a_run_changes_what_it_sends(plain, tmp_path):
    folder = tmp_path / "sub"
    folder.mkdir()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    before = {path.name for path in folder.iterdir()}

    ran = orderproof(folder, "run", *rules(*RULES), **ENVIRONMENT)

    assert ran.code == 0, ran.err
    assert sent(ran) == plain[0]
    assert ran.verdicts == plain[1]
    assert {path.name for path in folder.iterdir()} - before == {"orderproof-report"}


def test_a_run_that_would_leave_out_assertions_is_refused(tmp_path):
    ran = orderproof(tmp_path, "run", "--rules", "GRA-1", PYTHONOPTIMIZE="1")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "-O leaves assertions out" in ran.err


def test_a_run_without_a_home_and_caches_judges(tmp_path):
    nowhere = {"HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent/cache"}
    ran = orderproof(tmp_path, "run", "--rules", "GRA-9?", **nowhere)
    assert ran.code == 0, ran.err
    assert {path.name for path in tmp_path.iterdir()} == {"orderproof-report"}


def test_where_no_folder_takes_temporary_files_that_of_the_report_does(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "nowhere")])
    monkeypatch.setattr(tempfile, "tempdir", None)

    with temporary_files_in(tmp_path):
        assert Path(tempfile.gettempdir()).parent == tmp_path
        assert tempfile.gettempdir() == os.environ["TMPDIR"]

    assert list(tmp_path.iterdir()) == []
    assert "TMPDIR" not in os.environ
    with pytest.raises(FileNotFoundError):
        tempfile.gettempdir()
