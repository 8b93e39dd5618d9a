"""The files that `orderproof init` writes, from its answers and from the states that checks may ask for."""

import textwrap
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from orderproof.conformance.commands.init_questions import Given
from orderproof.conformance.config.state_kinds import FEATURES, STATES, VALUE_TYPES, StateKind
from orderproof.reports.needs import Supply, recorded_needs, supplies

_FOLDER = Path(__file__).with_name("templates")
_SKELETONS = {"callback": "states_callback.py", "provider": "states_provider.py"}
PORT = 8099
"""Where the skeleton of a callback listens unless it is started with another port."""

# So many entries of each state judge 95 % of the rules.
_ENTRIES = 5
_WIDTH = 84
_PARAMS = {
    "items": "the order has at least so many items",
    "orders": "the customer has at least so many orders",
    "customer_id": "the order should be of this customer; you may ignore it",
    "status": "the status of the item: complete, cancelled or returned; where it is not terminal on your server, "
    "the state is not offered",
}
_TERMINAL = ("complete", "cancelled", "returned")


def skeleton_name(answers: Given) -> str | None:
    """The name of the skeleton that goes with the answers; None where none is needed."""
    return None if answers.get("callback_url") else _SKELETONS.get(answers["states"])


def texts(answers: Given, target_name: str) -> dict[str, str]:
    """The texts of all files by their names: the target file first, then the skeleton if there is one."""
    skeleton = skeleton_name(answers)
    values = {
        **answers,
        "name": urlsplit(answers["base_url"]).hostname,
        "callback_url": answers.get("callback_url") or f"http://127.0.0.1:{PORT}",
        "port": PORT,
        "skeleton": skeleton,
        "module": (skeleton or "").removesuffix(".py"),
        "features": {name: says for name, says in FEATURES.items() if name != "internal_api"},
        "kinds": list(STATES.values()),
        "lists": list(_lists()) if answers["states"] == "lists" else [],
    }
    names = {target_name: "target.yaml.j2"}
    if skeleton:
        names[skeleton] = f"{skeleton}.j2"
    return {name: _environment().get_template(template).render(values) for name, template in names.items()}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        # YAML and Python, no markup: `scalar` quotes what users wrote.
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"scalar": scalar, "function": _function, "docstring": _docstring}
    return environment


def scalar(value: str) -> str:
    """A text as a YAML scalar in one line, which also stands between brackets; `$` begins no placeholder."""
    text = value.replace("$", "$$")
    # Ours reads 1e5 as text, and other readers of YAML as a number.
    looks_like_a_number = text[:1] in "0123456789+-."
    for style in ("'" if looks_like_a_number else None, '"'):
        # In a list, so that commas and brackets are quoted as well.
        dumped = yaml.safe_dump(
            [text], default_flow_style=True, default_style=style, allow_unicode=True, width=float("inf")
        ).rstrip("\n")
        if "\n" not in dumped:
            break
    return dumped[1:-1]


def _function(kind: StateKind) -> str:
    return kind.name.replace("-", "_")


def _docstring(kind: StateKind) -> str:
    """What a state promises, what may be asked for, and the values to return, indented as in a function."""
    params = [
        f"`{name}`{f' ({usual})' if usual is not None else ' (not always there)'}: {_PARAMS[name]}."
        for name, usual in kind.params.items()
    ]
    values = ", ".join(f"`{name}`{_remark(name, kind)}" for name in kind.values)
    asked = " ".join(["params:", *params]) if params else "params: none."
    paragraphs = (f"{kind.says[0].upper()}{kind.says[1:]}.", asked, f"Return {values}.")
    filled = [textwrap.fill(text, _WIDTH, initial_indent="    ", subsequent_indent="    ") for text in paragraphs]
    return "\n\n".join((filled[0], "\n".join(filled[1:]))).strip()


def _remark(name: str, kind: StateKind) -> str:
    remarks = [
        *(["if you know it"] if name in kind.optional else []),
        *([f"a {VALUE_TYPES[name]}"] if name in VALUE_TYPES else []),
    ]
    return f" ({', '.join(remarks)})" if remarks else ""


def _lists() -> Iterator[dict[str, Any]]:
    """Each state that checks ask for: its name, what it is, and lines for entries with made-up ids.

    No id stands twice: a file that lists an order twice is a mistake.
    """
    needed = supplies(recorded_needs().values())
    numbers = count(1)
    for name, kind in STATES.items():
        if name in needed:
            yield {
                "name": name,
                "says": _about(kind, needed[name]),
                "entries": list(_entries(kind, needed[name], numbers)),
            }


def _about(kind: StateKind, supply: Supply) -> str:
    more = f"; {supply.comfortable} entries judge every rule" if supply.comfortable > _ENTRIES else ""
    larger = f", {supply.larger}" if supply.larger else ""
    return f"{kind.says}{larger}{more}"


def _entries(kind: StateKind, supply: Supply, numbers: Iterator[int]) -> Iterator[str]:
    for index in range(max(_ENTRIES, supply.least)):
        number = next(numbers)
        values: dict[str, Any] = {}
        for name in kind.written:
            made_up = f"{name.removesuffix('s').replace('_', '-')}-{number}"
            values[name] = [f"{made_up}a", f"{made_up}b"] if name in VALUE_TYPES else made_up
        if "status" in values:
            values["status"] = _TERMINAL[index % len(_TERMINAL)]
        yield yaml.safe_dump(values, default_flow_style=True, sort_keys=False, width=float("inf")).strip()
