"""Lists of states as a person types them into a target file: so many entries for each state, and nothing else.

Every second entry gives no more than it must, so that the rest is read from the server.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.request import Request, urlopen

from orderproof.conformance.config.state_kinds import OF_TENANT, STATES
from orderproof.conformance.config.target import StateSources

# What a person lists to have a full page and a second one; the others have as many as the states' table says.
_FIRST_ENTRY = {"customer-with-orders": {"orders": 12}}


def given(states: StateSources, fixed: int | None, *, reuse: bool) -> StateSources:
    """The states of a server to be judged; with `fixed` as lists, each entry of which its callback makes now."""
    if fixed is None:
        return replace(states, reuse=reuse)
    assert states.callback is not None, "the embedded server has a callback"
    lists: dict[str, list[dict[str, Any]]] = {}
    for kind in STATES.values():
        defaults = {name: value for name, value in kind.params.items() if value is not None}
        wanted = [{**defaults, **_FIRST_ENTRY.get(kind.name, {})}, *[defaults] * (fixed - 1)]
        made = [_made(states.callback.url, kind.name, params) for params in wanted]
        short = [{key: entry[key] for key in (*kind.written, *OF_TENANT) if key in entry} for entry in made]
        lists[kind.name] = [short[index] if index % 2 else entry for index, entry in enumerate(made)]
    return StateSources(fixed=lists, reuse=reuse)


def _made(url: str, name: str, params: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps({"state": name, "params": params, "action": "setup"}).encode()
    with urlopen(Request(url, body, {"Content-Type": "application/json"})) as answer:
        values: dict[str, Any] = json.loads(answer.read())
    return values
