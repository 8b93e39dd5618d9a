"""Requests with serial numbers that must be refused, by the rule that each breaks."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from orderproof.conformance.checks.support.item_lists import NON_ARRAYS, NON_OBJECTS, NON_STRINGS
from orderproof.conformance.checks.support.refusals import Attempt
from orderproof.conformance.checks.support.serials import Serials, entry

WRONG = "MUST-NOT-BE-WRITTEN"
"""A serial number that must not be found afterwards."""


def _lists(because: str, lists: Iterable[Any]) -> Iterator[Attempt]:
    for items in lists:
        yield Attempt(because, {"items": items})


def _bodies(bodies: Iterable[tuple[bytes, str]]) -> Iterator[Attempt]:
    for body, because in bodies:
        yield Attempt(because, {"raw_body": body})


def _empty_list(_: Serials) -> Iterator[Attempt]:
    return _lists("items must not be empty", [[]])


def _without_items(serials: Serials) -> Iterator[Attempt]:
    valid = entry(serials.first, WRONG)
    yield Attempt("items is missing", {"body": {}})
    yield Attempt("items is missing, and products is not documented", {"body": {"products": [valid]}})
    values = (*NON_ARRAYS, valid, json.dumps([valid]), {"0": valid}, {serials.first: WRONG})
    yield from _lists("items must be an array", values)


def _entries_of_another_type(serials: Serials) -> Iterator[Attempt]:
    valid, other = entry(serials.first, WRONG), entry(serials.second, WRONG)
    values = (*NON_OBJECTS, [other], json.dumps(other), serials.second, [serials.second, WRONG])
    because = "an entry of items must be an object"
    yield from _lists(because, ([value] for value in values))
    # Behind a valid entry, some of them: a property draws others.
    yield from _lists(because, ([valid, value] for value in values[::2]))


def _ids_of_another_type(serials: Serials) -> Iterator[Attempt]:
    yield from _lists("the id is missing", [[{"serial_number": WRONG}]])
    values = (*NON_STRINGS, [serials.first], {"id": serials.first})
    yield from _lists("the id must be a string", ([entry(value, WRONG)] for value in values))


def _ids_of_other_lengths(serials: Serials) -> Iterator[Attempt]:
    identifier = serials.first
    wrong = [identifier[:35], identifier[1:], "", *(identifier + more for more in ("0", " ", "-", "é", "\n"))]
    wrong += [f" {identifier}", f"0{identifier}", f"{{{identifier}}}", f"urn:uuid:{identifier}"]
    for value in wrong:
        yield from _lists(f"the id has {len(value)} characters, not 36", [[entry(value, WRONG)]])


def _numbers_of_another_type(serials: Serials) -> Iterator[Attempt]:
    yield from _lists("the serial number is missing", [[{"id": serials.first}]])
    values = (*NON_STRINGS, [WRONG], {"serial_number": WRONG})
    yield from _lists("the serial number must be a string", ([entry(serials.first, value)] for value in values))


def _epcs_of_another_type(serials: Serials) -> Iterator[Attempt]:
    # null is left out: whether an optional member may be null is open.
    values = (*NON_OBJECTS[1:], "3034257BF7194E4000001A85", [{"code": "3034257BF7194E4000001A85"}])
    valid = entry(serials.first, WRONG)
    yield from _lists("an epc must be an object", ([valid | {"epc": value}] for value in values))


def _bodies_of_another_type(serials: Serials) -> Iterator[Attempt]:
    valid = entry(serials.first, WRONG)
    values = (*NON_OBJECTS, [valid], [{"items": [valid]}], "items")
    return _bodies((json.dumps(value).encode(), "the body must be an object") for value in values)


def _no_body(_: Serials) -> Iterator[Attempt]:
    yield Attempt("the body is missing", {"body": None})
    yield from _bodies([(b"", "the body is empty"), (b" ", "the body is blank"), (b"items", "the body is not JSON")])


INVALID_REQUESTS: Mapping[str, Callable[[Serials], Iterator[Attempt]]] = {
    "SER-12": _empty_list,
    "SER-13": _without_items,
    "SER-14": _entries_of_another_type,
    "SER-15": _ids_of_another_type,
    "SER-16": _ids_of_other_lengths,
    "SER-17": _numbers_of_another_type,
    "SER-18": _epcs_of_another_type,
    "SER-27": _bodies_of_another_type,
    "SER-28": _no_body,
}
