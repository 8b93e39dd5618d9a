"""Passive validation of many exchanges: what they say of each rule, whoever sent them and wherever they were kept."""

from collections.abc import Collection, Iterable

from orderproof.conformance.runner.passive import Judgement, judgements
from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.shortened import shortened
from orderproof.reports.outcome import LONGEST_SENTENCE, OwnFinding, PassiveResult

# A broken answer that every request of a check gets is one finding, not five hundred.
FINDINGS_PER_RULE = 3


def judged_in_passing(
    exchanges: Iterable[Exchange], *, proofs: Collection[int] = (), misdirected: Collection[int] = ()
) -> dict[str, PassiveResult]:
    """What exchanges say of the passive rules, by rule; findings name exchanges by their index.

    `proofs` are the indices of exchanges that only proved a state: they may break a rule, but show none to be kept.
    Those that are `misdirected` did not reach the API at all. The exchanges may come from anywhere; each needs its
    `operation`, or None where it is about none.
    """
    judged: dict[str, PassiveResult] = {}
    for index, exchange in enumerate(exchanges):
        if index in misdirected:
            continue
        for judgement in judgements(exchange):
            entry = judged.setdefault(judgement.rule, {"judged": 0, "findings": []})
            entry["judged"] += index not in proofs
            if judgement.message is not None and len(entry["findings"]) < FINDINGS_PER_RULE:
                entry["findings"].append(broken_answer(index, judgement, judgement.message))
    return judged


def broken_answer(index: int, judgement: Judgement, message: str) -> OwnFinding:
    """The finding about an exchange that breaks a rule, by its index."""
    found: OwnFinding = {
        "message": plain(message),
        "expected": plain(judgement.expected),
        "observed": plain(judgement.observed),
        "exchanges": [index],
        "decisive": index,
    }
    if judgement.joins:
        found["joins"] = judgement.joins
    return found


def plain(text: str) -> str:
    """A text that can pass to another process and into a file: a half surrogate, which JSON can hold, is escaped."""
    return shortened(text, LONGEST_SENTENCE).encode("utf-8", "backslashreplace").decode()
