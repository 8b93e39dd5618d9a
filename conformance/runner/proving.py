"""What a record's own exchanges prove of its passive rules: how many answers were judged, and which broke a rule."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orderproof.conformance.runner.in_passing import FINDINGS_PER_RULE
from orderproof.conformance.runner.recorded import Proof
from orderproof.reports.derived import Disagreement, agrees
from orderproof.reports.evidence import PASSIVE
from orderproof.reports.redaction.harmless import shortened

_SHOWN = 300


def passive_row(row: Mapping[str, Any], proofs: Sequence[Proof], *, is_marked: bool) -> Iterator[Disagreement]:
    """Where a rule's row is not what the exchanges prove of it. `proofs` are by the number of their exchange."""
    rule = row["id"]
    yield from _count(row, proofs, is_marked=is_marked)
    cited = {finding["check"]: set[int]() for finding in row["findings"]}
    for finding in row["findings"]:
        cited[finding["check"]].update(finding["exchanges"])
        yield from _finding(row, finding, proofs)
    everywhere = set().union(*cited.values())
    broken = defaultdict(list)
    for proof in proofs:
        if rule in proof.broken:
            broken[proof.check].append(proof.number)
    for check, numbers in broken.items():
        # Findings that are one have the exchanges of all checks, under the name of the first.
        known = everywhere.intersection(numbers) | cited.get(check, set())
        lacking = next((number for number in numbers if number not in known), None)
        if lacking is not None and len(known) < FINDINGS_PER_RULE:
            message = shortened(proofs[lacking].broken[rule].message or "", _SHOWN)
            yield Disagreement(
                rule,
                "its verdict",
                row["verdict"],
                f"exchange {lacking} proves it broken, and no finding says so: {message}",
            )
            return


def answers(rule: str, proofs: Sequence[Proof]) -> tuple[int, int]:
    """On how many answers a rule was judged, at least and at most: some that are not kept whole may say nothing."""
    counted = [one for one in proofs if one.is_counted]
    most = sum(rule in one.kept or rule in one.broken or rule in one.unknown for one in counted)
    return most - sum(rule in one.uncounted for one in counted), most


def _count(row: Mapping[str, Any], proofs: Sequence[Proof], *, is_marked: bool) -> Iterator[Disagreement]:
    rule = row["id"]
    told = sum(entry["requests"] for entry in row["checks"] if entry["check"] == PASSIVE)
    least, most = answers(rule, proofs)
    # Who does not say which answers only proved a state counted fewer.
    least = least if is_marked else 0
    if not least <= told <= most:
        proven = f"{least} of its exchanges" if least == most else f"{least} to {most} of its exchanges"
        yield Disagreement(rule, "the number of answers it was judged on", str(told), f"{proven} speak of it")


def _finding(row: Mapping[str, Any], finding: Mapping[str, Any], proofs: Sequence[Proof]) -> Iterator[Disagreement]:
    """Hold a finding of passive validation against the exchange that shows it."""
    rule, decisive = row["id"], finding["decisive"]
    if _is_of_a_check(row, finding):
        return
    if decisive is None or rule not in {*proofs[decisive].broken, *proofs[decisive].unknown}:
        yield Disagreement(rule, "its verdict", row["verdict"], f"exchange {decisive} of its finding does not break it")
        return
    judgement = proofs[decisive].broken.get(rule)
    if judgement is None:
        return
    message = judgement.message or ""
    for name, said, proven in (
        ("message", finding["message"].partition(", and so for ")[0], message.partition(", and so for ")[0]),
        ("expected", finding["expected"], judgement.expected),
        ("observed", finding["observed"], judgement.observed),
    ):
        # A long sentence is shortened once more where it is written.
        if not agrees(said, proven) and not (said.endswith("…") and proven.startswith(said[:-1])):
            yield Disagreement(
                rule,
                f"the {name} of a finding",
                shortened(said, _SHOWN),
                f"exchange {decisive} proves: {shortened(proven, _SHOWN)}",
            )


def _is_of_a_check(row: Mapping[str, Any], finding: Mapping[str, Any]) -> bool:
    """Whether a finding is that of a check of the rule, which judges more than form."""
    return any(entry["check"] == finding["check"] and entry["outcome"] == "fail" for entry in row["checks"])


def is_proven(row: Mapping[str, Any], proofs: Sequence[Proof]) -> bool:
    """Whether a passive rule's verdict rests on nothing but exchanges that can all be judged again."""
    if any(entry["check"] != PASSIVE for entry in row["checks"]):
        return False
    if row["verdict"] in ("fail", "warn", "waived"):
        return any(row["id"] in one.broken for one in proofs)
    return row["verdict"] == "pass" and not any(row["id"] in one.unknown for one in proofs)
