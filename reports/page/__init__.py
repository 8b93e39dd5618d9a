"""The page (`report.html`): a record as one HTML file for people, complete without JavaScript."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from orderproof.reports.page.document import icon, page
from orderproof.reports.page.exchanges import appendix, island, whole
from orderproof.reports.page.findings import cited_on_page
from orderproof.reports.page.overview import bar, counts, overview
from orderproof.reports.page.rules import LARGE, areas, rendered
from orderproof.reports.page.statuses import status_map
from orderproof.reports.page.words import FOUND

_LISTED = 200
# If findings rest on more exchanges than this, a print has a line of each: bodies would fill a hundred pages.
_PRINTED_WHOLE = 12
_PREFLIGHT_SHOWN = 20


def render(record: Mapping[str, Any], verified: str | None = None) -> str:
    """The page of a record; the same record always gives the same page.

    `verified` says whether the record was verified; None where nobody did.
    """
    shown = rendered(record["rules"])
    cited = cited_on_page(shown)
    exchanges = record["exchanges"]
    preflight = [one for one in exchanges if one["check"] == "preflight"] if record["void"] else []
    return page(
        "report.html.j2",
        ("common.js", "filter.js", "report.js", "exchanges.js", "start.js"),
        record=record,
        icon=icon(record["verdict"]),
        overview=overview(record, verified),
        counts=counts(record["summary"]),
        bar=Markup(bar(record["summary"])),
        broken=_listed(record, "fail"),
        advice=_listed(record, "warn"),
        map=status_map(exchanges),
        areas=[
            {
                "key": area.key,
                "name": area.name,
                "total": area.total,
                "counts": list(area.counts.items()),
                "bar": Markup(bar({**dict.fromkeys(record["summary"], 0), **area.counts}, "120", 5)),
                "blocks": [Markup(block) for block in area.blocks],
            }
            for area in areas(record, shown, cited)
        ],
        shown=len(shown),
        without_finding=sum(row["verdict"] not in FOUND for row in shown),
        large=len(shown) > LARGE,
        cited=len(cited),
        printed_whole=_PRINTED_WHOLE,
        appendix=Markup(appendix(((exchanges[number], curl) for number, curl in cited.items()), record["target"])),
        preflight=[Markup(whole(one)) for one in preflight[-_PREFLIGHT_SHOWN:]],
        island=Markup(island(exchanges)),
    )


def _listed(record: Mapping[str, Any], verdict: str) -> dict[str, Any]:
    """The rules of a verdict for a list above all rules, and how many more there are."""
    rows = [row for row in record["rules"] if row["verdict"] == verdict]
    return {"rows": rows[:_LISTED], "hidden": max(0, len(rows) - _LISTED)}
