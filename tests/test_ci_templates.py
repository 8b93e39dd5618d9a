"""The GitHub Action and the GitLab CI template: they keep their published schemas, and their scripts work."""

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.server import start
from tests.running import target_file

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
HEADER, JOBS = yaml.safe_load_all((ROOT / "templates" / "orderproof.yml").read_text(encoding="utf-8"))
GITHUB = {step["name"]: step for step in ACTION["runs"]["steps"]}
((GITLAB_NAME, GITLAB),) = JOBS.items()
GITHUB_JUDGE = GITHUB["Judge the server"]
(GITLAB_JUDGE,) = GITLAB["script"]
SCRIPTS = {
    "GitHub, install": GITHUB["Install orderproof"]["run"],
    "GitHub, judge": GITHUB_JUDGE["run"],
    "GitLab, install": GITLAB["before_script"][0],
    "GitLab, judge": GITLAB_JUDGE,
}
INPUT_OF_GITHUB = re.compile(r"\$\{\{ inputs\.([\w-]+) \}\}")
INPUT_OF_GITLAB = re.compile(r"\$\[\[ inputs\.([\w-]+) \]\]")


@pytest.mark.parametrize(
    ("schema", "document"),
    [("github-actions", ACTION), ("gitlab-ci", HEADER), ("gitlab-ci", JOBS)],
    ids=["action", "header", "jobs"],
)
def test_a_template_keeps_its_published_schema(schema, document, tmp_path):
    # The schema knows one document of a file; the header of a GitLab component is a document of its own.
    path = tmp_path / "template.yml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_takes_its_inputs_from_the_environment_alone_and_stops_at_the_first_error(name):
    assert SCRIPTS[name].startswith("set -euo pipefail\n")
    assert "${{" not in SCRIPTS[name]
    assert "$[[" not in SCRIPTS[name]
    subprocess.run(["bash", "-n", "-c", SCRIPTS[name]], check=True)


def test_every_input_is_used_and_every_used_one_is_there():
    assert set(INPUT_OF_GITHUB.findall((ROOT / "action.yml").read_text("utf-8"))) | {"upload-sarif"} == set(
        ACTION["inputs"]
    )
    assert set(INPUT_OF_GITLAB.findall(json.dumps(JOBS))) == set(HEADER["spec"]["inputs"])


def test_the_report_is_kept_whatever_the_verdict():
    for name in ("Keep the report", "Show findings as code scanning alerts"):
        assert GITHUB[name]["if"].startswith("always() && ")
    assert GITLAB["artifacts"]["when"] == "always"


