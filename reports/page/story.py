"""A walk through an order's life as a numbered story, and as a shell script that repeats its requests."""

from collections.abc import Container, Mapping, Sequence
from typing import Any

from orderproof.reports.curl import TOKEN_VARIABLE
from orderproof.reports.page.exchanges import anchor
from orderproof.reports.page.markup import clipped, text
from orderproof.reports.redaction.harmless import one_line

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


def script(row: Mapping[str, Any], finding: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    """The finding's requests as a script for a POSIX shell, explained in comments; plain text, not HTML."""
    steps = {step["exchange"]: step for step in finding.get("story", ()) if step["exchange"] is not None}
    lines = [
        "#!/bin/sh",
        f"# {row['id']}: {one_line(row['title'])}",
        f"# {one_line(finding['message'])}",
        f"# The requests that were sent to {one_line(record['target']['name'])} in the run of {record['started_at']}.",
        "# The ids are from that run: where an order no longer exists, use an id of your own.",
    ]
    if any(TOKEN_VARIABLE in curl for curl in finding["curl"]):
        lines += [f': "${{{TOKEN_VARIABLE}:?set it to an access token}}"']
    for index, (number, curl) in enumerate(zip(finding["exchanges"], finding["curl"], strict=False), 1):
        step = steps.get(number)
        comment = f"{one_line(step['text'])} (then: {one_line(step['answer'])})" if step else f"exchange {number}"
        lines += ["", f"# {index}. {comment}", f"{curl}; echo"]
    return "\n".join(lines) + "\n"
