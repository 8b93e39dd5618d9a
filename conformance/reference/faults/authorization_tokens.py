"""Faults in comparing tokens: words and changed tokens that open an operation."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import (
    CANCEL,
    CANCEL_LINE,
    CANCEL_LINE_INTERNAL,
    CANCELLATION_STATUS,
    EXTEND,
    HISTORY,
    PRICES,
    SERIAL_NUMBERS,
)

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Tenant

IsTaken = Callable[[str, str], bool]
"""Whether a server takes a token that was sent (second) for the one that it knows (first)."""


def _with_another_end(known: str, sent: str) -> bool:
    return len(known) == len(sent) and known[:-1] == sent[:-1]


def _without_its_end(known: str, sent: str) -> bool:
    return known[:-1] == sent or known == sent


def _with_another_signature(known: str, sent: str) -> bool:
    return len(known) == len(sent) and known[: len(known) * 2 // 3] == sent[: len(known) * 2 // 3]


def _one_of(*words: str) -> IsTaken:
    return lambda known, sent: sent in (known, *words)


def _as_a_word(known: str, sent: str) -> bool:
    return known in re.split(r"[\s,]+", sent)


def _in_quotes(known: str, sent: str) -> bool:
    return known == sent.strip("'\"")


def _under_a_scheme(known: str, sent: str) -> bool:
    return known == sent.removeprefix("Bearer ")


def _fault(name: str, says: str, is_taken: IsTaken, rule: str, operation: str) -> type[Fault]:
    class Made(Fault):
        def tenant_of(self, call: Call, token: str) -> Tenant | None:
            if operation and call.operation != operation:
                return super().tenant_of(call, token)
            return next((tenant for known, tenant in self.store.by_token.items() if is_taken(known, token)), None)

    Made.__name__ = Made.__qualname__ = name
    Made.__doc__, Made.__module__ = says, __name__
    Made.breaks, Made.operation = (rule,), operation
    return Made


_MADE: tuple[tuple[str, str, IsTaken, str, str], ...] = (
    ("NullTokensAccepted", "A token that is the word `null` is accepted.", _one_of("null"), "SEC-10", ""),
    (
        "UndefinedTokenShowsHistory",
        "The word `undefined` as a token opens the history.",
        _one_of("undefined"),
        "SEC-10",
        HISTORY,
    ),
    ("NullTokenCancels", "The word `null` as a token cancels an order.", _one_of("null"), "SEC-10", CANCEL),
    (
        "UndefinedTokenExtends",
        "The word `undefined` as a token extends a grace period.",
        _one_of("undefined"),
        "SEC-10",
        EXTEND,
    ),
    (
        "NullTokenCancelsLineInternally",
        "The word `null` as a token cancels a line item by the internal API.",
        _one_of("null"),
        "SEC-10",
        CANCEL_LINE_INTERNAL,
    ),
    ("TrueTokensAccepted", "A token that is the word `true` is accepted.", _one_of("true", "True"), "SEC-10", ""),
    ("ZeroTokensAccepted", "A token that is the figure 0 is accepted.", _one_of("0"), "SEC-10", ""),
    (
        "LastCharacterOfTokenIgnored",
        "The last character of a token is not compared.",
        _with_another_end,
        "SEC-10",
        "",
    ),
    (
        "LastCharacterIgnoredForStatus",
        "The last character of a token is not compared when the cancellation status is read.",
        _with_another_end,
        "SEC-10",
        CANCELLATION_STATUS,
    ),
    ("TokensMayLackTheirEnd", "A token without its last character is accepted.", _without_its_end, "SEC-10", ""),
    (
        "SignatureIgnoredForPrices",
        "The last third of a token, where a signature stands, is not compared when prices are read.",
        _with_another_signature,
        "SEC-10",
        PRICES,
    ),
    (
        "SignatureIgnoredForSerials",
        "The last third of a token, where a signature stands, is not compared when serial numbers are added.",
        _with_another_signature,
        "SEC-10",
        SERIAL_NUMBERS,
    ),
    (
        "SignatureIgnoredForLines",
        "The last third of a token, where a signature stands, is not compared when a line item is canceled.",
        _with_another_signature,
        "SEC-10",
        CANCEL_LINE,
    ),
    ("TokensInListsAccepted", "Of several tokens in one header one has to be right.", _as_a_word, "SEC-15", ""),
    ("TokensInQuotesAccepted", "Quotes around a token are ignored.", _in_quotes, "SEC-15", ""),
    ("SchemeTwiceAccepted", "The scheme may stand twice before a token.", _under_a_scheme, "SEC-15", ""),
)

GENERATED = tuple(_fault(*made) for made in _MADE)
