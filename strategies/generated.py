"""Requests generated from the OpenAPI descriptions by Schemathesis: the only module that knows it.

Schemathesis enumerates labelled boundary cases, each valid or violating one constraint of the description. What it
cannot know is bound here: real ids in place of made-up ones, texts in place of empty ones. What the documents do not
decide is left out, each with its reason in `_UNDECIDED`. How an answer is judged is not asked of Schemathesis: its own
checks pass any 4xx or 5xx as a refusal, and let `count=51` answered with 200 pass when another parameter is valid.
It is imported where requests are generated: every run collects the checks that use this module, and few select them.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from hypothesis import strategies as st

from orderproof.spec.description import DESCRIPTIONS
from orderproof.strategies.texts import of_item

if TYPE_CHECKING:
    from schemathesis.schemas import BaseSchema

# What Schemathesis puts where the description demands 36 characters and knows none.
_MADE_UP_ID = "0" * 36
_TEXT = "SN-1"
_SHOWN = 120
"""Characters of a valid request that a message shows."""

_MEMBERS = frozenset({"items", "type", "id", "serial_number", "epc", "reason", "note"})


@dataclass(frozen=True, slots=True)
class GeneratedRequest:
    """One request for an operation. `label` is Schemathesis' name for what is special about it, `str` says it in words.

    `query` holds pairs in the order in which they are sent; `body` is None without a body; `parameter` is the query's
    parameter that the label is about, if any.
    """

    operation: str
    label: str
    is_valid: bool
    query: tuple[tuple[str, str], ...]
    body: Any
    has_body: bool
    parameter: str = ""

    def __str__(self) -> str:
        if not self.is_valid:
            return _violation_in_words(self)
        sent = json.dumps(self.body, ensure_ascii=False) if self.has_body else urlencode(self.query)
        return sent[:_SHOWN] or "no parameters"


_PROBLEMS: Mapping[str, str] = {
    "Incorrect type": "has the wrong type",
    "Invalid enum value": "is not an allowed value",
    "String smaller than minLength": "is too short",
    "String larger than maxLength": "is too long",
    "Array with fewer items than allowed by minItems": "has too few items",
    "Array with more items than allowed by maxItems": "has too many items",
    "Value smaller than minimum": "is below the minimum",
    "Value greater than maximum": "is above the maximum",
}
# Schemathesis puts the one invalid item of a list first.
_INSIDE = " -> Array with invalid items: "


def _violation_in_words(request: GeneratedRequest) -> str:
    """What an invalid request violates, such as `items[0].type is not an allowed value`."""
    *names, problem = request.label.replace(_INSIDE, "[0]: ").split(": ")
    missing = re.fullmatch(r"Missing `(\w+)` at query|Missing request (body)", problem)
    if missing:
        return f"{missing[1] or 'the body'} is missing"
    if names[-1:] == ["Missing required property"]:
        return f"{'.'.join([*names[:-1], problem])} is missing"
    of_query = [(name, value) for name, value in request.query if name == request.parameter]
    where = ".".join(names) or urlencode(of_query) or "the body"
    return f"{where} {_PROBLEMS.get(problem, f'is invalid ({problem})')}"


_UNDECIDED: Mapping[str, Callable[[Any, str, str], bool]] = {
    # Sent to real orders, an unknown method might do something; robustness tries them on ids that nothing has.
    "undocumented methods": lambda _case, label, _where: label.startswith("Unspecified HTTP method"),
    "a missing token is a rule of its own": lambda _case, label, _where: label.startswith("Missing `Authorization`"),
    "the documents do not forbid unknown members": lambda _case, label, _where: "unexpected properties" in label,
    "what another media type gets is a rule of its own": lambda _case, label, _where: "Content-Type" in label,
    "the documents show no members of an epc": (
        lambda case, _label, where: (
            "/epc/properties/" in where
            or (case.meta.generation.mode.is_positive and any("epc" in entry for entry in _entries(case.body)))
        )
    ),
    "an epc that is null may be meant as none": (
        lambda case, _label, _where: any(entry.get("epc", "") is None for entry in _entries(case.body))
    ),
    "int32 names a width; that a larger offset is refused stands nowhere": (
        lambda case, label, _where: label.startswith("Value greater") and "2147483648" in str(case.query)
    ),
    # Schemathesis empties the other parameters of some cases, and then more than one point decides.
    "an empty customer": lambda case, _label, _where: (case.query or {}).get("customer_id") == "",
    # Its long lists repeat one id; the documents do not say what repeated items get, so these are written by hand.
    "long lists of one id": (
        lambda case, label, _where: _length(case.body) > 2 and "fewer" not in label and "more" not in label
    ),
    "an order may have neither shipping nor gift wrapping": (
        lambda case, _label, _where: case.meta.generation.mode.is_positive and not _asks_for_products(case.body)
    ),
}


def _asks_for_products(body: Any) -> bool:
    return all(entry.get("type", "product") == "product" for entry in _entries(body))


def _items(body: Any) -> list[Any]:
    items = body.get("items") if isinstance(body, dict) else None
    return items if isinstance(items, list) else []


def _length(body: Any) -> int:
    return len(_items(body))


def _entries(body: Any) -> list[dict[str, Any]]:
    return [entry for entry in _items(body) if isinstance(entry, dict)]


@cache
def _schemas() -> Mapping[str, "BaseSchema"]:
    import schemathesis

    # NUL in a text is valid JSON that many stores cannot hold; the documents do not say.
    config = schemathesis.Config.from_dict({"generation": {"allow-x00": False, "codec": "utf-8"}})
    return {api: schemathesis.openapi.from_path(path, config=config) for api, path in DESCRIPTIONS.items()}


@cache
def _operations() -> Mapping[str, tuple["BaseSchema", Any]]:
    found = {}
    for schema in _schemas().values():
        for result in schema.get_all_operations():
            operation: Any = result.ok()  # type: ignore[union-attr]  # an operation of ours that is in error is our error
            found[operation.definition.raw["operationId"]] = (schema, operation)
    return found


@cache
def _all_requests(operation_id: str) -> tuple[GeneratedRequest, ...]:
    from schemathesis import GenerationMode

    schema, operation = _operations()[operation_id]
    # Both modes at once: asked for negative cases alone, Schemathesis makes every other parameter negative too.
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    cases = schema.iter_coverage_cases(operation, generation_modes=modes, generation_config=schema.config.generation)
    return tuple(_unique(_requests(operation_id, cases)))


def boundary_requests(operation_id: str, *, valid: bool) -> Sequence[GeneratedRequest]:
    """The deterministic boundary cases of an operation that the documents decide: valid, or violating one point."""
    return [request for request in _all_requests(operation_id) if request.is_valid == valid]


def _requests(operation_id: str, cases: Iterator[Any]) -> Iterator[GeneratedRequest]:
    for case in cases:
        data = case.meta.phase.data
        label, where = data.description or "", getattr(data, "location", None) or ""
        if not any(leaves_out(case, label, where) for leaves_out in _UNDECIDED.values()):
            request = _request(operation_id, case, label, case.meta.generation.mode.is_positive)
            yield replace(request, parameter=data.parameter or "")


def _request(operation_id: str, case: Any, label: str, valid: bool) -> GeneratedRequest:
    from schemathesis.core import NotSet

    has_body = not isinstance(case.body, NotSet)
    query = tuple(_pairs(case.query or {}))
    return GeneratedRequest(operation_id, label, valid, query, case.body if has_body else None, has_body)


def _pairs(query: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in query.items():
        for one in value if isinstance(value, list) else [value]:
            yield name, str(one)


def _unique(requests: Iterator[GeneratedRequest]) -> Iterator[GeneratedRequest]:
    seen = set()
    for request in requests:
        key = (request.query, repr(request.body), request.has_body)
        if key not in seen:
            seen.add(key)
            yield request


@cache
def random_requests(operation_id: str) -> st.SearchStrategy[GeneratedRequest]:
    """Valid requests of an operation with random members, as far as the documents decide them."""
    from schemathesis import GenerationMode

    _, operation = _operations()[operation_id]
    cases: st.SearchStrategy[Any] = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    requests = cases.map(lambda case: _request(operation_id, case, "random", True))
    return requests.filter(_is_decided).map(lambda request: replace(request, body=_with_plain_texts(request.body)))


def _is_decided(request: GeneratedRequest) -> bool:
    return _asks_for_products(request.body) and _length(request.body) <= 2


def _with_plain_texts(node: Any, name: str = "") -> Any:
    """A body whose texts are printable and not blank: whether control characters are text, the documents do not say.

    The characters are taken out rather than such bodies filtered away, which would be most of them.
    """
    if isinstance(node, dict):
        return {key: _with_plain_texts(value, key) for key, value in node.items()}
    if isinstance(node, list):
        return [_with_plain_texts(value, name) for value in node]
    if isinstance(node, str) and name in ("reason", "note", "serial_number"):
        plain = "".join(one for one in unicodedata.normalize("NFC", node) if one.isprintable()).strip()
        return plain or ("" if name == "note" else _TEXT)
    return node


def _is_sent(name: str, value: Any) -> bool:
    # A server may be strict about an epc whose members are made up, and refuse a request for that.
    return name in _MEMBERS and not (name == "epc" and isinstance(value, dict))


def bind(body: Any, item_ids: Sequence[str]) -> Any:
    """A generated body with real item ids, a serial number of each item's own, and no undocumented member.

    An id that is one character too short or too long stays so, as a part of a real one or with a character more.
    """
    left = list(item_ids)

    def bound(node: Any, name: str, item_id: str) -> Any:
        if isinstance(node, dict):
            if isinstance(node.get("id"), str) and left:
                item_id = left.pop(0)
            return {key: bound(value, key, item_id) for key, value in node.items() if _is_sent(key, value)}
        if isinstance(node, list):
            return [bound(value, name, item_id) for value in node]
        if name == "id" and isinstance(node, str):
            excess = len(node) - len(_MADE_UP_ID)
            return item_id[: len(node)] if excess < 0 else item_id + "0" * excess
        if name == "serial_number" and isinstance(node, str):
            return of_item(node or _TEXT, item_id)
        return node

    return bound(body, "", item_ids[0])
