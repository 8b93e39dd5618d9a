"""What came of verifying a record, as data and in words: `orderproof.conformance.runner.verifying` derives it."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from orderproof.reports.derived import Disagreement
from orderproof.reports.headline import counted
from orderproof.reports.redaction.harmless import one_line


@dataclass(slots=True)
class Figures:
    """How much of a record was proven.

    Of its rules: `proven` by exchanges that were all judged again, `partly` by those that could be, `by_checks` rest on
    steps of checks that no record keeps, `unjudged` have no verdict to prove. `ordered`: also held against the order of
    their requests. Of its findings: `findings`, and the
    `races` among them that were judged again. Of its exchanges: `whole`, `masked` and `in_part`.
    """

    rules: int = 0
    proven: int = 0
    partly: int = 0
    by_checks: int = 0
    unjudged: int = 0
    ordered: int = 0
    waived: int = 0
    findings: int = 0
    races: int = 0
    races_proven: int = 0
    exchanges: int = 0
    whole: int = 0
    masked: int = 0
    in_part: int = 0


@dataclass(slots=True)
class Verification:
    """What came of verifying a record: its digest `fits`, or not, or it has none (None); what disagrees; figures.

    `is_known`: the installed catalogue is the one that the record was judged by; otherwise neither its texts nor its
    passive rules can be proven. `is_readable`: its exchanges stand where its parts say.
    """

    fits: bool | None
    is_known: bool
    is_readable: bool = True
    disagreements: list[Disagreement] = field(default_factory=list)
    figures: Figures = field(default_factory=Figures)

    @property
    def is_verified(self) -> bool:
        """Whether nothing in the record contradicts it."""
        return self.fits is not False and not self.disagreements


def as_data(found: Verification) -> dict[str, Any]:
    """What came of it as JSON-ready data."""
    return {
        "verified": found.is_verified,
        "digest": {True: "fits", False: "does not fit", None: "none"}[found.fits],
        "catalogue": "installed" if found.is_known else "another",
        "figures": asdict(found.figures),
        "disagreements": [one._asdict() for one in found.disagreements],
    }


def lines(record: Mapping[str, Any], found: Verification, *, shown: int) -> Iterator[str]:
    """What came of it, for people; of what disagrees at most `shown` lines."""
    yield f"{one_line(record['headline'])}"
    yield f"digest     {_digest(record, found)}"
    yield f"catalogue  {_catalogue(record, found)}"
    yield from _figures(found)
    if found.disagreements:
        yield f"disagrees  {counted(len(found.disagreements), 'contradiction')}:"
    for one in found.disagreements[:shown]:
        yield f"  {one_line(str(one), 600)}"
    if len(found.disagreements) > shown:
        yield f"  and {len(found.disagreements) - shown} more; --json lists all"
    yield conclusion(found)


def conclusion(found: Verification) -> str:
    """Whether a record is verified, in a sentence without a full stop."""
    if found.fits is False:
        return "not verified: the record was changed after it was written"
    if found.disagreements:
        return "not verified: the record contradicts itself, so it was changed, or made by other means than a run"
    if not found.is_known:
        return "verified in part: nothing in the record contradicts the rest, but another version of orderproof made it"
    if found.fits is None:
        return "verified, but without a digest: nothing in the record contradicts the rest"
    return "verified: the digest fits, and nothing in the record contradicts the rest"


def refusal(record: Mapping[str, Any], found: Verification) -> str | None:
    """Why a gate that demands a verified record refuses this one, in a clause; None where it is verified in full."""
    if "traffic" in record:
        return "judged recorded traffic, of which it holds a part; judge the files again with `orderproof traffic`"
    if found.fits is None:
        return "has no digest, so it cannot be verified; run again with a version of orderproof that writes one"
    if found.disagreements:
        more = len(found.disagreements) - 1
        others = f" (and {counted(more, 'more contradiction')})" if more else ""
        return f"contradicts itself: {one_line(str(found.disagreements[0]), 400)}{others}; take the original file"
    if not found.is_known:
        judged_by = one_line(record["rejudged"]["by"] if "rejudged" in record else record["orderproof"])
        return f"was judged by orderproof {judged_by}; verify it with that version, this one cannot judge it again"
    return None


def told(record: Mapping[str, Any], found: Verification | None) -> str:
    """The same for a page or a test report, with the digest; `found` is None where nobody verified the record."""
    digest = f"; digest {record['digest']}" if "digest" in record else "; the record has no digest"
    if found is None:
        return f"written together with its record, and not verified since{digest}"
    if not found.is_verified:
        first = f" ({one_line(str(found.disagreements[0]), 300)})" if found.disagreements else ""
        return f"{conclusion(found)}{first}{digest}"
    figures = found.figures
    return (
        f"{conclusion(found)}; its exchanges alone prove {figures.proven} of {counted(figures.rules, 'verdict')}, "
        f"{figures.by_checks + figures.partly} rest on what checks did, too{digest}"
    )


def _digest(record: Mapping[str, Any], found: Verification) -> str:
    if found.fits is None:
        return f"none: orderproof {one_line(record['orderproof'])} wrote none, so a change that fits would not show"
    if not found.fits:
        return "does not fit: the record was changed after it was written"
    return f"fits: {record['digest']}"


def _catalogue(record: Mapping[str, Any], found: Verification) -> str:
    if found.is_known:
        return "the installed one: texts, levels and sources were compared"
    return (
        f"that of orderproof {one_line(record['orderproof'])}, which is not installed: texts were not compared, and no "
        "answer was judged again (--rejudge shows what this version says of them)"
    )


def _figures(found: Verification) -> Iterator[str]:
    one = found.figures
    yield f"rules      {one.rules}:"
    for count, what in (
        (one.proven, "proven: every answer that they rest on was judged again"),
        (one.partly, "proven as far as bodies were kept: the rest is masked, or only its beginning is there"),
        (one.by_checks, "rest on steps of checks too, which no record keeps: compared with their findings and counts"),
        (one.unjudged, "without a verdict to prove"),
    ):
        if count:
            yield f"  {count:>5}  {what}"
    if one.ordered:
        yield f"  {one.ordered:>5}  of them held against what the requests of their checks show in their order, too"
    if one.waived:
        yield f"  {one.waived:>5}  of them waived: that is the word of whoever gave the waivers"
    if one.findings:
        raced = f"; {one.races_proven} of {counted(one.races, 'race')} proven again" if one.races else ""
        yield f"findings   {one.findings}, held against the exchanges that they cite{raced}"
    yield (
        f"exchanges  {one.exchanges}: {one.whole} whole, {one.masked} with masked values, {one.in_part} kept in part "
        "(of these, status and media type alone were judged again)"
    )
