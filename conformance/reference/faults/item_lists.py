"""Faults in reading a list of items, which prices and serial numbers share: each is made for both."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import PRICES, SERIAL_NUMBERS
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderproof.conformance.reference.exchange import Call

Items = list[dict[str, Any]]


def _first_text(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _single_item(operation: str) -> type[Fault]:
    """An object is taken for a list of one item."""

    class Made(Fault):
        def items_of(self, call: Call, body: dict[str, Any]) -> Items:
            items = body.get("items")
            if call.operation == operation and isinstance(items, dict) and "id" in items:
                return [items]
            return super().items_of(call, body)

    return Made


def _bare_list(operation: str) -> type[Fault]:
    """A body that is the list itself is taken."""

    class Made(Fault):
        def parse_json(self, call: Call, content: bytes) -> Any:
            document = super().parse_json(call, content)
            if call.operation == operation and isinstance(document, list):
                return {"items": document}
            return document

    return Made


def _repaired_json(operation: str) -> type[Fault]:
    """A body that breaks off is completed."""

    class Made(Fault):
        def parse_json(self, call: Call, content: bytes) -> Any:
            try:
                return super().parse_json(call, content)
            except Refusal:
                if call.operation != operation:
                    raise
                return super().parse_json(call, content + b"]}" if content.endswith(b"}") else content + b"}")

    return Made


def _any_content_type(operation: str) -> type[Fault]:
    """A body of any media type is read as JSON."""

    class Made(Fault):
        def accepts_content_type(self, call: Call, content_type: str | None) -> bool:
            return call.operation == operation or super().accepts_content_type(call, content_type)

    return Made


def _no_charset(operation: str) -> type[Fault]:
    """A charset makes `application/json` another media type."""

    class Made(Fault):
        def accepts_content_type(self, call: Call, content_type: str | None) -> bool:
            if call.operation == operation and "charset" in (content_type or ""):
                return False
            return super().accepts_content_type(call, content_type)

    return Made


def _no_capitals(operation: str) -> type[Fault]:
    """A capital letter makes `application/json` another media type."""

    class Made(Fault):
        def accepts_content_type(self, call: Call, content_type: str | None) -> bool:
            if call.operation == operation and content_type is not None and content_type != content_type.lower():
                return False
            return super().accepts_content_type(call, content_type)

    return Made


def _unwrapped_ids(operation: str) -> type[Fault]:
    """A list with one id in it is taken for that id."""

    class Made(Fault):
        def items_of(self, call: Call, body: dict[str, Any]) -> Items:
            items = super().items_of(call, body)
            if call.operation == operation:
                return [item | {"id": _first_text(item["id"])} if "id" in item else item for item in items]
            return items

    return Made


def _texts_as_entries(operation: str) -> type[Fault]:
    """An entry that is a text with JSON in it is read."""

    class Made(Fault):
        def items_of(self, call: Call, body: dict[str, Any]) -> Items:
            items = body.get("items")
            if call.operation == operation and isinstance(items, list):
                read = [json.loads(one) if isinstance(one, str) and one.startswith("{") else one for one in items]
                return super().items_of(call, body | {"items": read})
            return super().items_of(call, body)

    return Made


#: What is wrong, and the numbers of the rules that it breaks: of the prices and of the serial numbers.
_SHARED: tuple[tuple[str, Callable[[str], type[Fault]], tuple[int, ...], tuple[int, ...]], ...] = (
    ("TakeOneItem", _single_item, (17,), (13,)),
    ("TakeBareLists", _bare_list, (24,), (27,)),
    ("RepairJson", _repaired_json, (25,), (28,)),
    ("TakeAnyContentType", _any_content_type, (26,), (29,)),
    ("RefuseCharsets", _no_charset, (27, 35), (30, 33)),
    ("RefuseCapitalsInContentType", _no_capitals, (35,), (33,)),
    ("UnwrapIds", _unwrapped_ids, (21,), (15,)),
    ("ReadEntriesFromTexts", _texts_as_entries, (18,), (14,)),
)


def _named(
    prefix: str, name: str, operation: str, rules: tuple[str, ...], make: Callable[[str], type[Fault]]
) -> type[Fault]:
    fault = make(operation)
    fault.__name__ = fault.__qualname__ = prefix + name
    fault.__doc__, fault.__module__ = make.__doc__, __name__
    fault.breaks, fault.operation = rules, operation
    return fault


GENERATED = tuple(
    _named(prefix, name, operation, tuple(f"{area}-{number}" for number in numbers[index]), make)
    for name, make, *numbers in _SHARED
    for index, (prefix, area, operation) in enumerate((("Prices", "PRI", PRICES), ("Serials", "SER", SERIAL_NUMBERS)))
)
