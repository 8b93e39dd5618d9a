"""Judging recorded traffic: every rule that it can prove, and the record of what came of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orderproof import __version__
from orderproof.conformance.runner.in_passing import FINDINGS_PER_RULE, broken_answer
from orderproof.conformance.runner.passive import BY_BODY, BY_TYPE, Judgement, judgements, passive_rules
from orderproof.conformance.traffic import answers, limits, listings, lives
from orderproof.conformance.traffic.archive import Archive
from orderproof.conformance.traffic.entry import ABORTED, OUTSIDE, Recorded, read_entry
from orderproof.conformance.traffic.identities import Identities
from orderproof.conformance.traffic.places import Base, base_of
from orderproof.conformance.traffic.secrets import secret_headers, secrets_of
from orderproof.conformance.traffic.seen import Seen, Told
from orderproof.conformance.traffic.spool import Spool
from orderproof.reports.outcome import (
    CITED_LIMIT,
    EVIDENCE_LIMIT,
    SPARE,
    WHOLE_LIMIT,
    Outcome,
    OwnFinding,
    PassiveResult,
)
from orderproof.reports.record import Run, build, moment_text
from orderproof.spec.catalogue import Rule, catalogue
from orderproof.spec.description import operations

MOST_KEPT = 2_000
"""So many exchanges stand in the record beside those that findings cite: enough to see what went on."""

# What a recording cannot show: whether an answer came whole and in time, as it went over the wire.
_NOT_RECORDED = ("answered",)


@dataclass(frozen=True, slots=True)
class TrafficOptions:
    """What to judge: the files, the base URLs of both APIs, and the rules.

    `complete`: no other client changed the orders of the traffic meanwhile.
    """

    files: Sequence[Path]
    base_url: str
    internal_base_url: str
    rules: Sequence[Rule]
    patterns: Sequence[str] = ()
    complete: bool = False
    keep_personal_data: bool = False


@dataclass(slots=True)
class _Result:
    """What came of one file. `explained` are contradictions that another client could explain, by their rules."""

    archive: Archive
    spool: Spool
    identities: Identities = field(default_factory=Identities)
    left_out: Counter[str] = field(default_factory=Counter)
    origins: Counter[str] = field(default_factory=Counter)
    judged: dict[str, PassiveResult] = field(default_factory=dict)
    explained: Counter[str] = field(default_factory=Counter)
    exchanges: int = 0


def provable_rules() -> frozenset[str]:
    """The rules that recorded traffic can prove, complete or not."""
    by_form = {rule.id for rule in passive_rules() if rule.passive not in _NOT_RECORDED}
    return frozenset(by_form | limits.RULES | answers.RULES).union(lives.RULES, lives.COMPLETE_RULES, listings.RULES)


def judge_traffic(options: TrafficOptions) -> dict[str, Any]:
    """The record of recorded traffic. Raises `UsageError` for a file that is no HAR."""
    bases = {"orders": base_of(options.base_url), "order-lines": base_of(options.internal_base_url)}
    results: list[_Result] = []
    try:
        for path in options.files:
            results.append(_Result(Archive(path, path.name), Spool()))
            _read(results[-1], bases)
            _judge(results[-1], complete=options.complete)
        return _record(options, results)
    finally:
        for one in results:
            one.spool.close()


def _read(result: _Result, bases: Mapping[str, Base]) -> None:
    archive = result.archive
    for number, entry in enumerate(archive.read(), 1):
        found = read_entry(entry, number, bases, is_own=archive.is_own)
        if isinstance(found, str):
            result.left_out[found] += 1
            if found == OUTSIDE:
                result.origins[_server(entry)] += 1
            continue
        if not found.is_judged:
            result.left_out[ABORTED] += 1
        result.exchanges += found.is_judged
        result.identities.note(Seen(number, found))
        result.spool.add(found)


def _server(entry: Any) -> str:
    """The server of a request outside the base URL, to tell whether the base URL is mistyped."""
    scheme, _, rest = str(entry["request"]["url"]).partition("://")
    return f"{scheme}://{rest.partition('/')[0].rpartition('@')[2][:100]}" if rest else scheme[:20]


def _judge(result: _Result, *, complete: bool) -> None:
    of_limits, of_lives, of_lists = limits.Limits(), lives.Lives(result.identities), listings.Listings()
    for number, recorded in result.spool.by_time():
        seen = Seen(number, recorded)
        if recorded.is_judged:
            for judgement in _by_form(recorded):
                _note(result, judgement, number, (), recorded)
        if recorded.exchange.method != operations()[seen.operation].method:
            continue
        told = [*of_limits.see(seen), *answers.of_answer(seen), *of_lists.see(seen)] if recorded.is_judged else []
        for one in (*told, *of_lives.see(seen)):
            _note_told(result, one, number, complete=complete)
    for one in (*of_lives.finish(), *of_lists.finish()):
        _note_told(result, one, 0, complete=complete)


def _by_form(recorded: Recorded) -> Iterator[Judgement]:
    """What passive validation says of an answer, as far as the recording holds what it looks at."""
    exchange, unknown = recorded.exchange, set(_NOT_RECORDED)
    if not recorded.body_known:
        unknown.update(*BY_BODY.values())
    if not recorded.type_known:
        unknown.update(*BY_TYPE.values())
    if not recorded.headers_known and exchange.request_header("Accept") is None:
        # A browser sends one in any case; what it asked for is not known.
        exchange = replace(exchange, request_headers=[*exchange.request_headers, ("Accept", "")])
    for judgement in judgements(exchange):
        if catalogue()[judgement.rule].passive not in unknown:
            yield judgement


def _note_told(result: _Result, told: Told, number: int, *, complete: bool) -> None:
    number = number if told.number is None else told.number
    if told.is_explained and not complete:
        result.explained[told.rule] += 1
        return
    judgement = Judgement(told.rule, told.message, told.expected, told.observed)
    _note(result, judgement, number, told.others, result.spool.get(number) if told.message else None)


def _note(result: _Result, judgement: Judgement, number: int, others: Sequence[int], recorded: Recorded | None) -> None:
    entry = result.judged.setdefault(judgement.rule, {"judged": 0, "findings": []})
    entry["judged"] += 1
    if judgement.message is None or recorded is None or len(entry["findings"]) >= FINDINGS_PER_RULE:
        return
    message = f"{judgement.message} (entry {recorded.number} of {result.archive.name})"
    finding = broken_answer(number, judgement, message)
    finding["exchanges"] = [*sorted(set(others)), number]
    finding.pop("joins", None)
    entry["findings"].append(finding)


def _record(options: TrafficOptions, results: Sequence[_Result]) -> dict[str, Any]:
    names = _names(results)
    outcomes = [_outcome(one, name) for one, name in zip(results, names, strict=True)]
    kept = [exchange for one in results for exchange in _kept(one)]
    exchanges = [one.exchange for one in kept]
    starts = [one.start for one in kept if one.start is not None]
    ends = [one.end for one in kept if one.end is not None]
    started = datetime.fromtimestamp(min(starts), UTC) if starts else datetime.now(UTC)
    judged = sum(one.exchanges for one in results)
    void = None if judged else _why_void(options, results)
    run = Run(
        version=__version__,
        target={
            "name": options.base_url.partition("://")[2],
            "base_url": options.base_url,
            "internal_base_url": options.internal_base_url,
            "file": None,
            "absent": [],
        },
        started_at=moment_text(started),
        duration_s=min(max(0.0, max(ends) - min(starts)), 1e9) if starts and ends else 0.0,
        seed=0,
        profile="default",
        secrets=secrets_of(exchanges),
        secret_headers=secret_headers(exchanges),
        keep_personal_data=options.keep_personal_data,
        selection=options.patterns,
        void=void,
        traffic={
            "exchanges": judged,
            "rules": sorted(provable_rules(), key=lambda id_: catalogue()[id_].sort_key()),
            "files": [
                {"name": name, "entries": one.archive.entries, "cut": one.archive.cut}
                for one, name in zip(results, names, strict=True)
            ],
            "left_out": dict(sum((one.left_out for one in results), Counter[str]())),
            "complete": options.complete,
            "explained": dict(sorted(sum((one.explained for one in results), Counter[str]()).items())),
        },
    )
    return build(run, options.rules, outcomes)


def _names(results: Sequence[_Result]) -> list[str]:
    """The files by their names, with a number where two share one."""
    names = [one.archive.name for one in results]
    return [
        f"{name} ({names[: index + 1].count(name)})" if names.count(name) > 1 else name
        for index, name in enumerate(names)
    ]


def _kept_numbers(result: _Result) -> list[int]:
    """The exchanges of a file that the record holds: those that findings cite, and the first of the others."""
    cited = {
        number for entry in result.judged.values() for finding in entry["findings"] for number in finding["exchanges"]
    }
    return sorted(cited.union(range(min(MOST_KEPT, len(result.spool)))))


def _kept(result: _Result) -> Iterator[Recorded]:
    return map(result.spool.get, _kept_numbers(result))


def _outcome(result: _Result, name: str) -> Outcome:
    """What came of a file, in the form of a check: its exchanges, and what they say of each rule."""
    numbers = _kept_numbers(result)
    index_of = {number: index for index, number in enumerate(numbers)}
    findings = [finding for entry in result.judged.values() for finding in entry["findings"]]
    limit_of = dict.fromkeys((number for one in findings for number in one["exchanges"]), SPARE * CITED_LIMIT)
    limit_of |= {one["decisive"]: EVIDENCE_LIMIT for one in findings if one["decisive"] is not None}
    return Outcome(
        name,
        (),
        exchanges=tuple(_as_data(result.spool.get(number), limit_of.get(number, WHOLE_LIMIT)) for number in numbers),
        passive={
            rule: {"judged": entry["judged"], "findings": [_renumbered(one, index_of) for one in entry["findings"]]}
            for rule, entry in result.judged.items()
        },
    )


def _as_data(recorded: Recorded, limit: int) -> dict[str, Any]:
    return recorded.exchange.shortened(limit).to_dict()


def _renumbered(finding: OwnFinding, index_of: Mapping[int, int]) -> OwnFinding:
    decisive = finding["decisive"]
    return {
        **finding,
        "exchanges": [index_of[number] for number in finding["exchanges"]],
        "decisive": None if decisive is None else index_of[decisive],
    }


def _why_void(options: TrafficOptions, results: Sequence[_Result]) -> str:
    """Why nothing was judged, and what to do about it."""
    left: Counter[str] = sum((one.left_out for one in results), Counter[str]())
    servers = sum((one.origins for one in results), Counter[str]())
    total = sum(one.archive.entries for one in results)
    if not total:
        return "the traffic holds no requests; record it again"
    if left[OUTSIDE] == total:
        shown = ", ".join(f"{server} ({count})" for server, count in servers.most_common(3))
        return f"none of the {total} requests is below {options.base_url}; they went to {shown}: correct --base-url"
    told = ", ".join(f"{count} {reason}" for reason, count in left.most_common())
    return f"none of the {total} requests below {options.base_url} can be judged: {told}"
