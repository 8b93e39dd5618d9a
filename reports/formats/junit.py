"""JUnit XML: a test case a rule, for CI servers that list tests.

A broken rule is a failure; a gating rule that could not be judged is an error. A rule that was not run, does not apply
or is waived is skipped, and so is advice that could not be judged, which cannot fail a release. Advice that was not
followed passes, with its finding as output: a failure would turn a conforming server red.
"""

import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from orderproof.reports.completeness import RUN_ID, RUN_TITLE, shortfall
from orderproof.reports.explanation import explanation
from orderproof.reports.redaction.harmless import harmless, one_line
from orderproof.reports.timing import seconds_by_rule
from orderproof.reports.verification import told


def render(record: Mapping[str, Any], verified: str | None = None) -> str:
    """The record as JUnit XML. `verified` says whether it was verified; None where nobody did."""
    root = ElementTree.Element("testsuites", name="orderproof", time=f"{record['duration_s']:.3f}")
    suites = [_run_suite(record, verified or told(record, None))]
    seconds = seconds_by_rule(record)
    for area, rows in groupby(record["rules"], key=lambda row: row["area"]):
        name = harmless(record["spec"]["areas"].get(area, area))
        suites.append(_suite(name, [_case(row, name, seconds[row["id"]], record) for row in rows], record))
    for suite in suites:
        root.append(suite)
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(suite.get(key, 0)) for suite in suites)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _run_suite(record: Mapping[str, Any], verified: str) -> ElementTree.Element:
    case = ElementTree.Element("testcase", name=f"{RUN_ID} {RUN_TITLE}", classname="The run", time="0.000")
    reason = shortfall(record)
    if reason:
        ElementTree.SubElement(case, "error", type=record["verdict"], message=reason).text = reason
    suite = _suite("The run", [case], record)
    properties = ElementTree.Element("properties")
    for name, value in {**_facts(record), "verified": verified}.items():
        ElementTree.SubElement(properties, "property", name=name, value=one_line(str(value), 1_000))
    suite.insert(0, properties)
    return suite


def _facts(record: Mapping[str, Any]) -> dict[str, Any]:
    facts = {name: record[name] for name in ("verdict", "headline", "orderproof", "seed", "profile", "requests")}
    facts |= {"target": record["target"]["name"], "base_url": record["target"]["base_url"]}
    if record["selection"]:
        facts["only rules"] = ", ".join(record["selection"])
    return facts


def _suite(name: str, cases: list[ElementTree.Element], record: Mapping[str, Any]) -> ElementTree.Element:
    suite = ElementTree.Element(
        "testsuite",
        name=name,
        tests=str(len(cases)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        errors=str(sum(case.find("error") is not None for case in cases)),
        skipped=str(sum(case.find("skipped") is not None for case in cases)),
        time=f"{sum(float(case.get('time', 0)) for case in cases):.3f}",
        timestamp=record["started_at"],
    )
    suite.extend(cases)
    return suite


def _case(row: Mapping[str, Any], area: str, seconds: float, record: Mapping[str, Any]) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase", name=f"{row['id']} {one_line(row['title'])}", classname=area, time=f"{seconds:.3f}"
    )
    reason = one_line(row["reason"], 1_000)
    verdict = row["verdict"]
    if verdict == "fail":
        # GitLab shows only the body.
        ElementTree.SubElement(case, "failure", type=row["level"], message=reason).text = explanation(row, record)
    elif verdict == "inconclusive" and row["level"] != "advisory":
        ElementTree.SubElement(case, "error", type=verdict, message=reason).text = reason
    elif verdict not in ("pass", "warn"):
        ElementTree.SubElement(case, "skipped", message=f"{verdict}: {reason}")
    if verdict in ("warn", "waived"):
        ElementTree.SubElement(case, "system-out").text = f"{verdict}: {reason}\n{explanation(row, record)}"
    return case
