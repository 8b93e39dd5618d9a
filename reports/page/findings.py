"""The findings of a rule on the page: expected beside observed, and how to repeat them."""

from collections.abc import Mapping, Sequence
from typing import Any

from orderproof.reports.curl import variables_note
from orderproof.reports.explanation import again_note, command_again, own_source, place_of
from orderproof.reports.page.difference import marked
from orderproof.reports.page.exchanges import anchor, copyable, curl_block, line, whole
from orderproof.reports.page.markup import attribute, clipped, counted, sentence, text
from orderproof.reports.page.script import script
from orderproof.reports.page.story import story
from orderproof.reports.page.timeline import timeline
from orderproof.reports.waivers import fingerprint

# Every check may meet the same broken answer: it is shown in full a few times, then in short.
_IN_FULL = 5
_IN_SHORT = 200
_EXCHANGES = 100
_LINES_OPEN = 8
_TEXT_SHOWN = 6_000


def cited_on_page(rows: Sequence[Mapping[str, Any]], limit: int = 3_000) -> dict[int, str]:
    """The exchanges that the findings shown of these rows cite, each with its `curl` line."""
    cited: dict[int, str] = {}
    for row in rows:
        for index, finding in enumerate(row["findings"][:_IN_SHORT]):
            pairs = list(zip(finding["exchanges"], finding["curl"], strict=False))
            if index >= _IN_FULL:
                pairs = [pair for pair in pairs if pair[0] == finding["decisive"]]
            for number, curl in pairs[-_EXCHANGES:]:
                if number in cited or len(cited) < limit:
                    cited[number] = curl
    return dict(sorted(cited.items()))


def findings(row: Mapping[str, Any], record: Mapping[str, Any], cited: Mapping[int, str]) -> str:
    """All findings of a rule: the first few in full, the others in short. `cited`: see `cited_on_page`."""
    found = row["findings"]
    parts = [_finding(number, row, one, record, cited) for number, one in enumerate(found[:_IN_FULL], 1)]
    if len(found) > _IN_FULL:
        short = "".join(_short(row, one, record, cited) for one in found[_IN_FULL:_IN_SHORT])
        hidden = len(found) - _IN_SHORT
        beyond = f'<p class="aside">And {hidden:,} more in report.json.</p>' if hidden > 0 else ""
        parts.append(
            f'<details class="more"><summary>{counted(len(found) - _IN_FULL, "more finding")} of this rule</summary>'
            f'<ol class="short" start="{_IN_FULL + 1}">{short}</ol>{beyond}</details>'
        )
    return f'<div class="findings">{"".join(parts)}</div>'


def _finding(
    number: int, row: Mapping[str, Any], finding: Mapping[str, Any], record: Mapping[str, Any], cited: Mapping[int, str]
) -> str:
    name = f"{row['id']}.{number}"
    total = len(row["findings"])
    heading = "Finding" if total == 1 else f"Finding {number} of {total:,}"
    parts = [
        f'<section class="finding" id="{attribute(name)}"><h5><a href="#{attribute(name)}">{heading}</a></h5>'
        f'<p class="message">{text(sentence(clipped(finding["message"], 2_000)))}</p>',
        _own_words(row, finding, record),
        _sides(finding["expected"], finding["observed"]),
    ]
    if finding.get("story"):
        about = "Before the race" if finding.get("timeline") else "The walk, step by step"
        parts.append(f"<h6>{about}</h6>{story(finding['story'], finding['decisive'], cited)}")
    if finding.get("timeline"):
        parts.append(f"<h6>The race</h6>{timeline(finding['timeline'], cited)}")
    parts += _evidence(name, finding, record)
    parts.append(_requests(name, row, finding, record, cited))
    parts.append(
        f'<p class="aside">Found by {text(finding["check"])}. To judge this rule again: '
        f"<code>{text(command_again(row, record))}</code>{again_note(record)}. "
        f"To waive only this finding, use its fingerprint <code>{fingerprint(row, finding)}</code>.</p></section>"
    )
    return "".join(parts)


def citation(source: Mapping[str, str], record: Mapping[str, Any]) -> str:
    """A document's words, and where they stand."""
    return f'<blockquote>{text(source["words"])}</blockquote><p class="source">{text(place_of(source, record))}</p>'


