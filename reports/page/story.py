"""A walk through an order's life, or what prepared the order of a race, as a numbered story."""

from collections.abc import Container, Mapping, Sequence
from typing import Any

from orderproof.reports.page.exchanges import anchor
from orderproof.reports.page.markup import clipped, text

_TEXT_SHOWN = 600


def story(steps: Sequence[Mapping[str, Any]], decisive: int | None, linked: Container[int]) -> str:
    """The steps as an ordered list, with the step that shows the fault marked. `linked`: exchanges on the page."""
    items = []
    for step in steps:
        number = step["exchange"]
        is_decisive = number is not None and number == decisive
        link = f' <a href="#{anchor(number)}">exchange {number}</a>' if number in linked else ""
        here = ' <strong class="here">this step shows it</strong>' if is_decisive else ""
        opening = '<li class="decisive">' if is_decisive else "<li>"
        items.append(
            f"{opening}<span>{text(clipped(step['text'], _TEXT_SHOWN))}</span> "
            f'<span class="came">→ {text(clipped(step["answer"], _TEXT_SHOWN))}</span>{here}{link}</li>'
        )
    return f'<ol class="story">{"".join(items)}</ol>'
