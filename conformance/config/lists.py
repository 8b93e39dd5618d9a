"""What can be wrong with the fixed lists of a target file: a key that is mistyped, an order that stands there twice.

An order is used once. A second entry of it would never be used, and in another state's list it would be judged there
after a check has changed it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from orderproof.conformance.config.state_kinds import OF_TENANT, STATES
from orderproof.conformance.errors import UsageError
from orderproof.spec.structure import did_you_mean

_KEYS = ("order_uuid", "order_id")


def check_keys(lists: Mapping[str, Sequence[Mapping[str, Any]]], where: str) -> None:
    """Raise `UsageError` for a key that is nearly one of an entry's: what it gives would be read from the server."""
    for name, entries in lists.items():
        known = [*STATES[name].values, *STATES[name].params, *OF_TENANT]
        for index, entry in enumerate(entries):
            for key in entry:
                hint = did_you_mean(key, known) if key not in known else ""
                if hint:
                    raise UsageError(f"{where}.{name}[{index}]: unknown key {key!r}{hint}")


def check_repeated(lists: Mapping[str, Sequence[Mapping[str, Any]]], where: str) -> None:
    """Raise `UsageError` for an order that stands twice in a list, or in two lists of which one uses orders up.

    The same id on two tenants (`base_url`) is two orders.
    """
    seen: dict[tuple[str, str, str], list[tuple[str, int]]] = {}
    for name, entries in lists.items():
        for index, entry in enumerate(entries):
            for key in _KEYS:
                if not entry.get(key):
                    continue
                places = seen.setdefault(_identity(entry, key), [])
                for other, other_index in places:
                    if other == name or _uses_up(name) or _uses_up(other):
                        raise UsageError(
                            f"{where}.{name}[{index}]: its {key} is that of {other}[{other_index}] too; "
                            "an order is used once, so remove one of the two entries"
                        )
                places.append((name, index))


def _identity(entry: Mapping[str, Any], key: str) -> tuple[str, str, str]:
    # Hexadecimal digits mean the same in both cases; a readable id is opaque.
    value = entry[key].lower() if key == "order_uuid" else entry[key]
    return (entry.get("base_url") or "").rstrip("/"), key, value


def _uses_up(state: str) -> bool:
    """Whether a check may change the order of a state; states of an OMS that fails are only read."""
    return "order_uuid" in STATES[state].values
