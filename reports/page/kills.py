"""The kill matrix as a page: seeded faults by rules, correct servers, and what each rule caught.

Its reader asks how good the suite is: which faults it finds, by which rules, and which correct servers it finds
conforming.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from orderproof.reports.page.document import icon, page
from orderproof.reports.page.markup import attribute, counted, duration, sentence, text
from orderproof.reports.page.words import Word
from orderproof.spec.catalogue import AREAS, Rule, catalogue

SERVERS = "servers"
REFERENCE = "reference-server"
_NAMES_SHOWN = 8
# Side and margin in the drawing; the colours are for browsers that drop the style.
_CELL = 3
_MARGIN = 40
_COLOURS = {"caught": "#4f9a6f", "elsewhere": "#c98a2e", "escaped": "#b8332a"}


# The result of a run against a fault or a correct server.
RESULTS: Mapping[str, Word] = {
    "escaped": Word("✗", "escaped", "A rule that should find the fault did not."),
    "alarm": Word("!", "false alarm", "A correct server was not found conforming, or got a needless warning."),
    "caught": Word("✓", "caught", "Every rule that should find the fault found it."),
    "spared": Word("✓", "spared", "A correct server was found conforming."),
}


def render_kills(found: Mapping[str, Any]) -> str:
    """The page of a matrix as `orderproof.conformance.selftest.matrix.matrix` gives it."""
    rows = found["judgements"]
    rules = catalogue()
    faults = [row for row in rows if row["kind"] == "fault"]
    by_area: dict[str, list[Mapping[str, Any]]] = {}
    places = {rule_id: place for place, rule_id in enumerate(rules)}
    # A fault is listed under the first rule that should find it, in the catalogue's order; last if there is none.
    first = {row["name"]: min(row["breaks"], key=lambda rule_id: places[rule_id], default="") for row in faults}
    for row in sorted(faults, key=lambda row: (places.get(first[row["name"]], len(places)), row["name"])):
        by_area.setdefault(rules[first[row["name"]]].area if row["breaks"] else "", []).append(row)
    servers = [row for row in rows if row["kind"] == "variant"]
    sections = [(area, AREAS.get(area, "No rule named"), of_area) for area, of_area in by_area.items()]
    if servers:
        sections.append((SERVERS, "Correct servers", servers))
    results = Counter(map(_result, rows))
    wrong = [row for row in rows if row["is_wrong"]]
    return page(
        "kills.html.j2",
        ("common.js", "filter.js", "start.js"),
        icon=icon("non-conforming" if wrong else "conforming"),
        found=found,
        faults=len(faults),
        servers=len(servers),
        wrong=wrong,
        large=False,
        requests=sum(row["requests"] for row in rows),
        results=dict(RESULTS),
        counts=[(key, results[key]) for key in RESULTS],
        drawing=Markup(_drawing([row for of_area in by_area.values() for row in of_area], rules)),
        sections=[
            {"key": key, "name": name, "rows": Markup("".join(map(_row, of_area)))} for key, name, of_area in sections
        ],
        rules=Markup("".join(_rule_row(rule, found) for rule in rules.values())),
    )


def _result(row: Mapping[str, Any]) -> str:
    if row["kind"] == "fault":
        return "escaped" if row["is_wrong"] else "caught"
    return "alarm" if row["is_wrong"] else "spared"


def _drawing(faults: Sequence[Mapping[str, Any]], rules: Mapping[str, Rule]) -> str:
    """Rules down, faults across: a cell where a rule found a fault or should have found it. Empty without faults.

    The tables below say the same in words.
    """
    if not faults:
        return ""
    ids = list(rules)
    cells: dict[str, list[tuple[int, int]]] = {"elsewhere": [], "caught": [], "escaped": []}
    for column, row in enumerate(faults):
        for kind, found in (
            ("elsewhere", row["stray"]),
            ("caught", [rule for rule in row["breaks"] if rule in row["broken"]]),
            ("escaped", row["escaped"]),
        ):
            cells[kind] += [(column * _CELL, ids.index(rule) * _CELL) for rule in found if rule in rules]
    # At least a square: a single column as wide as the page would be a hundred pages high.
    width, height = max(len(faults), len(ids)) * _CELL, len(ids) * _CELL
    firsts = {rules[rule].area: index * _CELL for index, rule in reversed(list(enumerate(ids)))}
    lines = "".join(f"M-{_MARGIN} {first}h{width + _MARGIN}" for first in firsts.values() if first)
    labels = "".join(f'<text x="-{_MARGIN}" y="{first + 12}">{area}</text>' for area, first in firsts.items())
    side = _CELL - 0.5
    squares = {kind: "".join(f"M{x} {y}h{side}v{side}h-{side}z" for x, y in at) for kind, at in cells.items()}
    marks = "".join(f'<path class="{kind}" fill="{_COLOURS[kind]}" d="{path}"/>' for kind, path in squares.items())
    said = f"{counted(len(faults), 'fault')} across, {counted(len(ids), 'rule')} down: " + ", ".join(
        f"{len(cells[kind]):,} {kind}" for kind in ("caught", "escaped", "elsewhere")
    )
    return (
        f'<svg viewBox="-{_MARGIN} 0 {width + _MARGIN} {height}" role="img" aria-label="{attribute(said)}">'
        f'<path class="lines" fill="none" stroke="#c9c4ba" stroke-width="0.4" d="{lines}"/>'
        f'<g font-size="11" fill="#6b665c" aria-hidden="true">{labels}</g>{marks}</svg>'
    )


def _row(row: Mapping[str, Any]) -> str:
    key = _result(row)
    result = RESULTS[key]
    found = [
        f'<a class="{"caught" if rule in row["broken"] else "escaped"}" href="#rule-{attribute(rule)}">{text(rule)}</a>'
        for rule in row["breaks"]
    ]
    why = f'<p class="why">{text(sentence(row["why"]))}</p>' if row["why"] else ""
    return (
        f'<tr data-result="{key}"><th scope="row" id="{attribute(row["name"] or REFERENCE)}">'
        f"<code>{text(row['name'] or 'none')}</code> {text(row['about'])}{why}</th>"
        f'<td class="{key}"><span class="mark" aria-hidden="true">{result.mark}</span> {result.name}</td>'
        f"<td>{' '.join(found) or '–'}</td><td>{_ids(row['stray'])}</td>"
        f"<td>{row['requests']:,} in {duration(row['duration_s'])}</td></tr>"
    )


def _ids(rules: Sequence[str]) -> str:
    return " ".join(f'<a href="#rule-{attribute(rule)}">{text(rule)}</a>' for rule in rules) or "–"


def _rule_row(rule: Rule, found: Mapping[str, Any]) -> str:
    caught = found["caught"].get(rule.id, [])
    return (
        f'<tr><th scope="row" id="rule-{attribute(rule.id)}"><code>{text(rule.id)}</code> {text(rule.title)}</th>'
        f"<td>{text(rule.level)}</td><td>{len(caught)}</td><td>{_names(caught)}</td>"
        f"<td>{_names(found['elsewhere'].get(rule.id, []))}</td></tr>"
    )


def _names(faults: Sequence[str]) -> str:
    """Links to the faults; of many, most behind a disclosure."""
    links = [f'<a href="#{attribute(name)}">{text(name)}</a>' for name in faults]
    if len(links) <= _NAMES_SHOWN:
        return "<br>".join(links) or "–"
    return f"<details><summary>{len(links)} faults</summary>{'<br>'.join(links)}</details>"
