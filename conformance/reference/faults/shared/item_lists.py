"""Faults in reading a list of items, as prices and serial numbers take them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
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


_MADE: Mapping[str, Callable[[str], type[Fault]]] = {
    "TakeOneItem": _single_item,
    "TakeBareLists": _bare_list,
    "RepairJson": _repaired_json,
    "TakeAnyContentType": _any_content_type,
    "RefuseCharsets": _no_charset,
    "RefuseCapitalsInContentType": _no_capitals,
    "UnwrapIds": _unwrapped_ids,
    "ReadEntriesFromTexts": _texts_as_entries,
}


def faults_in_lists(
    subject: str, operation: str, breaks: Mapping[str, tuple[str, ...]], *, module: str
) -> tuple[type[Fault], ...]:
    """A fault of one operation for each kind in `breaks`, which gives the rules that it breaks.

    Its name is the subject and the kind, such as `PricesTakeOneItem`.
    """
    return tuple(_named(subject, operation, kind, rules, module) for kind, rules in breaks.items())


def _named(subject: str, operation: str, kind: str, breaks: tuple[str, ...], module: str) -> type[Fault]:
    fault = _MADE[kind](operation)
    fault.__name__ = fault.__qualname__ = subject + kind
    fault.__doc__, fault.__module__ = _MADE[kind].__doc__, module
    fault.breaks, fault.operation = breaks, operation
    return fault
