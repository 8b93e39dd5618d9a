"""A race as a timeline: a lane for each operation, with bars that overlap where the operations did.

The drawing repeats the text of each lane, so nothing is lost without it. Positions are in percent: the bars stretch
with the page, but the texts keep their size, which a single drawing would shrink on a narrow screen.
"""

from collections.abc import Container, Mapping, Sequence
from typing import Any, NamedTuple

from orderproof.reports.page.exchanges import anchor
from orderproof.reports.page.markup import clipped, text

_TICKS = 4
# An invisible bar would look like an operation that was never sent. In percent.
_THINNEST = 0.6
# Labels that are closer than this would overlap. In percent.
_APART = 11
# Without the style, drawings need a height of their own.
_HEIGHT = 34
_COLOURS = {True: "#b8332a", False: "#3c8ea6"}


class Axis(NamedTuple):
    """The time of a race. `stretches` are the times, in seconds, in which a request was under way.

    A long pause is drawn short, so that everything else stays visible: `shown` are the stretches' positions in percent.
    """

    stretches: Sequence[tuple[float, float]]
    shown: Sequence[tuple[float, float]]

    def place(self, seconds: float | None) -> float:
        """The position of a time, in percent; None is the right edge."""
        if seconds is None:
            return 100.0
        for (began, ended), (left, right) in zip(self.stretches, self.shown, strict=True):
            if seconds <= ended:
                return left + (right - left) * max(0.0, seconds - began) / (ended - began)
        return 100.0


def timeline(events: Sequence[Mapping[str, Any]], linked: Container[int]) -> str:
    """The race as a figure. `linked`: numbers of the exchanges that are on the page."""
    axis = _axis(events)
    ticks = _ticks(axis)
    lanes = "".join(_lane(event, axis, ticks, linked) for event in sorted(events, key=lambda event: event["start_s"]))
    impossible = sum(event["impossible"] for event in events)
    caption = f"{len(events)} operations, and when each was under way, counted from the first request."
    if len(axis.stretches) > 1:
        caption += " Pauses are drawn short."
    if impossible == 1:
        caption += " No sequence of these operations explains the marked answer."
    elif impossible:
        caption += f" No sequence of these operations explains the {impossible} marked answers together."
    return f'<figure class="timeline"><figcaption>{caption}</figcaption><ol>{lanes}</ol>{_labels(ticks)}</figure>'


def _axis(events: Sequence[Mapping[str, Any]]) -> Axis:
    spans = sorted((one["start_s"], one["start_s"] if one["end_s"] is None else one["end_s"]) for one in events)
    stretches = [list(spans[0])]
    for began, ended in spans[1:]:
        # A request without an answer was under way to the end, so no pause follows it.
        if began > stretches[-1][1] and not any(one["end_s"] is None and one["start_s"] < began for one in events):
            stretches.append([began, ended])
        else:
            stretches[-1][1] = max(stretches[-1][1], ended)
    busy = sum(ended - began for began, ended in stretches) or 0.001
    joined = [stretches[0]]
    for stretch in stretches[1:]:
        if stretch[0] - joined[-1][1] < 2 * busy:
            joined[-1][1] = stretch[1]
        else:
            joined.append(stretch)
    # A stretch without length could not be drawn, and a request without an answer needs room for its bar.
    least = 0.01 * busy
    joined = [[began, max(ended, began + least)] for began, ended in joined]
    if any(one["end_s"] is None for one in events):
        joined[-1][1] += 0.15 * (joined[-1][1] - joined[-1][0])
    return Axis([(began, ended) for began, ended in joined], _shown([ended - began for began, ended in joined]))


def _shown(lengths: Sequence[float]) -> list[tuple[float, float]]:
    pause = min(12.0, 40 / len(lengths))
    # Half by length and half equal: a short stretch beside a long one stays visible.
    room = 100 - pause * (len(lengths) - 1)
    places, left = [], 0.0
    for length in lengths:
        width = room * (length / sum(lengths) + 1 / len(lengths)) / 2
        places.append((left, left + width))
        left += width + pause
    return places


def _ticks(axis: Axis) -> list[tuple[float, float]]:
    """Positions in percent, each with its time in seconds from the first request."""
    first = axis.stretches[0][0]
    if len(axis.stretches) == 1:
        ((began, ended),) = axis.stretches
        return [(100 * tick / _TICKS, (ended - began) * tick / _TICKS) for tick in range(_TICKS + 1)]
    return [
        (place, seconds - first)
        for stretch, places in zip(axis.stretches, axis.shown, strict=True)
        for seconds, place in zip(stretch, places, strict=True)
    ]


def _lane(event: Mapping[str, Any], axis: Axis, ticks: Sequence[tuple[float, float]], linked: Container[int]) -> str:
    first = axis.stretches[0][0]
    until = "on; no answer came" if event["end_s"] is None else f"to {_shown_time(event['end_s'] - first)}"
    times = f"from {_shown_time(event['start_s'] - first)} {until}"
    mark = ' <strong class="here">✗ not explained</strong>' if event["impossible"] else ""
    exchange = event["exchange"]
    link = f' <a href="#{anchor(exchange)}">exchange {exchange}</a>' if exchange in linked else ""
    answer = clipped(event["answer"], 300)
    came = f' <span class="came">→ {text(answer)}</span>' if answer else ""
    return (
        f'<li class="lane"><p>{text(clipped(event["text"], 300))}{came}{mark}'
        f'<span class="times">{times}{link}</span></p>{_drawing(event, axis, ticks, times)}</li>'
    )


def _drawing(event: Mapping[str, Any], axis: Axis, ticks: Sequence[tuple[float, float]], times: str) -> str:
    grid = "".join(f'<line x1="{place:.2f}%" x2="{place:.2f}%" y1="0" y2="100%" stroke="#bbb"/>' for place, _ in ticks)
    left = min(axis.place(event["start_s"]), 100 - _THINNEST)
    width = max(_THINNEST, axis.place(event["end_s"]) - left)
    kinds = "span" + (" impossible" if event["impossible"] else "") + (" unanswered" if event["end_s"] is None else "")
    return (
        f'<svg role="img" aria-label="{times}" width="100%" height="{_HEIGHT}">{grid}'
        f'<rect class="{kinds}" x="{left:.2f}%" y="50%" width="{width:.2f}%" height="14" rx="3" '
        f'transform="translate(0 -7)" fill="{_COLOURS[event["impossible"]]}"/></svg>'
    )


def _labels(ticks: Sequence[tuple[float, float]]) -> str:
    labels, last = [], -100.0
    for place, seconds in ticks:
        if place - last < _APART:
            continue
        last = place
        side = "start" if place < 5 else "end" if place > 95 else "middle"
        labels.append(f'<text x="{place:.2f}%" y="12" text-anchor="{side}">{_shown_time(seconds)}</text>')
    return f'<svg class="ticks" aria-hidden="true" width="100%" height="16">{"".join(labels)}</svg>'


def _shown_time(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds:.3f} s"
