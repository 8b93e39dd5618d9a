"""What came of one check: its end, its exchanges, and what passive validation says of each answer."""

from collections.abc import Container, Iterator, Sequence
from typing import Any

from orderproof.conformance.kit.findings import Finding, Inconclusive, NotApplicable, NotRun
from orderproof.conformance.kit.trace import Trace
from orderproof.conformance.runner.in_passing import judged_in_passing, plain
from orderproof.conformance.transport.exchange import DIED
from orderproof.reports.outcome import (
    BODY_LIMIT,
    CITED_LIMIT,
    EVIDENCE_LIMIT,
    SPARE,
    CheckResult,
    Outcome,
    OwnFinding,
)

# So much is kept whole in all of the answers that a check's findings cite.
_KEPT_BYTES = 3 * EVIDENCE_LIMIT


def outcome_of(check: str, rules: tuple[str, ...], trace: Trace, error: BaseException | None) -> Outcome:
    """Describe a check that ended with `error`, or without one."""
    result, reason, finding = _classify(error)
    unanswered = {rule: why for rule, broken in trace.broken.items() if (why := _silence(broken.error, (rule,)))}
    set_aside = trace.set_aside | unanswered
    silence = _silence(finding, rules)
    findings = tuple(_of_steps(trace, unanswered))
    if findings:
        # A later step may have ended in another way: what was found before stands.
        result, reason = "fail", findings[0]["message"]
    elif silence:
        result, reason = "inconclusive", silence
    elif finding:
        findings = (_described(finding, trace),)
    elif set_aside and result == "pass":
        result, reason = "inconclusive", next(iter(set_aside.values()))
    passive = judged_in_passing(trace.exchanges, proofs=trace.proofs, misdirected=trace.misdirected)
    return Outcome(
        check,
        rules,
        result,
        plain(reason),
        findings=findings,
        exchanges=kept_exchanges(trace, [*findings, *(one for entry in passive.values() for one in entry["findings"])]),
        passive=passive,
        states=tuple(sorted({state.name for state in trace.states})),
        proofs=len(trace.proofs),
        kept=tuple(trace.kept),
        set_aside={rule: plain(why) for rule, why in set_aside.items()},
        recalled=trace.known.recalled if trace.known else 0,
    )


def _of_steps(trace: Trace, unanswered: Container[str]) -> Iterator[OwnFinding]:
    """The findings of a check in steps, each about the rule of its step, with what had been sent by then."""
    for rule, broken in trace.broken.items():
        if rule in unanswered:
            continue
        described = _described(broken.error, trace)
        exchanges = [one for one in described["exchanges"] if one < broken.seen]
        decisive = described["decisive"] if described["decisive"] in exchanges else next(reversed(exchanges), None)
        yield {**described, "rule": rule, "exchanges": exchanges, "decisive": decisive}


def _classify(error: BaseException | None) -> tuple[CheckResult, str, BaseException | None]:
    if error is None:
        return "pass", "", None
    if isinstance(error, NotRun):
        return "not-run", error.reason, None
    if isinstance(error, NotApplicable):
        return "not-applicable", error.reason, None
    if isinstance(error, Inconclusive):
        return "inconclusive", error.reason, None
    if isinstance(error, AssertionError):
        return "fail", _sentence(error), error
    if isinstance(error, BaseExceptionGroup):
        # Hypothesis groups what it found: several failures of a property, or one that did not come again.
        found = next((inner for inner in _leaves(error) if isinstance(inner, AssertionError)), None)
        if found is not None:
            return "fail", _sentence(found), found
    where = ""
    traceback = error.__traceback__
    while traceback is not None:
        where = f"{traceback.tb_frame.f_code.co_name}, line {traceback.tb_lineno}"
        traceback = traceback.tb_next
    return "inconclusive", f"the check itself stopped with {type(error).__name__}: {error} ({where})", None