def _own_words(row: Mapping[str, Any], finding: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    own = own_source(row, finding)
    return citation(own, record) if own else ""


def _sides(expected: str, observed: str) -> str:
    if not expected and not observed:
        return ""
    left, right = marked(expected[:_TEXT_SHOWN], observed[:_TEXT_SHOWN])
    return (
        f'<div class="sides"><div class="expected"><h6>Expected</h6><pre>{left or "–"}</pre></div>'
        f'<div class="observed"><h6>Observed</h6><pre>{right or "–"}</pre></div></div>'
    )


def _evidence(name: str, finding: Mapping[str, Any], record: Mapping[str, Any]) -> list[str]:
    decisive = finding["decisive"]
    if decisive is None:
        return []
    parts = [f"<h6>The exchange that shows it</h6>{whole(record['exchanges'][decisive])}"]
    curl = _curl_of(finding, decisive)
    if not curl:
        return parts
    before, other = finding["exchanges"].index(decisive), _other_requests(finding, record)
    heading, says = "The request that shows it", "This request shows it."
    if finding.get("timeline"):
        heading = "A request of the race"
        says = "Alone it shows nothing: the requests have to meet. The script below sends them together again."
    elif before:
        says = f"Run the {counted(before, 'request')} before it first: the script below holds them all."
    elif not other:
        says = "This request alone shows it."
    if other:
        says += f" The same check had sent {counted(other, 'other request')} before, which are in report.json."
    says = f"{says} {variables_note('It takes', [curl])}".rstrip()
    return [*parts, f'<h6>{heading}</h6>{curl_block(curl, f"{name}-curl")}<p class="aside">{text(says)}</p>']


def _other_requests(finding: Mapping[str, Any], record: Mapping[str, Any]) -> int:
    """How many requests its check sent before and between those of a finding: of other examples, walks and races."""
    numbers = finding["exchanges"]
    before = record["exchanges"][: max(numbers)]
    return sum(one["check"] == finding["check"] and one["number"] not in numbers for one in before)


def _curl_of(finding: Mapping[str, Any], number: int) -> str:
    pairs: dict[int, str] = dict(zip(finding["exchanges"], finding["curl"], strict=False))
    return pairs.get(number, "")


def _requests(
    name: str, row: Mapping[str, Any], finding: Mapping[str, Any], record: Mapping[str, Any], cited: Mapping[int, str]
) -> str:
    """The requests that led to the finding, each with a link to its exchange, and all of them as a script."""
    numbers = finding["exchanges"]
    if len(numbers) < 2:
        return ""
    shown = numbers[-_EXCHANGES:]
    lines = "".join(_request(number, finding["decisive"], record, cited) for number in shown)
    left_out = len(numbers) - len(shown)
    before = f'<p class="aside">The first {left_out:,} are in report.json.</p>' if left_out else ""
    is_open = " open" if len(shown) <= _LINES_OPEN else ""
    commands = script(row, finding, record)
    block = copyable(commands, f"{name}-script", "script")
    save = (
        f'<button type="button" class="save" data-save="{attribute(name)}-script" data-name="{attribute(name)}.sh" '
        "hidden>Save as a file</button>"
    )
    return (
        f'<details class="led"{is_open}><summary>All {counted(len(numbers), "request")}, in order</summary>{before}'
        f'<ol start="{left_out + 1}">{lines}</ol></details>'
        f'<details class="script"><summary>All of them as a shell script</summary>{block}{save}</details>'
    )


def _request(number: int, decisive: int | None, record: Mapping[str, Any], cited: Mapping[int, str]) -> str:
    shown_line = line(record["exchanges"][number], record["target"])
    here = ' <strong class="here">this request shows it</strong>' if number == decisive else ""
    link = f'<a class="to-exchange" href="#{anchor(number)}">{shown_line}</a>' if number in cited else shown_line
    return f"<li>{link}{here}</li>"


def _short(
    row: Mapping[str, Any], finding: Mapping[str, Any], record: Mapping[str, Any], cited: Mapping[int, str]
) -> str:
    decisive = finding["decisive"]
    link = ""
    if decisive is not None:
        shown_line = line(record["exchanges"][decisive], record["target"])
        link = (
            f'<a class="to-exchange" href="#{anchor(decisive)}">{shown_line}</a>' if decisive in cited else shown_line
        )
    left, right = marked(clipped(finding["expected"], 400), clipped(finding["observed"], 400))
    sides = f'<p class="pair">expected <code>{left or "–"}</code> observed <code>{right or "–"}</code></p>'
    sides = sides if finding["expected"] or finding["observed"] else ""
    own = _own_words(row, finding, record)
    known_by = f'<p class="pair">fingerprint <code>{fingerprint(row, finding)}</code></p>'
    message = text(sentence(clipped(finding["message"], 600)))
    return f'<li><p class="message">{message}</p>{own}{sides}{link}{known_by}</li>'