def executable(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/usr/bin/env bash\n{text}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_the_action_installs_its_own_checkout_apart_from_the_job(tmp_path):
    log = tmp_path / "log"
    told = f'printf \'<%s>\' "${{0##*/}}" "$@" >> {log}'
    # The environment that the first command makes has a Python that tells what it is asked for, too.
    executable(tmp_path / "python", f'{told}; mkdir -p "$3/bin"; cp "$0" "$3/bin/python"')
    environment = {"PYTHON": str(tmp_path / "python"), "CHECKOUT": "/a b/$(c)", "ENVIRONMENT": str(tmp_path / "of it")}

    subprocess.run(["bash", "-c", SCRIPTS["GitHub, install"]], env=os.environ | environment, check=True, cwd=tmp_path)

    told = re.findall("<(.*?)>", log.read_text(encoding="utf-8"))
    quietly = ["--quiet", "--disable-pip-version-check"]
    assert told == [
        "python",
        "-m",
        "venv",
        f"{tmp_path}/of it",
        "python",
        "-m",
        "pip",
        "install",
        *quietly,
        "/a b/$(c)",
    ]


class Judging:
    """Runs the script of a template that judges, as a job of its CI server would; yields its exit code and folder."""

    def __init__(self, folder, is_github):
        self.folder, self.is_github = folder, is_github
        environment = folder / ".orderproof"
        executable(environment / "bin" / "python", f'exec {sys.executable} "$@"')
        executable(environment / "bin" / "orderproof", f'exec {sys.executable} -m orderproof "$@"')
        self.output = folder / "github-output"
        self.output.write_text("", encoding="utf-8")
        self.fixed = {"ENVIRONMENT": str(environment), "GITHUB_OUTPUT": str(self.output)}

    def __call__(self, **inputs):
        if self.is_github:
            values = {name: one.get("default", "") for name, one in ACTION["inputs"].items()}
            pattern, given, script = INPUT_OF_GITHUB, GITHUB_JUDGE["env"], GITHUB_JUDGE["run"]
        else:
            values = {name: one.get("default", "") for name, one in HEADER["spec"]["inputs"].items()}
            pattern, given, script = INPUT_OF_GITLAB, GITLAB["variables"], GITLAB_JUDGE
        values |= {name.replace("_", "-"): str(value) for name, value in inputs.items()}
        filled = {name: pattern.sub(lambda found: values[found[1]], text) for name, text in given.items()}
        self.ended = subprocess.run(
            # As GitHub's runner and GitLab's do it.
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.folder,
            env=os.environ | filled | self.fixed,
            capture_output=True,
            text=True,
            check=False,
        )
        return self.ended.returncode

    @property
    def record(self):
        return json.loads((self.folder / "orderproof-report" / "report.json").read_text(encoding="utf-8"))


@pytest.fixture(params=["GitHub", "GitLab"])
def judge(request, tmp_path):
    return Judging(tmp_path, request.param == "GitHub")


def test_a_broken_rule_ends_the_job_with_its_exit_code_and_leaves_every_report(judge):
    with start(choose(faults=["extends-by-10-minutes"])) as server:
        target_file(judge.folder, server.base_url, server.token, server.state_url)
        code = judge(target="target.yaml", args="--rules 'GRA-1' --out elsewhere")

    assert code == 1, judge.ended.stderr
    assert judge.record["verdict"] == "non-conforming"
    assert judge.record["selection"] == ["GRA-1"]
    written = {path.name for path in (judge.folder / "orderproof-report").iterdir()}
    if judge.is_github:
        assert written == {"report.json", "report.html", "junit.xml", "results.sarif"}
        assert judge.output.read_text("utf-8") == "report=orderproof-report\nverdict=non-conforming\n"
        assert "\n::error title=order API" in judge.ended.stdout
    else:
        assert written == {"report.json", "report.html", "junit.xml"}


@pytest.mark.parametrize(
    ("inputs", "wanted"),
    [
        ({"accept_partial": "true"}, ["--accept-partial"]),
        ({"accept_partial": "false"}, []),
        ({"accept_partial": "GRA-*,oms-unavailable"}, ["--accept-partial=GRA-*,oms-unavailable"]),
        ({"waivers": "our waivers.toml"}, ["--waivers", "our waivers.toml"]),
        ({"args": "-H 'X-A: b c'\n--seed 2", "out": "a b"}, ["-H", "X-A: b c", "--seed", "2", "--out", "a b"]),
        ({"base_url": "http://h/v0?a=$b&*"}, ["--", "http://h/v0?a=$b&*"]),
    ],
)
def test_every_input_becomes_an_option(judge, inputs, wanted):
    executable(judge.folder / ".orderproof" / "bin" / "orderproof", 'printf "<%s>" "$@"')

    assert judge(**{"target": "our target.yaml", **inputs}) == 0

    told = re.findall("<(.*?)>", judge.ended.stdout)
    assert told[0] == "run"
    assert told[told.index("--target") + 1] == "our target.yaml"
    assert [one for one in told if one in wanted] == wanted
    assert ("--accept-partial" in " ".join(told)) == any("--accept-partial" in one for one in wanted)


def test_the_token_of_the_action_goes_into_a_header(tmp_path):
    judge = Judging(tmp_path, is_github=True)
    executable(tmp_path / ".orderproof" / "bin" / "orderproof", 'printf "<%s>" "$@"')
    judge(base_url="http://h/v0", token="a b")
    assert "<--header><Authorization: Bearer a b>" in judge.ended.stdout


@pytest.mark.parametrize("args", ["", "--fault extends-by-10-minutes", "--rules GRA-1"])
def test_a_job_that_names_no_server_does_not_judge_our_own(judge, args):
    assert judge(args=args) == 2
    assert "give the input target (a target file) or base-url" in judge.ended.stdout + judge.ended.stderr
    assert not (judge.folder / "orderproof-report").exists()


@pytest.mark.parametrize("args", ["$(touch pwned) `touch pwned`; touch pwned", "'open", "--rules GRA-1 | touch pwned"])
def test_what_looks_like_a_command_in_an_input_is_none(judge, args):
    before = set(judge.folder.iterdir())
    assert judge(base_url="http://127.0.0.1:9/v0", args=args) != 0
    assert set(judge.folder.iterdir()) == before


def test_an_old_record_in_the_workspace_is_not_taken_for_that_of_the_job(tmp_path):
    judge = Judging(tmp_path, is_github=True)
    old = tmp_path / "orderproof-report" / "report.json"
    old.parent.mkdir()
    old.write_text('{"verdict": "conforming"}', encoding="utf-8")

    assert judge(base_url="http://127.0.0.1:9/v0", args="--no-such-option") == 2

    assert judge.output.read_text("utf-8") == ""
    assert not old.exists()
