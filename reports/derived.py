"""What parts of a record prove of one another: its rows from its checks and findings, its totals from its rows.

Nothing here looks into an exchange; see `orderproof.conformance.runner.proving` for that.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, NamedTuple

from orderproof.reports.evidence import PASSIVE, Evidence
from orderproof.reports.outcome import SENTENCE_LIMIT
from orderproof.reports.record import spec_versions
from orderproof.reports.redaction.harmless import shortened
from orderproof.reports.redaction.masking import TOKEN_MARK
from orderproof.reports.redaction.persons import PERSON_MARK
from orderproof.reports.traffic import traffic_in
from orderproof.reports.verdict import QUICK, Row, conclude, judge, results_in
from orderproof.spec.catalogue import Rule, Source, catalogue, is_selected

PREFLIGHT = "preflight"
ONE_MORE = "one more "
"""How the name of what is asked again at the end of a run begins: it judges no rule of its own."""

_MARK = re.compile(f"(?:{re.escape(PERSON_MARK)}|{re.escape(TOKEN_MARK)})+")
_WAIVED = re.compile(r"waived until (\d{4}-\d{2}-\d{2}): ")
_BELOW_FLOOR = re.compile(r"judged on \d+ requests only; at least \d+ are needed")
_WAIVER_PROBLEM = "; the waiver for "


class Disagreement(NamedTuple):
    """Two parts of a record that contradict each other: where, what of it, what it says, and what the rest proves."""

    where: str
    what: str
    said: str
    proven: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} is {self.said}, but {self.proven}"


def is_of_this_catalogue(record: Mapping[str, Any], version: str) -> bool:
    """Whether the installed catalogue is the one that a record was judged by; another proves nothing of it."""
    judged_by: str = record["rejudged"]["by"] if "rejudged" in record else record["orderproof"]
    return judged_by == version


def has_mark(text: str) -> bool:
    """Whether something was masked in a text."""
    return PERSON_MARK in text or TOKEN_MARK in text


def agrees(one: str, other: str) -> bool:
    """Whether two texts are the same as far as both can be read: what was masked in either may be anything."""
    if one == other:
        return True
    return any(
        re.fullmatch(".*".join(map(re.escape, _MARK.split(masked))), _MARK.sub("", plain), re.DOTALL) is not None
        for masked, plain in ((one, other), (other, one))
        if has_mark(masked)
    )


def catalogue_texts(record: Mapping[str, Any]) -> Iterator[Disagreement]:
    """Where a record's rules are not those of the installed catalogue, which is its own."""
    for name, known in spec_versions().items():
        if record["spec"][name] != known:
            yield Disagreement("the record", f"spec.{name}", _short(record["spec"][name]), f"it is {_short(known)}")
    for row in record["rules"]:
        rule = catalogue().get(row["id"])
        if rule is None:
            yield Disagreement(row["id"], "the rule", "in the record", "the catalogue has no such rule")
            continue
        for name, known in rule.to_dict().items():
            allowed = (
                [known, *(asdict(one) for one in rule.sources_by_operation.values())] if name == "source" else [known]
            )
            if row[name] not in allowed:
                yield Disagreement(
                    row["id"], f"its {name}", _short(row[name]), f"in the catalogue it is {_short(known)}"
                )
    if record["cut_short"] and not record["rules"]:
        return
    expected = [one for one in catalogue() if is_selected(one, record["selection"])]
    if [row["id"] for row in record["rules"]] != expected:
        lacking = [one for one in expected if one not in {row["id"] for row in record["rules"]}]
        what = f"{', '.join(lacking[:5])} is lacking" if lacking else "their order is another"
        yield Disagreement("the record", "its list of rules", "not the catalogue's", what)


def rows(record: Mapping[str, Any], out_of_scope: Mapping[str, str], *, by_catalogue: bool) -> Iterator[Disagreement]:
    """Where a rule's verdict, reason or strength is not what its checks and findings come to."""
    rules = [
        catalogue()[row["id"]] if by_catalogue and row["id"] in catalogue() else _rule(row) for row in record["rules"]
    ]
    judged = judge(
        rules,
        {row["id"]: Evidence(row["checks"], row["findings"]) for row in record["rules"]},
        out_of_scope=out_of_scope,
        void=record["void"],
        cut_short=record["cut_short"],
        read_only="read_only" in record,
        is_quick=record["profile"] == QUICK,
        missing_states=record["missing_states"],
        traffic=traffic_in(record),
    )
    for row, derived in zip(record["rules"], judged.rows, strict=True):
        if not by_catalogue and derived.verdict == "pass" and _BELOW_FLOOR.fullmatch(row["reason"]):
            continue
        yield from _row(row, derived)
        if row["findings"] and "source" in row["findings"][0] and row["source"] != row["findings"][0]["source"]:
            yield Disagreement(row["id"], "its source", _short(row["source"]), "its first finding cites other words")


def _rule(row: Mapping[str, Any]) -> Rule:
    """A rule of another catalogue, as far as a row tells of it."""
    passive = "answered" if any(entry["check"] == PASSIVE for entry in row["checks"]) else None
    parts = {name: row[name] for name in ("id", "title", "level", "area", "operation")}
    return Rule(**parts, source=Source(**row["source"]), passive=passive)


