"""Faults in serial numbers that look like something else: numbers, words, dates, formulas."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import SERIAL_NUMBERS
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions.serials import Serial
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item


def _as_float(text: str) -> str:
    """A number in powers of ten, as it is written out."""
    return f"{float(text):.0f}" if re.fullmatch(r"[0-9]{1,15}[Ee][0-9]{1,2}", text) else text


def _as_integer(text: str) -> str:
    return str(int(text)) if re.fullmatch("[0-9]+", text) else text


def _as_decimal(text: str) -> str:
    return text.rstrip("0").rstrip(".") if re.fullmatch(r"[0-9]+\.[0-9]+", text) else text


def _as_date(text: str) -> str:
    """A date as a spreadsheet shows it, with whatever follows it lost."""
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)", text)
    return date(*map(int, found.groups())).strftime("%m/%d/%Y") if found else text


def _without_formula(text: str) -> str:
    """With an apostrophe before what a spreadsheet would reckon."""
    return f"'{text}" if text[:1] in tuple("=+@") else text


def _as_word(text: str) -> str:
    return "" if text in ("null", "None", "NaN", "undefined") else text


def _as_truth(text: str) -> str:
    return text.capitalize() if text in ("true", "false") else text


def _stored(name: str, says: str, rules: tuple[str, ...], change: Callable[[str], str]) -> type[Fault]:
    class Made(Fault):
        def stored_serial_number(self, call: Call, item: Item, serial: Serial) -> str | None:
            return change(serial.serial_number)

    return _named(Made, name, says, rules)


def _refused(name: str, says: str, rules: tuple[str, ...], is_refused: Callable[[str], bool]) -> type[Fault]:
    class Made(Fault):
        def stored_serial_number(self, call: Call, item: Item, serial: Serial) -> str | None:
            if is_refused(serial.serial_number):
                raise Refusal("body-invalid")
            return super().stored_serial_number(call, item, serial)

    return _named(Made, name, says, rules)


def _named(made: type[Fault], name: str, says: str, rules: tuple[str, ...]) -> type[Fault]:
    made.__name__ = made.__qualname__ = name
    made.__doc__, made.__module__ = says, __name__
    made.breaks, made.operation = rules, SERIAL_NUMBERS
    return made


_CHANGES: Mapping[str, tuple[str, tuple[str, ...], Callable[[str], str]]] = {
    "SerialsInPowersOfTen": ("A serial number such as `12E3` is written out.", ("SER-3",), _as_float),
    "SerialsLoseLeadingZeros": ("A serial number of digits loses the zeros before it.", ("SER-3",), _as_integer),
    "SerialsLoseDecimals": ("A serial number such as `1.0` loses the zeros after it.", ("SER-3",), _as_decimal),
    "SerialsAsDates": ("A serial number that begins as a date is shown as a date.", ("SER-3",), _as_date),
    "SerialsWithoutFormulas": ("A serial number that begins as a formula gets a quote.", ("SER-3",), _without_formula),
    "SerialsAsNothing": ("A serial number that is a word for nothing is kept as none.", ("SER-4",), _as_word),
    "SerialsAsTruthValues": ("The words `true` and `false` are kept as truth values.", ("SER-4",), _as_truth),
}

GENERATED = (
    *(_stored(name, says, rules, change) for name, (says, rules, change) in _CHANGES.items()),
    _refused(
        "SerialsOfFormulasRefused",
        "A serial number that begins with an equals sign is refused.",
        ("SER-3",),
        lambda text: text.startswith("="),
    ),
    _refused(
        "SerialsOfDigitsRefused",
        "A serial number that is a number is refused.",
        ("SER-3",),
        lambda text: re.fullmatch(r"[0-9]+([.][0-9]+)?", text) is not None,
    ),
)
