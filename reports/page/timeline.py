"""A race as a drawn timeline: a lane for each operation, bars that overlap where operations did.

The drawing repeats what the text of each lane says, so nothing is lost where it is not seen. The bars stretch with the
page while the texts stay texts: one drawing of everything would shrink its letters on a narrow screen.
"""

from collections.abc import Container, Mapping, Sequence
from typing import Any

from reports.page.exchanges import anchor
from reports.page.markup import clipped, text

_TICKS = 4
# A bar that is too thin to be seen would look like an operation that was never sent. In percent.
_THINNEST = 0.6
# Where the style is missing, drawings need a height of their own.
_HEIGHT = 34
_COLOURS = {True: "#b8332a", False: "#3c8ea6"}


def timeline(events: Sequence[Mapping[str, Any]], linked: Container[int]) -> str:
    """The race as a figure. `linked`: numbers of the exchanges that are on the page."""
    starts = [event["start_s"] for event in events]
    ends = [event["end_s"] for event in events if event["end_s"] is not None]
    first, last = min(starts), max([*starts, *ends])
    span = (last - first) or 0.001
    if len(ends) < len(events):
        # Room for the bars that lead out of the picture, since no answer came.
        span *= 1.15
    lanes = "".join(_lane(event, first, span, linked) for event in sorted(events, key=lambda event: event["start_s"]))
    ticks = "".join(f"<span>{_milliseconds(span * tick / _TICKS)}</span>" for tick in range(_TICKS + 1))
    impossible = sum(event["impossible"] for event in events)
    caption = f"{len(events)} operations by the time at which each was under way, from the first request on."
    if impossible:
        caption += f" No sequence of the documented operations explains the {impossible} marked ones together."
    return (
        f'<figure class="timeline"><figcaption>{caption}</figcaption><ol>{lanes}</ol>'
        f'<p class="ticks" aria-hidden="true">{ticks}</p></figure>'
    )


def _lane(event: Mapping[str, Any], first: float, span: float, linked: Container[int]) -> str:
    start = event["start_s"] - first
    end = None if event["end_s"] is None else event["end_s"] - first
    until = f"to {_milliseconds(end)}" if end is not None else "on; no answer came"
    kind = " impossible" if event["impossible"] else ""
    mark = ' <strong class="here">✗ not explained</strong>' if event["impossible"] else ""
    exchange = event["exchange"]
    link = f' <a href="#{anchor(exchange)}">exchange {exchange}</a>' if exchange in linked else ""
    answer = clipped(event["answer"], 300)
    came = f' <span class="came">→ {text(answer)}</span>' if answer else ""
    times = f"from {_milliseconds(start)} {until}"
    return (
        f'<li class="lane{kind}"><p>{text(clipped(event["text"], 300))}{came}{mark}'
        f'<span class="times">{times}{link}</span></p>'
        f"{_drawing(times, start / span, None if end is None else end / span, event['impossible'])}</li>"
    )


def _drawing(times: str, start: float, end: float | None, impossible: bool) -> str:
    """A lane's bar. Places are in percent, so that nothing is stretched however wide the lane is."""
    left = min(start * 100, 100 - _THINNEST)
    width = max(_THINNEST, (100 if end is None else end * 100) - left)
    grid = "".join(
        f'<line x1="{tick * 100 // _TICKS}%" x2="{tick * 100 // _TICKS}%" y1="0" y2="100%" stroke="#bbb"/>'
        for tick in range(_TICKS + 1)
    )
    kinds = "span" + (" impossible" if impossible else "") + (" unanswered" if end is None else "")
    bar = (
        f'<rect class="{kinds}" x="{left:.2f}%" y="50%" width="{width:.2f}%" height="14" rx="3" '
        f'transform="translate(0 -7)" fill="{_COLOURS[impossible]}"/>'
    )
    return f'<svg role="img" aria-label="{times}" width="100%" height="{_HEIGHT}">{grid}{bar}</svg>'


def _milliseconds(seconds: float) -> str:
    milliseconds = seconds * 1000
    return f"{milliseconds:.1f} ms" if milliseconds < 100 else f"{milliseconds:.0f} ms"
