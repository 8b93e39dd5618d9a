"""The requests of a finding as a shell script that sends them again, to the same orders or to fresh ones."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple

from orderproof.reports.curl import variables as secret_variables
from orderproof.reports.redaction.harmless import one_line

# A UUID wherever it stands, and an order's readable id in a path.
_ID = re.compile(
    r"(?<![\w-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])|(?<=/orders/)[\w.-]{4,}(?=[/?])",
    re.IGNORECASE | re.ASCII,
)
# What a shell would read something into, in the message of `${NAME:?message}`.
_SPECIAL = re.compile(r"[^\w -]")
# A curl line in the pieces that a shell reads differently.
_PIECE = re.compile(r"""'[^']*'|"[^"]*"|[^'"]+""")


class _Request(NamedTuple):
    """A request of a finding: its place, from 1 on, the number of its exchange, its `curl` line, and the step it is."""

    place: int
    number: int
    curl: str
    step: Mapping[str, Any] | None


def script(row: Mapping[str, Any], finding: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    """The finding's requests as a script for a POSIX shell, explained in comments; plain text, not HTML.

    A check changes its orders, so ids are variables: set to the ids of fresh orders, they repeat what it did. Requests
    that met are sent together, and a reading that was repeated is sent once, as late as its last repetition.
    """
    steps = [*finding.get("timeline", ()), *finding.get("story", ())]
    told = {step["exchange"]: step for step in steps}
    pairs = enumerate(zip(finding["exchanges"], finding["curl"], strict=False), 1)
    requests = [_Request(place, number, curl, told.get(number)) for place, (number, curl) in pairs]
    variables = _variables([one.curl for one in requests])
    lines = [
        "#!/bin/sh",
        f"# {row['id']}: {one_line(row['title'])}",
        f"# {one_line(finding['message'])}",
        f"# The requests that were sent to {one_line(record['target']['name'])} in the run of {record['started_at']}.",
        *_variable_lines(row, finding, variables, requests),
    ]
    for variable, value in secret_variables(one.curl for one in requests).items():
        # Without this line the requests would go out without the secret.
        lines.append(f': "${{{variable}:?set it to {_SPECIAL.sub("", value)}}}"')
    for group in _groups(requests):
        curls = [_with_variables(one.curl, variables) for one in group]
        places = f"{group[0].place} to {group[-1].place}"
        if len(group) == 1:
            lines += ["", f"# {group[0].place}. {_said(group[0], record)}", f"{curls[0]}; echo"]
        elif _met(*group[:2]):
            lines += ["", f"# {places} are sent together; whether they meet is up to chance."]
            for one, curl in zip(group, curls, strict=True):
                lines += [f"# {one.place}. {_said(one, record)}", f"""(answer=$({curl}); printf '%s\\n' "$answer") &"""]
            lines.append("wait")
        else:
            first, last = (record["exchanges"][one.number]["started_at"] for one in (group[0], group[-1]))
            lines += [
                "",
                f"# {places}. {_said(group[-1], record)}",
                f"sleep {ceil(last - first)}",
                f"{curls[-1]}; echo",
            ]
    return "\n".join(lines) + "\n"


def _groups(requests: Sequence[_Request]) -> Iterator[list[_Request]]:
    """Requests that were sent together, those of a reading that was repeated, or one alone; in their sequence."""
    has_story = any(one.step for one in requests)
    group: list[_Request] = []
    for one in requests:
        if group:
            # A story tells a reading that was repeated once, by the last time.
            is_repetition = has_story and group[-1].step is None and group[-1].curl == one.curl
            if not is_repetition and not _met(group[-1], one):
                yield group
                group = []
        group.append(one)
    if group:
        yield group


def _met(one: _Request, other: _Request) -> bool:
    """Whether two requests of a race were released together: only these began at the same time."""
    starts = [step.get("start_s") for step in (one.step, other.step) if step is not None]
    return len(starts) == 2 and starts[0] is not None and starts[0] == starts[1]


def _variable_lines(
    row: Mapping[str, Any], finding: Mapping[str, Any], variables: Mapping[str, str], requests: Sequence[_Request]
) -> Iterator[str]:
    """The variables, each with the request that it is first in, and which states their orders must be in."""
    if not variables:
        return
    states = [state for entry in row["checks"] if entry["check"] == finding["check"] for state in entry["states"]]
    yield "# The run has changed its orders. To repeat the requests, set the variables to the ids of fresh orders"
    yield f"# in the state {one_line(' and '.join(dict.fromkeys(states)))}." if states else "# in the same state."
    for id_, name in variables.items():
        first = next(one.place for one in requests if id_ in _ID.findall(one.curl))
        yield f"{name}=${{{name}:-{shlex.quote(id_)}}}  # first in request {first}"


def _said(one: _Request, record: Mapping[str, Any]) -> str:
    """What a request is and what came: as the story or the race says, or its exchange's number and status."""
    status = record["exchanges"][one.number]["status"]
    step = one.step or {"text": f"exchange {one.number}", "answer": "no answer" if status is None else str(status)}
    return f"{one_line(step['text'])} (then: {one_line(step['answer'])})"


def _variables(curls: Sequence[str]) -> dict[str, str]:
    """A variable for each id in the requests, in order."""
    ids = dict.fromkeys(id_ for curl in curls for id_ in _ID.findall(curl))
    return {id_: f"ID_{number}" for number, id_ in enumerate(ids, 1)}


def _with_variables(curl: str, variables: Mapping[str, str]) -> str:
    """A curl line with variables in place of ids, whichever quotes they stand in."""

    def variable(found: re.Match[str]) -> str:
        name = f"${{{variables[found[0]]}}}"
        before = curl[: found.start()]
        quote = _open_quote(before)
        return {"'": f"'\"{name}\"'", '"': name, "": f'"{name}"'}[quote]

    return _ID.sub(variable, curl)


def _open_quote(text: str) -> str:
    """The quote that is open at the end of a part of a curl line; empty where none is."""
    rest = _PIECE.sub("", text)
    return rest[:1]