def kept_exchanges(trace: Trace, findings: Sequence[OwnFinding] = ()) -> tuple[dict[str, Any], ...]:
    """The exchanges as plain data, with as much of their answers as the record shows: a run does not grow with these.

    Of the exchange that shows a finding all is kept, of others that led there the most, as far as `_KEPT_BYTES` go.
    """
    decisive = {one["decisive"] for one in findings}
    limits: dict[int, int] = {}
    left = _KEPT_BYTES
    for index in sorted(
        {index for one in findings for index in one["exchanges"]}, key=lambda index: index not in decisive
    ):
        body = len(trace.exchanges[index].response_body)
        limit = EVIDENCE_LIMIT if index in decisive else SPARE * CITED_LIMIT
        # One that is longer than any documented answer is told by its beginning.
        if body <= min(limit, left):
            limits[index] = body
            left -= body
    return tuple(
        {
            **one.shortened(limits.get(index, SPARE * BODY_LIMIT)).to_dict(),
            "only_proves": index in trace.proofs,
            "misdirected": index in trace.misdirected,
        }
        for index, one in enumerate(trace.exchanges)
    )


def _silence(error: BaseException | None, rules: tuple[str, ...]) -> str | None:
    """Why a finding breaks no rule of its own: no answer came, which says nothing about what an answer must be.

    That a request is answered at all is what ROB-2 demands of every exchange, and what other rules of robustness are
    about.
    """
    if not isinstance(error, Finding) or any(rule.startswith("ROB-") for rule in rules):
        return None
    last = error.exchanges[-1] if error.exchanges else None
    if last is None or not (last.is_endless or last.error == DIED):
        return None
    return f"{last.method} {last.url} {last.silence}"


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    leaves: list[BaseException] = []
    for inner in group.exceptions:
        leaves.extend(_leaves(inner) if isinstance(inner, BaseExceptionGroup) else [inner])
    return leaves


def _sentence(error: BaseException) -> str:
    if isinstance(error, Finding):
        return error.message
    return str(error).split("\n", 1)[0] or "the check failed"


def _described(error: BaseException, trace: Trace) -> OwnFinding:
    if isinstance(error, Finding):
        message, expected, observed, own = error.message, error.expected, error.observed, error.exchanges
    else:
        message, expected, observed, own = _sentence(error), "", "", ()
    # What prepared the states of a property is sent once, before all its examples.
    prepared = range(trace.prepared or 0)
    everything = [*prepared, *range(trace.example_from, len(trace.exchanges))]
    story = [index for index in everything if index not in trace.proofs]
    numbers = {id(exchange): index for index, exchange in enumerate(trace.exchanges)}
    own_indices = [numbers[id(one)] for one in own if id(one) in numbers]
    if own_indices and own_indices[-1] not in story:
        # A failure that did not come again: its exchanges are those of an earlier example.
        story = sorted({*prepared, *own_indices})
    found: OwnFinding = {
        "message": plain(message),
        "expected": plain(expected),
        "observed": plain(observed),
        "exchanges": story,
        "decisive": own_indices[-1] if own_indices else (story[-1] if story else None),
    }
    return {**found, **_told(error, trace)}  # type: ignore[typeddict-item]


def _told(error: BaseException, trace: Trace) -> dict[str, Any]:
    """A walk's story and a race's timeline, where the finding has one."""
    if not isinstance(error, Finding):
        return {}
    numbers = {id(exchange): index for index, exchange in enumerate(trace.exchanges)}
    told: dict[str, Any] = {}
    if error.story:
        told["story"] = [
            {"text": plain(step.text), "answer": plain(step.answer), "exchange": numbers.get(id(step.exchange))}
            for step in error.story
        ]
    if error.timeline:
        told["timeline"] = [
            {
                "text": plain(event.text),
                "start_s": event.start,
                "end_s": event.end,
                "answer": plain(event.answer),
                "exchange": numbers.get(id(event.exchange)),
                "impossible": event.is_impossible,
            }
            for event in error.timeline
        ]
    return told
