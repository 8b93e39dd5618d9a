"""The matrix: rules by implementations, or by releases, with agreements and differences marked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from orderproof.reports.compare import JUDGED, compare
from orderproof.reports.page.document import icon, page
from orderproof.reports.page.markup import attribute, clipped, sentence, text
from orderproof.reports.page.overview import bar, headline
from orderproof.reports.page.rules import LARGE
from orderproof.reports.page.words import RULE_WORDS, Word

_BLOCK = 60
ABSENT = "absent"


# What the implementations have in common on a rule.
AGREEMENTS: Mapping[str, Word] = {
    "differ": Word("≠", "differ", "At least two records judged the rule, with different verdicts."),
    "unknown": Word("?", "not all judged", "The records that judged the rule agree; at least one did not judge it."),
    "agree": Word("=", "agree", "The same verdict in all records."),
}


def agreement(verdicts: Sequence[str]) -> str:
    """The key in `AGREEMENTS` for a rule's verdicts, `absent` among them where a record does not have the rule."""
    if len(set(verdicts)) == 1:
        return "agree"
    return "differ" if len({verdict for verdict in verdicts if verdict in JUDGED}) > 1 else "unknown"


def render_matrix(records: Sequence[Mapping[str, Any]]) -> str:
    """The page that shows two or more records side by side, the first one on the left."""
    names = _names(records)
    rows = _rows(records)
    counts = Counter(agreement([_verdict(cell) for cell in cells]) for cells in rows.values())
    areas: dict[str, list[str]] = {}
    for rule_id, cells in rows.items():
        areas.setdefault(_any(cells)["area"], []).append(rule_id)
    changes = {change.id: change.kind for change in compare(*records)} if len(records) == 2 else {}
    area_names = {area: name for record in records for area, name in record["spec"]["areas"].items()}
    return page(
        "matrix.html.j2",
        ("common.js", "filter.js", "start.js"),
        icon=icon(""),
        records=[
            {
                "name": name,
                "record": record,
                "headline": headline(record),
                "bar": Markup(bar(record["summary"], "120", 8)),
            }
            for name, record in zip(names, records, strict=True)
        ],
        total=len(rows),
        large=len(rows) > LARGE,
        agreements=dict(AGREEMENTS),
        counts=[(key, counts[key]) for key in AGREEMENTS],
        cautions=_cautions(records, names),
        areas=[
            {
                "key": area,
                "name": area_names.get(area, area),
                "blocks": [
                    Markup(
                        "".join(_row(one, rows[one], names, changes.get(one)) for one in ids[first : first + _BLOCK])
                    )
                    for first in range(0, len(ids), _BLOCK)
                ],
            }
            for area, ids in areas.items()
        ],
    )


def _names(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """A unique name for each record: its target's, with the column's number if several targets share the name."""
    given = [clipped(record["target"]["name"], 60) for record in records]
    return [name if given.count(name) == 1 else f"{name} ({number})" for number, name in enumerate(given, 1)]


def _rows(records: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any] | None]]:
    """For each rule of any record, in the records' order, its row in every record or None."""
    by_id = [{row["id"]: row for row in record["rules"]} for record in records]
    ids = dict.fromkeys(row["id"] for record in records for row in record["rules"])
    return {rule_id: [rows.get(rule_id) for rows in by_id] for rule_id in ids}


def _any(cells: Sequence[Mapping[str, Any] | None]) -> Mapping[str, Any]:
    return next(cell for cell in cells if cell is not None)


def _verdict(cell: Mapping[str, Any] | None) -> str:
    return ABSENT if cell is None else cell["verdict"]


def _cautions(records: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[str]:
    """How the runs differ, so that a difference between records may not come from the implementations."""
    settings = {
        "They were judged by different versions of orderproof": [record["orderproof"] for record in records],
        "They were judged with different profiles": [record["profile"] for record in records],
        "They were judged with different seeds": [str(record["seed"]) for record in records],
        "They did not all send more than GET": ["read-only" if "read_only" in one else "all" for one in records],
        "They were asked for different rules": [", ".join(record["selection"]) or "all" for record in records],
    }
    return [
        clipped(f"{what}: {'; '.join(f'{name} {value}' for name, value in zip(names, values, strict=True))}.", 400)
        for what, values in settings.items()
        if len(set(values)) > 1
    ]


def _row(rule_id: str, cells: Sequence[Mapping[str, Any] | None], names: Sequence[str], change: str | None) -> str:
    rule = _any(cells)
    key = agreement([_verdict(cell) for cell in cells])
    common = AGREEMENTS[key]
    # How the rule changed between two releases says more than that it differs.
    said = change or common.name
    return (
        f'<tr data-agreement="{key}"><th scope="row" id="{attribute(rule_id)}"><code>{text(rule_id)}</code> '
        f"{text(rule['title'])}{_why(cells, names)}</th>{''.join(map(_cell, cells))}"
        f'<td class="{key}"><span class="mark" aria-hidden="true">{common.mark}</span> {text(said)}</td></tr>'
    )


def _cell(cell: Mapping[str, Any] | None) -> str:
    if cell is None:
        return '<td class="absent">not in this record</td>'
    word = RULE_WORDS[cell["verdict"]]
    return f'<td class="{cell["verdict"]}"><span class="mark" aria-hidden="true">{word.mark}</span> {word.name}</td>'


def _why(cells: Sequence[Mapping[str, Any] | None], names: Sequence[str]) -> str:
    """The reason that each record gives for its verdict, if any."""
    reasons = [
        f"<li><b>{text(name)}</b>: {text(sentence(clipped(cell['reason'], 400)))}</li>"
        for name, cell in zip(names, cells, strict=True)
        if cell is not None and cell["reason"]
    ]
    return f"<details><summary>Why</summary><ul>{''.join(reasons)}</ul></details>" if reasons else ""
