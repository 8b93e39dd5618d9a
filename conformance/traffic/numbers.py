"""Serial numbers that were accepted, held against what is shown later."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orderproof.conformance.kit.polling import PATIENT_SECONDS
from orderproof.conformance.traffic.seen import Seen, Told

_LONGEST_NUMBER = 255


@dataclass(slots=True)
class Number:
    """A serial number that was accepted for an item, the one before it, and the request that wrote it."""

    text: str
    earlier: str | None
    seen: Seen


def is_plain(text: Any) -> bool:
    """Whether a text is a serial number that a server must show unchanged."""
    return (
        isinstance(text, str)
        and 0 < len(text) <= _LONGEST_NUMBER
        and text == text.strip()
        and text.isprintable()
        and unicodedata.is_normalized("NFC", text)
    )


def shown(seen: Seen, item: Mapping[str, Any], number: Number) -> Iterator[Told]:
    """What a later read of an item says of the serial number that was accepted for it."""
    identifier = item.get("external_identifier")
    text = identifier.get("serial_number") if isinstance(identifier, dict) else None
    is_overwritten = number.earlier not in (None, number.text)
    if text == number.text:
        yield Told("SER-1")
        if is_overwritten:
            yield Told("SER-5")
    elif number.seen.ended_before(seen, PATIENT_SECONDS):
        rule = "SER-5" if is_overwritten and text == number.earlier else "SER-1"
        yield Told(
            rule,
            f"{seen.request} does not show the serial number that was accepted for the item {item.get('id')}",
            f"serial_number {number.text!r}",
            f"serial_number {text!r}",
            (number.seen.number,),
            is_explained=True,
        )