def _row(row: Mapping[str, Any], derived: Row) -> Iterator[Disagreement]:
    where = row["id"]
    is_waived = row["verdict"] == "waived" and derived.verdict == "fail"
    if row["verdict"] != derived.verdict and not is_waived:
        yield Disagreement(where, "its verdict", row["verdict"], f"its checks and findings say {derived.verdict}")
    elif is_waived and not _WAIVED.match(row["reason"]):
        yield Disagreement(where, "its verdict", "waived", "its reason names no waiver")
    elif not is_waived and not agrees(row["reason"], derived.reason):
        yield Disagreement(
            where, "its reason", _short(row["reason"]), f"its checks and findings say {_short(derived.reason)}"
        )
    strength = asdict(derived.strength)
    if row["strength"] != strength:
        yield Disagreement(where, "its strength", _short(row["strength"]), f"its checks come to {_short(strength)}")


def totals(record: Mapping[str, Any]) -> Iterator[Disagreement]:
    """Where the verdict, the summary, the headline or a count is not what the rules and exchanges come to."""
    dates = [
        found[1] for row in record["rules"] if row["verdict"] == "waived" and (found := _WAIVED.match(row["reason"]))
    ]
    concluded = conclude(
        results_in(record["rules"]),
        void=record["void"],
        cut_short=record["cut_short"],
        selection=record["selection"],
        read_only="read_only" in record,
        traffic=traffic_in(record),
        is_quick=record["profile"] == QUICK,
        waived_until=_date(min(dates, default="")),
    )
    if record["verdict"] != concluded.verdict:
        yield Disagreement("the record", "its verdict", record["verdict"], f"its rules say {concluded.verdict}")
    for name, count in concluded.summary.items():
        if record["summary"][name] != count:
            yield Disagreement("the record", f"summary.{name}", str(record["summary"][name]), f"{count} rules are so")
    headline, _, wrong = record["headline"].partition(_WAIVER_PROBLEM)
    if not agrees(headline if wrong else record["headline"], shortened(concluded.headline, SENTENCE_LIMIT)):
        yield Disagreement(
            "the record", "its headline", _short(record["headline"]), f"its rules say {concluded.headline!r}"
        )
    if record["requests"] != len(record["exchanges"]):
        yield Disagreement(
            "the record",
            "its number of requests",
            str(record["requests"]),
            f"it holds {len(record['exchanges'])} exchanges",
        )
    waited = sum(one["waited"] for one in record["exchanges"])
    told = record.get("asked_to_wait", {"times": 0})["times"]
    if told != waited:
        yield Disagreement(
            "the record", "asked_to_wait.times", str(told), f"{waited} of its exchanges were asked to wait"
        )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def checks(record: Mapping[str, Any], *, is_marked: bool) -> Iterator[Disagreement]:
    """Where what a check came to differs between rules, from its findings, or from the exchanges that it sent.

    `is_marked`: the record says which exchanges only proved a state, so that the others can be counted.
    """
    sent = Counter(one["check"] for one in record["exchanges"])
    counted = Counter(one["check"] for one in record["exchanges"] if "only_proves" not in one)
    # What did not answer may have been asked a second time, and only the second end of a check counts.
    is_exact = is_marked and not any(one["status"] is None for one in record["exchanges"])
    # What the quick profile knows from another check counts as sent.
    is_recalled = record["profile"] == QUICK
    first: dict[str, Mapping[str, Any]] = {}
    for row in record["rules"]:
        yield from _entries(row)
        for entry in row["checks"]:
            name = entry["check"]
            if name == PASSIVE:
                continue
            # What a check in steps came to may differ from rule to rule, and not what it sent.
            same = first.setdefault(name, entry)
            if any(entry.get(part) != same.get(part) for part in ("requests", "states", "exchanges")):
                yield Disagreement(row["id"], f"what {name} came to", _short(entry), "another rule says otherwise")
            elif (entry["requests"] > counted[name] and not is_recalled) or (
                entry["requests"] < counted[name] and is_exact
            ):
                yield Disagreement(
                    row["id"], f"requests of {name}", str(entry["requests"]), f"{counted[name]} of its exchanges count"
                )
    if record["selection"]:
        # Checks that judge other rules alone were run for their answers.
        return
    for name in sent.keys() - first.keys() - {PREFLIGHT}:
        if not name.startswith(ONE_MORE):
            yield Disagreement(
                "the record", f"what {name} came to", "lacking", f"it holds {sent[name]} of its exchanges"
            )


def _entries(row: Mapping[str, Any]) -> Iterator[Disagreement]:
    names = [entry["check"] for entry in row["checks"]]
    for name in {name for name in names if names.count(name) > 1}:
        yield Disagreement(row["id"], f"the check {name}", "there twice", "a check judges a rule once")
    found = {finding["check"] for finding in row["findings"]}
    is_passive = PASSIVE in names
    for entry in row["checks"]:
        name = entry["check"]
        if entry["outcome"] == "fail" and name not in found:
            yield Disagreement(row["id"], f"what {name} came to", "fail", "no finding of it is there")
        if name == PASSIVE and entry["outcome"] != "pass":
            yield Disagreement(row["id"], f"what {name} came to", entry["outcome"], "passive validation always ends")
        if entry["outcome"] != "fail" and name in found and not is_passive:
            yield Disagreement(row["id"], f"what {name} came to", entry["outcome"], "a finding of it is there")
    for name in found - set(names):
        if not is_passive:
            yield Disagreement(row["id"], f"a finding of {name}", "there", "no such check judged the rule")


def _short(value: Any) -> str:
    return shortened(value if isinstance(value, str) else repr(value), 200) or "empty"
