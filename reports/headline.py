"""A run's verdict in one sentence: what the console, the page and every format print first."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

_UNJUDGED = ("inconclusive", "not-run")
_PATTERNS_NAMED = 3


class RuleResult(NamedTuple):
    """What a verdict needs of a rule: its level, its verdict and the reason for it."""

    level: str
    verdict: str
    reason: str = ""


def headline(
    verdict: str,
    rows: Sequence[RuleResult],
    *,
    void: str | None = None,
    cut_short: str | None = None,
    selection: Sequence[str] = (),
    read_only: bool = False,
    is_quick: bool = False,
    traffic: int | None = None,
    waived_until: date | None = None,
    waiver_problems: Sequence[str] = (),
) -> str:
    """The sentence for a verdict, which is its first word. `rows` are the results of the rules.

    `void` says why nothing could be judged, `cut_short` why the run stopped early, `selection` which ids were asked
    for, `read_only` that it sent GET alone, `is_quick` that it tried a sample, `traffic` how many recorded exchanges
    were judged in place of a run, `waived_until` when the first waiver expires, `waiver_problems` what is wrong with
    waivers.
    """
    gating = Counter(row.verdict for row in rows if row.level != "advisory")
    advice = Counter(row.verdict for row in rows if row.level == "advisory")
    if verdict == "void":
        return f"void: {void or _why_void(rows, advice)}"
    if traffic is not None:
        clauses = [_traffic(rows, traffic), *_waived(gating, waived_until)]
    elif verdict == "conforming":
        clauses = _kept(gating, advice, waived_until)
    elif verdict == "non-conforming":
        clauses = [
            f"{gating['fail']} of {counted(_in_scope(gating), 'gating rule')} broken",
            *_unjudged(gating, advice),
        ]
        clauses += _waived(gating, waived_until)
    else:
        clauses = [_partial(rows, gating, advice), *_waived(gating, waived_until)]
    if advice["warn"]:
        clauses.append(f"{advice['warn']} of {counted(_in_scope(advice), 'advisory rule')} not followed")
    limits = ["read-only"] if read_only else []
    limits += ["quick: a sample of the cases"] if is_quick else []
    limits += [f"{selected(selection)} selected"] if selection else []
    limits += [cut_short] if cut_short else []
    limited = "".join(f" ({limit})" for limit in limits)
    # A broken rule says enough; without one, these are why a gate is closed.
    wrong = _wrong_waivers(waiver_problems) if verdict != "non-conforming" else ""
    return f"{verdict}: {', '.join(clauses)}{limited}{wrong}"


def _kept(gating: Counter[str], advice: Counter[str], waived_until: date | None) -> list[str]:
    kept, advised = gating["pass"], advice["pass"]
    scope = " in scope" if gating["not-applicable"] or advice["not-applicable"] else ""
    if gating["waived"]:
        clauses = [
            f"{kept} of {counted(_in_scope(gating), 'gating rule')}{scope} kept",
            *_waived(gating, waived_until),
        ]
    elif advised and advised == _in_scope(advice):
        return [f"{_all(kept)}{kept} gating and {counted(advised, 'advisory rule')}{scope} kept"]
    else:
        clauses = [f"{_all(kept)}{counted(kept, 'gating rule')}{scope} kept"]
    unjudged = sum(advice[name] for name in _UNJUDGED)
    return [*clauses, *([f"{counted(unjudged, 'advisory rule')} not judged"] if unjudged else [])]


def _traffic(rows: Sequence[RuleResult], exchanges: int) -> str:
    """What recorded traffic showed. A rule below its floor was exercised too."""
    exercised = [row for row in rows if row.verdict not in ("not-run", "not-applicable")]
    broken = sum(row.level != "advisory" and row.verdict == "fail" for row in rows)
    return f"traffic: {counted(exchanges, 'exchange')}, {counted(len(exercised), 'rule')} exercised, {broken} broken"


def _partial(rows: Sequence[RuleResult], gating: Counter[str], advice: Counter[str]) -> str:
    if not (gating["pass"] or gating["waived"]):
        return f"no rule that can fail a release could be judged{_main_cause(rows)}"
    missing = ", ".join(_unjudged(gating, advice)) or "the run did not finish"
    return f"nothing broken, but {missing}"


def _unjudged(gating: Counter[str], advice: Counter[str]) -> list[str]:
    decisive, advised = (sum(counts[name] for name in _UNJUDGED) for counts in (gating, advice))
    if not decisive:
        return [f"{counted(advised, 'advisory rule')} not judged"] if advised else []
    parts = f" ({decisive} can fail a release, {advised} {'is' if advised == 1 else 'are'} advice)" if advised else ""
    return [f"{counted(decisive + advised, 'rule')} not judged{parts}"]


def _waived(gating: Counter[str], until: date | None) -> list[str]:
    if not gating["waived"]:
        return []
    return [f"{gating['waived']} waived" + (f" (first waiver expires {until})" if until else "")]


def _wrong_waivers(problems: Sequence[str]) -> str:
    if not problems:
        return ""
    more = f" (and {counted(len(problems) - 1, 'more problem')} with waivers)" if len(problems) > 1 else ""
    return f"; {problems[0]}{more}"


def _why_void(rows: Sequence[RuleResult], advice: Counter[str]) -> str:
    if advice["pass"] or advice["warn"]:
        return "only advisory rules were judged, and they cannot make a server conforming"
    return f"no rule that can fail a release could be judged{_main_cause(rows)}"


def _main_cause(rows: Sequence[RuleResult]) -> str:
    """The commonest reason why gating rules were not judged; what concerns the whole target before a single state."""
    reasons = Counter(row.reason for row in rows if row.level != "advisory" and row.verdict in _UNJUDGED)
    # Rules that are judged on every answer follow the others: they had no answer to judge.
    not_run = {row.reason for row in rows if row.verdict == "not-run"}
    causes = sorted(reasons, key=lambda reason: (reason not in not_run, reason.startswith("state "), -reasons[reason]))
    return f". {causes[0][:1].upper()}{causes[0][1:]}" if causes and causes[0] else ""


def _in_scope(counts: Counter[str]) -> int:
    return counts.total() - counts["not-applicable"]


def _all(count: int) -> str:
    return "all " if count > 1 else ""


def counted(count: int, noun: str) -> str:
    """`1 rule`, `2 rules`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def selected(selection: Sequence[str]) -> str:
    """A selection in words: `only GRA-*`, `all but GRA-7`, `only GRA-* without GRA-7`."""
    included = _named([pattern for pattern in selection if not pattern.startswith("!")])
    excluded = _named([pattern[1:] for pattern in selection if pattern.startswith("!")])
    if not included:
        return f"all but {excluded}"
    return f"only {included} without {excluded}" if excluded else f"only {included}"


def _named(patterns: Sequence[str]) -> str:
    named = ", ".join(patterns[:_PATTERNS_NAMED])
    return named if len(patterns) <= _PATTERNS_NAMED else f"{named} and {len(patterns) - _PATTERNS_NAMED} more"
