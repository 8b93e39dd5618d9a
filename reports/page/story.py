"""A walk through an order's life as a numbered story, and as a shell script that repeats its requests."""

import re
import shlex
from collections.abc import Container, Mapping, Sequence
from typing import Any

from orderproof.reports.curl import TOKEN_VARIABLE
from orderproof.reports.page.exchanges import anchor
from orderproof.reports.page.markup import clipped, text
from orderproof.reports.redaction.harmless import one_line

_TEXT_SHOWN = 600
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_READABLE = re.compile(r"/orders/([\w.-]{4,})[/?]", re.ASCII)


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
    """The finding's requests as a script for a POSIX shell, explained in comments; plain text, not HTML.

    A walk changes its orders, so ids are variables: set to the ids of fresh orders, they repeat the walk.
    """
    steps = [*finding.get("timeline", ()), *finding.get("story", ())]
    described = {step["exchange"]: step for step in steps if step["exchange"] is not None}
    variables = {id_: f"ID_{number}" for number, id_ in enumerate(_ids(finding, record), 1)}
    lines = [
        "#!/bin/sh",
        f"# {row['id']}: {one_line(row['title'])}",
        f"# {one_line(finding['message'])}",
        f"# The requests that were sent to {one_line(record['target']['name'])} in the run of {record['started_at']}.",
        "# The run has changed its orders: set the variables to the ids of fresh orders in the same state.",
        *(f"{name}=${{{name}:-{shlex.quote(id_)}}}" for id_, name in variables.items()),
    ]
    if any(TOKEN_VARIABLE in curl for curl in finding["curl"]):
        lines += [f': "${{{TOKEN_VARIABLE}:?set it to an access token}}"']
    for index, (number, curl) in enumerate(zip(finding["exchanges"], finding["curl"], strict=False), 1):
        step = described.get(number)
        comment = f"{one_line(step['text'])} (then: {one_line(step['answer'])})" if step else f"exchange {number}"
        lines += ["", f"# {index}. {comment}", f"{_with_variables(curl, variables)}; echo"]
    return "\n".join(lines) + "\n"


def _ids(finding: Mapping[str, Any], record: Mapping[str, Any]) -> list[str]:
    """The ids in the paths and bodies of the finding's requests, in order."""
    found: dict[str, None] = {}
    for number in finding["exchanges"]:
        exchange = record["exchanges"][number]
        sent = exchange["url"] + ((exchange["request_body"] or {}).get("text") or "")
        found |= dict.fromkeys(_UUID.findall(sent))
        found |= dict.fromkeys(match for match in _READABLE.findall(exchange["url"]) if not _UUID.fullmatch(match))
    return list(found)


def _with_variables(curl: str, variables: Mapping[str, str]) -> str:
    """A curl line with variables instead of ids. An id there is in single quotes or unquoted."""
    for id_, name in variables.items():
        parts = curl.split(id_)
        curl = parts[0]
        for part in parts[1:]:
            is_quoted = curl.count("'") % 2
            curl += (f"'\"${name}\"'" if is_quoted else f'"${name}"') + part
    return curl
