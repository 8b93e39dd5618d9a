"""Whether what people wrote keeps a published JSON Schema, and if not, the first mistake: what, where, and what to do.

The schemas are for editors as well. Two keywords of our own make a message: `x-wanted` says in words what a value must
be, and the first of `examples` how it may be written.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_TYPES = {
    "string": "text",
    "object": "a mapping of keys to values",
    "array": "a list",
    "boolean": "true or false",
    "number": "a number",
    "integer": "a whole number",
}
# Of several mistakes at one place the one is told that explains the others: a key that is mistyped is missing, too.
_FIRST = ("type", "additionalProperties", "minProperties", "maxProperties")


def mistake(data: Any, schema: Mapping[str, Any]) -> str | None:
    """The first mistake in `data`, as a sentence that begins with its place; None where it keeps the schema.

    Quick commands must not pay for jsonschema, so it is imported where a file is read.
    """
    from jsonschema import Draft202012Validator

    odd = _odd_key(data)
    if odd is not None:
        return odd
    errors = sorted(Draft202012Validator(schema).iter_errors(data), key=_rank)
    return _sentence(errors[0]) if errors else None


def _rank(error: Any) -> tuple[int, int]:
    order = _FIRST.index(error.validator) if error.validator in _FIRST else len(_FIRST)
    return len(error.absolute_path), order


def _odd_key(data: Any, place: str = "") -> str | None:
    """YAML has keys that JSON has not."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            if not isinstance(key, str):
                return f"{_prefix(place)}the key {key!r} must be text; put it in quotes"
            found = _odd_key(value, f"{place}.{key}".lstrip("."))
            if found:
                return found
    if isinstance(data, list):
        return next(filter(None, (_odd_key(one, f"{place}[{index}]") for index, one in enumerate(data))), None)
    return None


def _sentence(error: Any) -> str:
    place = _place(error.absolute_path)
    schema: Mapping[str, Any] = error.schema
    if error.validator == "additionalProperties":
        known = list(schema["properties"])
        key = next(key for key in error.instance if key not in known)
        return f"{_prefix(place)}unknown key {key!r}{did_you_mean(key, known)} (keys here: {', '.join(known)})"
    if error.validator == "required":
        missing = next(key for key in schema["required"] if key not in error.instance)
        others = [str(key) for key in error.instance if key not in schema["properties"]]
        near = difflib.get_close_matches(missing, others, n=1, cutoff=0.6)
        hint = f'; did you mean it by "{near[0]}"?' if near else ""
        return f"{_prefix(place)}{missing} is missing (needed are {', '.join(schema['required'])}){hint}"
    if error.validator in ("minProperties", "maxProperties"):
        keys = " or ".join(schema["properties"])
        if error.validator == "minProperties":
            return f"{place} is empty; give {keys}, or remove the key"
        return f"{_prefix(place)}give either {keys}, not both"
    example = f"; write for example {schema['examples'][0]}" if schema.get("examples") else ""
    if error.validator == "type":
        is_scalar = isinstance(error.instance, bool | int | float)
        hint = "; put it in quotes" if is_scalar and "string" in error.validator_value else example
        return f"{place} must be {_wanted(schema)}, not {kind(error.instance)}{hint}".lstrip()
    return f"{place} must be {_wanted(schema)}, not {error.instance!r}{example}"


def _wanted(schema: Mapping[str, Any]) -> str:
    types = schema.get("type", "string")
    return str(schema.get("x-wanted") or _TYPES[types if isinstance(types, str) else types[0]])


def _place(path: Iterable[str | int]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def _prefix(place: str) -> str:
    return f"{place}: " if place else ""


def kind(value: Any) -> str:
    """What a value is, in words that follow "not"."""
    if value is None:
        return "nothing"
    names: dict[type, str] = {
        str: "text",
        list: "a list",
        dict: "a mapping",
        bool: "true/false",
        int: "a number",
        float: "a number",
    }
    return names.get(type(value), f"a {type(value).__name__}")


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """The hint `; did you mean "…"?`, or an empty text if no known word is similar."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""
