"""Whether a text is what its format says: by the published schema, or by what a real reader of it makes of it."""

import json
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import cmarkgfm
import jsonschema_rs
import junitparser
import xmlschema
from cmarkgfm.cmark import Options
from google.protobuf import json_format
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.v1 import resource_descriptor, statement, statement_pb2

from orderproof.reports import record as record_module

SCHEMAS = Path(__file__).with_name("schemas")
_REPORT_SCHEMA = Path(record_module.__file__).with_name("report.schema.json")
COLORS = {"brightgreen", "green", "yellowgreen", "yellow", "orange", "red", "blue", "lightgrey"}


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _validator(path: Path) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(load(path), validate_formats=True)


@cache
def _har() -> jsonschema_rs.Validator:
    # They name each other by their files.
    resources = [(f"file:///{path.name}", load(path)) for path in (SCHEMAS / "har").glob("*.json")]
    registry = jsonschema_rs.Registry(resources, draft=jsonschema_rs.Draft6)
    return jsonschema_rs.Draft6Validator(
        {"$ref": "file:///har.json"},
        registry=registry,
        validate_formats=True,
        # What a secret is masked with, ‹token›, has no place in a URI; it is clearer to people than %E2%80%B9.
        formats={"uri": lambda url: " " not in url},
    )


@cache
def _ctrf() -> jsonschema_rs.Validator:
    return _validator(SCHEMAS / "ctrf.json")


@cache
def _sarif() -> jsonschema_rs.Validator:
    return _validator(SCHEMAS / "sarif-2.1.0.json")


@cache
def _record() -> jsonschema_rs.Validator:
    return _validator(_REPORT_SCHEMA)


@cache
def _junit() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd")


def junit(text: str) -> junitparser.JUnitXml:
    _junit().validate(ElementTree.fromstring(text))
    suites = junitparser.JUnitXml.fromstring(text.encode())
    names = [(case.classname, case.name) for suite in suites for case in suite]
    assert len(set(names)) == len(names)
    assert all(classname and name for classname, name in names)
    # GitLab takes 30 MB.
    assert len(text.encode()) < 30_000_000
    return suites


def ctrf(text: str) -> Any:
    report = json.loads(text)
    _ctrf().validate(report)
    tests = report["results"]["tests"]
    assert len({test["testId"] for test in tests}) == len(tests) == report["results"]["summary"]["tests"]
    return report


def sarif(text: str) -> Any:
    """SARIF by its schema, and as GitHub's code scanning takes it."""
    log = json.loads(text)
    _sarif().validate(log)
    assert (log["version"], "sarif-2.1.0" in log["$schema"]) == ("2.1.0", True)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
    assert len(run["results"]) <= 25_000
    marks = [(one["ruleId"], one["partialFingerprints"]["primaryLocationLineHash"]) for one in run["results"]]
    assert len(set(marks)) == len(marks)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        # In plain texts too, what stands in brackets may be a link.
        assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]]", result["message"]["text"])
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert not re.match(r"[A-Za-z+.-]+:|/", place["artifactLocation"]["uri"])
        assert all(place["region"][key] >= 1 for key in ("startLine", "startColumn", "endLine", "endColumn"))
    return log


def har(text: str) -> Any:
    archive = json.loads(text)
    _har().validate(archive)
    assert archive["log"]["version"] == "1.2"
    return archive


def badge(text: str) -> Any:
    """The rules of shields.io's endpoint badge: no other key, a message that is not empty, a colour that it knows."""
    told = json.loads(text)
    assert set(told) <= {
        "schemaVersion",
        "label",
        "message",
        "color",
        "labelColor",
        "isError",
        "namedLogo",
        "logoColor",
    }
    assert told["schemaVersion"] == 1
    assert told["label"]
    assert told["message"]
    assert told["color"] in COLORS
    assert isinstance(told["isError"], bool)
    return told


def intoto(text: str) -> Any:
    parsed = statement.Statement.copy_from_pb(json_format.Parse(text, statement_pb2.Statement()))
    parsed.validate()
    told = json.loads(text)
    assert told["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    predicate = json_format.ParseDict(told["predicate"], test_result_pb2.TestResult())
    assert predicate.result in ("PASSED", "WARNED", "FAILED")
    assert predicate.configuration
    for one in predicate.configuration:
        resource_descriptor.ResourceDescriptor.copy_from_pb(one).validate()
    return told


def summary(text: str) -> str:
    """Markdown as GitHub renders it; it takes 1 MiB for a step."""
    assert len(text.encode()) < 2**20
    return cmarkgfm.github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE)


COMMAND = re.compile(r"::(error|warning|notice) title=([^:,\s][^:,\n]*)(?:,file=[^:,\n]+,line=1)?::(.+)")


def annotations(text: str) -> list[tuple[str, str, str]]:
    """GitHub's workflow commands: kind, title and text of each, unescaped as a runner does it."""
    lines = text.splitlines()
    assert text == "".join(f"{line}\n" for line in lines)
    found = [COMMAND.fullmatch(line) for line in lines]
    assert all(found), lines
    assert max((sum(match[1] == kind for match in found) for kind in ("error", "warning", "notice")), default=0) <= 10
    return [(match[1], _unescaped(match[2]), _unescaped(match[3])) for match in found]


def _unescaped(text: str) -> str:
    # In this sequence: `%250A` is the text `%0A`.
    for escape, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, character)
    return text


def record(text: str) -> Any:
    made = json.loads(text)
    _record().validate(made)
    return made


def page(text: str) -> tuple[str, dict[str, str]]:
    """What the page says of the run, and of each rule by its id; the numbers that it gives are those of its rows."""
    verdicts = {rule: verdict for verdict, rule in re.findall(_ROW, text)}
    counted = re.findall(r'<li class="([a-z-]+)"><span class="mark"[^>]*>.</span> <b>(\d+)</b>', text)
    assert {verdict: int(number) for verdict, number in counted} == Counter(verdicts.values())
    (run,) = re.findall(r'<main id="main" class="([a-z-]+)(?: large)?">', text)
    (said,) = re.findall(r'<span class="result">([^<]+)</span>', text)
    assert said.lower() == run
    return run, verdicts


_ROW = r'class="rule" data-verdict="([a-z-]+)"[^>]*><summary><b [^>]*><code>([^<]+)<'

CHECKS: dict[str, Callable[[str], Any]] = {
    "json": record,
    "html": page,
    "junit": junit,
    "ctrf": ctrf,
    "sarif": sarif,
    "har": har,
    "summary": summary,
    "badge": badge,
    "intoto": intoto,
    "annotations": annotations,
}
"""Checks by the name of the format; each returns what a reader makes of the text."""
