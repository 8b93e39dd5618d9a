"""Verifying a record: all that its own parts prove is derived again, without the server that was judged."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orderproof import __version__
from orderproof.conformance.config.state_kinds import STATES
from orderproof.conformance.runner.proving import is_proven, passive_row
from orderproof.conformance.runner.recorded import Proof, contradictions, prove
from orderproof.conformance.runner.recorded_excuses import excuses
from orderproof.conformance.runner.recorded_races import Races, races
from orderproof.conformance.runner.scope import out_of_scope_of
from orderproof.reports import derived, digest
from orderproof.reports.acceptance import AcceptanceError, read_acceptance, with_acceptance
from orderproof.reports.citations import citations, out_of_place
from orderproof.reports.compare import JUDGED
from orderproof.reports.derived import Disagreement
from orderproof.reports.evidence import PASSIVE
from orderproof.reports.verification import Figures, Verification
from orderproof.spec.catalogue import catalogue


def verify(record: Mapping[str, Any]) -> Verification:
    """Derive again what a record's parts prove of one another, but for the order of requests: see `traffic`."""
    fits = digest.problem(record) is None if digest.MEMBER in record or digest.is_due(record) else None
    is_known = derived.is_of_this_catalogue(record, __version__)
    found = Verification(fits, is_known)
    is_marked = digest.MEMBER in record or digest.is_due(record)
    found.disagreements = list(out_of_place(record))
    if found.disagreements:
        found.is_readable = False
        return found
    # A recording keeps less than a run, and more of it than its record holds was judged.
    is_traffic = "traffic" in record
    proofs = [prove(told, is_marked=is_marked) for told in record["exchanges"]] if is_known and not is_traffic else []
    raced = races(record)
    found.disagreements = list(_disagreements(record, proofs, raced, is_known=is_known, is_marked=is_marked))
    found.figures = _figures(record, proofs, raced)
    return found


def _disagreements(
    record: Mapping[str, Any], proofs: Sequence[Proof], raced: Races, *, is_known: bool, is_marked: bool
) -> Iterator[Disagreement]:
    target = record["target"]
    scope = out_of_scope_of(target["internal_base_url"], target.get("absent", ()), read_only="read_only" in record)
    if is_known:
        yield from derived.catalogue_texts(record)
        for row in record["rules"]:
            if "traffic" not in record and row["id"] in catalogue() and catalogue()[row["id"]].passive:
                yield from passive_row(row, proofs, is_marked=is_marked)
    own_urls = [url.rstrip("/") for url in (target["base_url"], target["internal_base_url"]) if url]
    for told in record["exchanges"]:
        yield from contradictions(told, own_urls)
    yield from excuses(record, is_known=is_known)
    yield from citations(record, is_known=is_known)
    yield from raced.disagreements
    yield from derived.checks(record, is_marked=is_marked) if "traffic" not in record else ()
    yield from derived.rows(record, scope, by_catalogue=is_known)
    yield from derived.totals(record)
    yield from _accepted(record)


def _accepted(record: Mapping[str, Any]) -> Iterator[Disagreement]:
    if "accepted" not in record:
        return
    by = record["accepted"]["by"]
    try:
        again, _ = with_acceptance(record, read_acceptance(by, STATES))
    except AcceptanceError:
        # The names of another catalogue.
        return
    if again.get("accepted") != record["accepted"]:
        yield Disagreement("the record", "what was accepted", repr(by), "its rules do not come to that")


def _figures(record: Mapping[str, Any], proofs: Sequence[Proof], raced: Races) -> Figures:
    rows, exchanges = record["rules"], record["exchanges"]
    figures = Figures(rules=len(rows), exchanges=len(exchanges), races=raced.found, races_proven=raced.proven)
    for row in rows:
        figures.waived += row["verdict"] == "waived"
        figures.findings += len(row["findings"])
        is_passive = bool(proofs) and any(entry["check"] == PASSIVE for entry in row["checks"])
        if row["verdict"] not in JUDGED:
            figures.unjudged += 1
        elif proofs and is_proven(row, proofs):
            figures.proven += 1
        elif is_passive and len(row["checks"]) == 1:
            figures.partly += 1
        else:
            figures.by_checks += 1
    for one in exchanges:
        body = one["response_body"]
        is_masked = derived.has_mark(body["text"])
        figures.in_part += body["cut"]
        figures.masked += is_masked and not body["cut"]
        figures.whole += not body["cut"] and not is_masked
    return figures
