"""Whether a run judged all that it set out to judge: every format shows it as a case of its own.

Most formats show a rule that was not judged as skipped, and count a run of skipped tests as passed. This case fails
where the verdict is partial or void, so that no format looks green.
"""

from collections.abc import Mapping
from typing import Any

from orderproof.reports.redaction.harmless import one_line

RUN_ID = "RUN"
RUN_TITLE = "Every rule in scope was judged"
_NAMED = 20


def unjudged(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows of rules in scope that gate and were not judged."""
    return [
        row for row in record["rules"] if row["level"] != "advisory" and row["verdict"] in ("inconclusive", "not-run")
    ]


def shortfall(record: Mapping[str, Any]) -> str | None:
    """What keeps the run from having judged all that it set out to judge, in a sentence; None where nothing does."""
    if record["verdict"] == "void":
        return one_line(record["headline"], 1_000)
    reasons = [one_line(record["cut_short"], 500)] if record["cut_short"] else []
    rows = unjudged(record)
    if rows:
        names = ", ".join(row["id"] for row in rows[:_NAMED]) + (", …" if len(rows) > _NAMED else "")
        reasons.append(f"not judged: {len(rows)} of {len(record['rules'])} rules ({names})")
    return "; ".join(reasons) or None
