"""Findings against the exchanges that they cite: who sent these, what came back, and what the finding says of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orderproof.reports.curl import recorded_line, without_header_variables
from orderproof.reports.derived import Disagreement, has_mark
from orderproof.reports.redaction.harmless import shortened

Exchanges = Sequence[Mapping[str, Any]]

# How passive validation ends the sentence of findings that are one.
_JOINED = ", and so for "
_REQUEST = re.compile(r"(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE) (https?://\S+)")
_STATUS = re.compile(r"([1-5]\d\d)(?![\w.:/-])")
_NO_ANSWER = "no answer ("


def out_of_place(record: Mapping[str, Any]) -> Iterator[Disagreement]:
    """Where exchanges do not stand at their numbers, or a cited one is missing: then nothing else can be told."""
    if any(one["number"] != at for at, one in enumerate(record["exchanges"])):
        yield Disagreement("the record", "the order of its exchanges", "another", "their numbers say so")
    count = len(record["exchanges"])
    for row in record["rules"]:
        told = [number for entry in row["checks"] for number in entry.get("exchanges", ())]
        if any(not 0 <= number < count for number in told):
            yield Disagreement(row["id"], "what a check cites", _short(told), f"there are {count} exchanges")
        for finding in row["findings"]:
            steps = [step["exchange"] for step in _steps(finding)]
            for number in (*finding["exchanges"], finding["decisive"], *steps):
                if number is not None and not 0 <= number < count:
                    yield Disagreement(row["id"], "what a finding cites", f"exchange {number}", "there is none")


def _steps(finding: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [step for key in ("story", "timeline") for step in finding.get(key, ())]


def citations(record: Mapping[str, Any], *, is_known: bool) -> Iterator[Disagreement]:
    """Where a finding is not borne out by the exchanges that it cites, as far as that can be told without its check.

    `is_known`: this version made the record, so that its `curl` lines can be made again.
    """
    for row in record["rules"]:
        shown_by = [(finding["check"], finding["decisive"]) for finding in row["findings"]]
        if len(set(shown_by)) != len(shown_by):
            yield Disagreement(row["id"], "a finding", "there twice", "an exchange shows once that a rule is broken")
        for finding in row["findings"]:
            yield from _cited(row["id"], finding, record["exchanges"], is_known=is_known)


def _cited(rule: str, finding: Mapping[str, Any], exchanges: Exchanges, *, is_known: bool) -> Iterator[Disagreement]:
    numbers = finding["exchanges"]
    if len(set(numbers)) != len(numbers) or (finding["decisive"] is not None and finding["decisive"] not in numbers):
        yield Disagreement(rule, "the evidence of a finding", str(finding["decisive"]), f"it cites {_short(numbers)}")
    if _JOINED not in finding["message"]:
        for number in numbers:
            if exchanges[number]["check"] != finding["check"]:
                yield Disagreement(
                    rule,
                    "the check of a finding",
                    finding["check"],
                    f"exchange {number} is {exchanges[number]['check']}'s",
                )
                break
    yield from _lines(rule, finding, exchanges, is_known=is_known)
    yield from _words(rule, finding, exchanges)
    for step in _steps(finding):
        yield from _step(rule, step, exchanges)


def _lines(rule: str, finding: Mapping[str, Any], exchanges: Exchanges, *, is_known: bool) -> Iterator[Disagreement]:
    if len(finding["curl"]) != len(finding["exchanges"]):
        yield Disagreement(
            rule,
            "the number of curl lines",
            str(len(finding["curl"])),
            f"{len(finding['exchanges'])} exchanges are cited",
        )
        return
    if not is_known:
        return
    for line, number in zip(finding["curl"], finding["exchanges"], strict=True):
        body = exchanges[number]["request_body"]
        is_whole = body is None or not (body["cut"] or has_mark(body["text"]))
        if is_whole and without_header_variables(line) != recorded_line(exchanges[number]):
            yield Disagreement(rule, "a curl line", _short(line), f"it does not send the request of exchange {number}")


def _words(rule: str, finding: Mapping[str, Any], exchanges: Exchanges) -> Iterator[Disagreement]:
    """Hold the request and the status that a finding names against what it cites."""
    cited = [exchanges[number] for number in finding["exchanges"]]
    asked = _REQUEST.match(finding["message"])
    is_readable = asked is not None and not has_mark(finding["message"]) and "…" not in asked[2]
    if asked and is_readable and not any(_begins_with(finding["message"], one) for one in cited):
        yield Disagreement(rule, "the request of a finding", asked[0], "no exchange that it cites is this request")
    told = _STATUS.match(finding["observed"])
    if told and cited and int(told[1]) not in {one["status"] for one in cited}:
        yield Disagreement(
            rule, "the status that a finding observed", told[1], "no exchange that it cites has this status"
        )


def _begins_with(message: str, exchange: Mapping[str, Any]) -> bool:
    return message.startswith(f"{exchange['method']} {exchange['url']}")


def _step(rule: str, step: Mapping[str, Any], exchanges: Exchanges) -> Iterator[Disagreement]:
    if step["exchange"] is None:
        return
    status = exchanges[step["exchange"]]["status"]
    told = _STATUS.match(step["answer"])
    said = int(told[1]) if told else None
    if (told or step["answer"].startswith(_NO_ANSWER)) and said != status:
        proven = "has no answer" if status is None else f"is {status}"
        yield Disagreement(
            rule,
            f"the answer to “{_short(step['text'])}”",
            step["answer"][:100],
            f"exchange {step['exchange']} {proven}",
        )


def _short(value: Any) -> str:
    return shortened(value if isinstance(value, str) else repr(value), 200)
