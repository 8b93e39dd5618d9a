"""Faults in finding the order in one operation alone, while the others find it as they should."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING

from orderproof.conformance.reference.behaviours import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Order


def _readable_ids(operation: str, is_same: Callable[[str, str], bool]) -> type[Fault]:
    """A server that takes two readable ids (the known one, the one asked for) for the same where `is_same` says so."""

    class Made(Fault):
        def find_external(self, call: Call, identifier: str) -> Order | None:
            if call.operation != operation:
                return super().find_external(call, identifier)
            readable = [pair for tenant in self.tenants_searched(call) for pair in tenant.readable.items()]
            return next((order for known, order in reversed(readable) if is_same(known, identifier)), None)

    return Made


def _uuids(operation: str, as_read: Callable[[str], str]) -> type[Fault]:
    """A server that reads the UUID of an order as `as_read` gives it."""

    class Made(Fault):
        def find_order(self, call: Call, identifier: str, id_type: str) -> Order | None:
            is_read = call.operation == operation and id_type == "internal"
            return super().find_order(call, as_read(identifier) if is_read else identifier, id_type)

    return Made


def without_quotes(text: str) -> str:
    """What is between quotes."""
    return text.strip("'\"")


def without_comment(text: str) -> str:
    """What is before a quote, a comment sign or a semicolon, as a query reads it."""
    return re.split(r"['\";#]|--|/\*", text)[0].rstrip()


def is_always_true(text: str) -> bool:
    """Whether a query that the text is put into is true of every row."""
    return re.search(r"' or ('?)(\w+)\1 ?= ?\1\2", text, re.IGNORECASE) is not None


def _any_kind(operation: str) -> type[Fault]:
    class Made(Fault):
        def find_order(self, call: Call, identifier: str, id_type: str) -> Order | None:
            if call.operation != operation:
                return super().find_order(call, identifier, id_type)
            return self.find_external(call, identifier) or self.find_internal(call, identifier)

    return Made


def _missing_kind(operation: str) -> type[Fault]:
    class Made(Fault):
        def without_id_type(self, call: Call) -> str:
            return "internal" if call.operation == operation else super().without_id_type(call)

    return Made


def _unknown_kind(operation: str) -> type[Fault]:
    class Made(Fault):
        def with_unknown_id_type(self, call: Call, value: str) -> str:
            return "external" if call.operation == operation else super().with_unknown_id_type(call, value)

    return Made


_MADE: dict[str, tuple[str, Callable[[str], type[Fault]]]] = {
    "IgnoresIdType": ("an order is found by either id, whatever `id_type` says", _any_kind),
    "WithoutIdType": ("a missing `id_type` is taken for `internal`", _missing_kind),
    "WithUnknownIdType": ("an unknown `id_type` is taken for `external`", _unknown_kind),
    "ByBeginning": (
        "a readable id is compared by its beginning only",
        partial(_readable_ids, is_same=lambda known, asked: known.startswith(asked)),
    ),
    "IgnoresWhatFollows": (
        "what follows after a readable id is ignored",
        partial(_readable_ids, is_same=lambda known, asked: asked.startswith(known)),
    ),
    "InAnyCase": (
        "the case of a readable id does not count",
        partial(_readable_ids, is_same=lambda known, asked: known.casefold() == asked.casefold()),
    ),
    "TakesQuotes": (
        "quotes around a readable id are ignored",
        partial(_readable_ids, is_same=lambda known, asked: known == without_quotes(asked)),
    ),
    "TakesComments": (
        "what follows a quote or a comment sign in a readable id is ignored",
        partial(_readable_ids, is_same=lambda known, asked: known == without_comment(asked)),
    ),
    "TakesWildcards": (
        "a readable id is a pattern as a shell knows them",
        partial(_readable_ids, is_same=lambda known, asked: len(asked) > 1 and fnmatchcase(known, asked)),
    ),
    "TakesQuotedUuids": ("quotes around a UUID are ignored", partial(_uuids, as_read=without_quotes)),
    "TakesUuidComments": (
        "what follows a quote or a comment sign in a UUID is ignored",
        partial(_uuids, as_read=without_comment),
    ),
    "OnlyByUuid": ("no order is found by its readable id", partial(_readable_ids, is_same=lambda known, asked: False)),
}


def faults_in_finding(
    subject: str, operation: str, doing: str, breaks: Mapping[str, tuple[str, ...]], *, module: str
) -> tuple[type[Fault], ...]:
    """A fault of one operation for each kind in `breaks`, which gives the rules that it breaks.

    Its name is the subject and the kind, such as `CancelByBeginning`; `doing` says in words what the operation does.
    """
    return tuple(_named(subject, operation, doing, kind, rules, module) for kind, rules in breaks.items())


def _named(subject: str, operation: str, doing: str, kind: str, breaks: tuple[str, ...], module: str) -> type[Fault]:
    says, make = _MADE[kind]
    made = make(operation)
    made.__name__ = made.__qualname__ = f"{subject}{kind}"
    made.__doc__, made.__module__ = f"In {doing}, {says}.", module
    made.breaks, made.operation = breaks, operation
    return made
