"""An order and the serial numbers of its items, as the checks of serial numbers send and read them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from orderproof.conformance.kit import Answer, Finding, Inconclusive, Orders, State, expect, require, shortened
from orderproof.strategies.texts import of_item

Numbers = Mapping[str, str | None]
"""Serial numbers by the ids of their items; None where there is none."""


def entry(item_id: Any, serial_number: Any = "SRQFAU79") -> dict[str, Any]:
    """An entry that gives an item a serial number of its own, made of a text; what is no text is sent as it is."""
    is_text = isinstance(item_id, str) and isinstance(serial_number, str)
    return exact_entry(item_id, of_item(serial_number, item_id) if is_text else serial_number)


def exact_entry(item_id: Any, serial_number: Any) -> dict[str, Any]:
    """An entry that gives an item a serial number to the letter."""
    return {"id": item_id, "serial_number": serial_number}


def entries(numbers: Numbers) -> list[dict[str, Any]]:
    """Entries for serial numbers by item, to the letter."""
    return [exact_entry(item_id, number) for item_id, number in numbers.items()]


def owned(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts by item, as serial numbers that no other item is given."""
    return {item_id: of_item(text, item_id) for item_id, text in texts.items()}


class Reading(NamedTuple):
    """What an order showed when it was read: the external identifiers of its items, by the ids of the state."""

    answer: Answer
    identifiers: Mapping[str, Mapping[str, Any]]

    def number(self, item_id: str) -> str | None:
        """The serial number of an item, or None; an empty one is none, since a server may leave it out."""
        return self.identifiers.get(item_id, {}).get("serial_number") or None

    def _wrong(self, wanted: Numbers) -> dict[str, str | None]:
        return {item_id: number for item_id, number in wanted.items() if self.number(item_id) != (number or None)}

    def has(self, wanted: Numbers) -> bool:
        """Whether these serial numbers are among those shown."""
        return not self._wrong(wanted)

    def expect(self, wanted: Numbers, because: str) -> None:
        """Expect these serial numbers to be among those shown."""
        wrong = self._wrong(wanted)
        if not wrong:
            return
        # The first few say enough of five hundred.
        named = list(wrong)[:3]
        count = "a serial number" if len(wrong) == 1 else f"{len(wrong)} serial numbers"
        raise Finding(
            f"{self.answer.request} shows {count} otherwise than it should: {because}",
            ", ".join(f"{item_id}: {_words(wrong[item_id])}" for item_id in named),
            ", ".join(f"{item_id}: {_words(self.number(item_id))}" for item_id in named),
            self.answer.exchange,
        )


def _words(number: str | None) -> str:
    return shortened(json.dumps(number, ensure_ascii=False)) if number else "none"


def _judgeable(reading: Reading) -> Reading:
    if not reading.identifiers:
        raise Inconclusive(
            f"the answer to {reading.answer.request} shows no external_identifier, so no serial number can be seen",
            reading.answer.exchange,
        )
    return reading


class Serials:
    """The serial numbers of one order.

    The 204 says "Serial numbers added.", yet reading is another request and may be served by another machine: what was
    added is waited for, for a bounded time.
    """

    def __init__(self, orders: Orders, order: State) -> None:
        self.orders = orders
        self.order = order
        self.ids: list[str] = list(order.item_uuids)
        self.first, self.second = self.ids[:2]
        self.known: Numbers = {}

    def send(self, items: Any = None, **parts: Any) -> Answer:
        """Send entries; `parts` replace other parts of the request."""
        return self.orders.add_serial_numbers(self.order, items, **parts)

    def prepare(self, numbers: Numbers) -> None:
        """Add serial numbers as a step that must have worked.

        Raises `Inconclusive` when they, or those prepared before, do not show.
        """
        sent = require(self.send(entries(numbers)), 204)
        known = {**self.known, **numbers}
        reading = self._settled(known)
        # What does not show at all cannot be judged where it is read; the rest of a check may still say something.
        if reading.identifiers and not reading.has(known):
            raise Inconclusive(
                "serial numbers were added and the order does not show them, so what follows cannot be judged",
                sent.exchange,
                reading.answer.exchange,
            )
        self.known = known

    def read(self) -> Reading:
        """The serial numbers that the order shows. Raises `Inconclusive` when it shows none at all."""
        return _judgeable(self.glance())

    def glance(self) -> Reading:
        """The serial numbers that the order shows, if any.

        An item that shows no external identifiers is left out: nothing is said about its serial number. Raises
        `Inconclusive` when the order cannot be read.
        """
        answer = require(self.orders.show(self.order))
        items = answer.at("items")
        if not isinstance(items, list):
            raise Inconclusive(f"the items in the answer to {answer.request} are no list", answer.exchange)
        by_id = {str(item.get("id")).casefold(): item for item in items if isinstance(item, dict)}
        found = {item_id: by_id.get(item_id.casefold(), {}).get("external_identifier") for item_id in self.ids}
        identifiers = {item_id: shown for item_id, shown in found.items() if isinstance(shown, dict)}
        return Reading(answer, identifiers)

    def settled(self, wanted: Numbers) -> Reading:
        """The serial numbers that the order shows as soon as they are those wanted, or when the time is up."""
        return _judgeable(self._settled(wanted))

    def _settled(self, wanted: Numbers) -> Reading:
        for _ in self.orders.patience.attempts("serial numbers"):
            reading = self.glance()
            if reading.has(wanted):
                break
        return reading

    def become(self, wanted: Numbers, because: str) -> None:
        """Expect that the order comes to show these serial numbers."""
        self.settled(wanted).expect(wanted, because)

    def refuses(self, items: Any, because: str, *statuses: int, **parts: Any) -> None:
        """Expect that a request is refused, with one of `statuses` if any are given, and that it wrote nothing."""
        answer = self.send(items, **parts)
        if statuses:
            expect(answer, because).is_problem(*statuses)
        else:
            expect(answer, because).is_refused()
        # Waited for, since they may be read from elsewhere than before: what was written in spite of it stays.
        self.become(self.known, f"a request that was refused with {answer.status} changed them ({because})")

    def refuses_each(self, attempts: Iterable[tuple[Any, str]]) -> None:
        """Expect that each request (items, and why they are not valid) is refused, and that none wrote anything."""
        self._refuses_all((self.send(items), because) for items, because in attempts)

    def refuses_bodies(self, attempts: Iterable[tuple[bytes, str]]) -> None:
        """The same for whole bodies."""
        self._refuses_all((self.send(raw_body=body), because) for body, because in attempts)

    def _refuses_all(self, answers: Iterable[tuple[Answer, str]]) -> None:
        """Read once, after all of them, which costs half of the requests.

        One that wrote shows in the end as well, since nothing that is valid comes between.
        """
        count = 0
        for answer, because in answers:
            expect(answer, because).is_refused()
            count += 1
        self.become(self.known, f"{count} requests before were all refused, and yet they changed")


def prepared(serials: Serials) -> Serials:
    """Serial numbers that are known and shown: a valid request for the same items was accepted just before."""
    serials.prepare(owned({serials.first: "FIRST-1", serials.second: "SECOND-2"}))
    return serials
