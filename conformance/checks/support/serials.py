"""Shared by the checks of serial numbers: sending and reading the serial numbers of an order's items."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from orderproof.conformance.checks.support.reading import items_by_id
from orderproof.conformance.kit import Answer, Finding, Inconclusive, Orders, State, expect, require, shortened
from orderproof.strategies.texts import item_tag, of_item

Numbers = Mapping[str, str | None]
"""Serial numbers by the ids of their items; None for an item without a serial number."""


def entry(item_id: Any, serial_number: Any = "SRQFAU79") -> dict[str, Any]:
    """An entry with a serial number made of a text and unique to the item; other values are sent unchanged."""
    is_text = isinstance(item_id, str) and isinstance(serial_number, str)
    return exact_entry(item_id, of_item(serial_number, item_id) if is_text else serial_number)


def exact_entry(item_id: Any, serial_number: Any) -> dict[str, Any]:
    """An entry with exactly this serial number."""
    return {"id": item_id, "serial_number": serial_number}


def entries(numbers: Numbers) -> list[dict[str, Any]]:
    """Entries with exactly these serial numbers."""
    return [exact_entry(item_id, number) for item_id, number in numbers.items()]


def epc_of(item_id: str, text: str = "1") -> dict[str, str]:
    """An epc with the members of the vendor's other pages; no two items and no two texts have the same."""
    code = f"3034257BF71{text}{item_tag(item_id).upper()}"
    return {"code": code, "external_id": of_item(f"EPC-{text}", item_id), "serial_number": of_item(text, item_id)}


def owned(texts: Mapping[str, str]) -> dict[str, str]:
    """Serial numbers made of the texts and unique to each item."""
    return {item_id: of_item(text, item_id) for item_id, text in texts.items()}


class Reading(NamedTuple):
    """The external identifiers that an order showed for its items, by the ids of the state."""

    answer: Answer
    identifiers: Mapping[str, Mapping[str, Any]]

    def number(self, item_id: str) -> str | None:
        """The serial number of an item, or None, also for an empty serial number, which a server may leave out."""
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
        # Of up to 500 items, the first 3 are enough.
        named = list(wrong)[:3]
        count = "a wrong serial number" if len(wrong) == 1 else f"{len(wrong)} wrong serial numbers"
        raise Finding(
            f"{self.answer.request} shows {count}: {because}",
            ", ".join(f"{item_id}: {_words(wrong[item_id])}" for item_id in named),
            ", ".join(f"{item_id}: {_words(self.number(item_id))}" for item_id in named),
            self.answer.exchange,
        )


def _words(number: str | None) -> str:
    return shortened(json.dumps(number, ensure_ascii=False)) if number else "no serial number"


def _judgeable(reading: Reading) -> Reading:
    if not reading.identifiers:
        raise Inconclusive(
            f"the answer to {reading.answer.request} shows no external_identifier, so serial numbers cannot be read",
            reading.answer.exchange,
        )
    return reading


class Serials:
    """The serial numbers of one order.

    The 204 says "Serial numbers added.", but the next read may be served by another machine, so the order is polled for
    a limited time.
    """

    def __init__(self, orders: Orders, order: State) -> None:
        self.orders = orders
        self.order = order
        self.ids: list[str] = list(order.item_uuids)
        # The state promises two items, but an order that is found with a customer may have one alone.
        self.first, self.second = self.ids[0], self.ids[:2][-1]
        self.known: Numbers = {}

    def send(self, items: Any = None, **parts: Any) -> Answer:
        """Send entries; `parts` replace other parts of the request."""
        return self.orders.add_serial_numbers(self.order, items, **parts)

    def prepare(self, numbers: Numbers) -> None:
        """Add serial numbers as a step that must work before the rule can be judged.

        Raises `Inconclusive` if the order does not show them, or those prepared before.
        """
        sent = require(self.send(entries(numbers)), 204)
        known = {**self.known, **numbers}
        reading = self.glance_until(known)
        # If the order shows no serial numbers at all, other steps of the check may still be judged.
        if reading.identifiers and not reading.has(known):
            raise Inconclusive(
                "serial numbers were added, but the order does not show them, so the next steps cannot be judged",
                sent.exchange,
                reading.answer.exchange,
            )
        self.known = known

    def read(self) -> Reading:
        """The serial numbers that the order shows. Raises `Inconclusive` if it shows no external identifiers."""
        return _judgeable(self.glance())

    def glance(self) -> Reading:
        """The serial numbers that the order shows, if any.

        An item without external identifiers is left out, since its serial number is unknown. Raises `Inconclusive` if
        the order cannot be read.
        """
        answer = require(self.orders.show(self.order))
        items = answer.at("items")
        if not isinstance(items, list):
            raise Inconclusive(f"the items in the answer to {answer.request} are not a list", answer.exchange)
        by_id = {str(item.get("id")).casefold(): item for item in items if isinstance(item, dict)}
        found = {item_id: by_id.get(item_id.casefold(), {}).get("external_identifier") for item_id in self.ids}
        identifiers = {item_id: shown for item_id, shown in found.items() if isinstance(shown, dict)}
        return Reading(answer, identifiers)

    def poll_until(self, wanted: Numbers) -> Reading:
        """Poll until the order shows these serial numbers, for a limited time; the last reading."""
        return _judgeable(self.glance_until(wanted))

    def glance_until(self, wanted: Numbers) -> Reading:
        """The same of an order that may show no external identifiers."""
        for _ in self.orders.patience.attempts("serial numbers to appear"):
            reading = self.glance()
            if reading.has(wanted):
                break
        return reading

    def expect_eventually(self, wanted: Numbers, because: str) -> None:
        """Expect that the order shows these serial numbers, at once or after a moment."""
        self.poll_until(wanted).expect(wanted, because)

    def expect_unchanged(self, refused: Answer) -> None:
        """Expect that the order shows the serial numbers from before a refused request."""
        self.expect_eventually(self.known, f"a request that {refused.result} must not change serial numbers")

    def refuses(self, items: Any, because: str, *statuses: int, **parts: Any) -> None:
        """Expect that a request is refused, with one of `statuses` if given, and that it wrote nothing."""
        answer = self.send(items, **parts)
        if statuses:
            expect(answer, because).is_problem(*statuses)
        else:
            expect(answer, because).is_refused()
        # Polled, since another machine may answer: a number that was written is still there at the end.
        self.expect_eventually(self.known, f"a request that {answer.result} must not change serial numbers ({because})")

    def refuses_each(self, attempts: Iterable[tuple[Any, str]]) -> None:
        """Expect that each request (items, and why they are invalid) is refused, and that nothing was written.

        Read once, after all requests, which halves their number. A serial number that was written is still there at the
        end, since no valid request comes in between.
        """
        count = 0
        for items, because in self.orders.sample(attempts):
            expect(self.send(items), because).is_refused()
            count += 1
        self.expect_eventually(self.known, f"{count} refused requests must not change serial numbers")


def with_known_numbers(serials: Serials) -> Serials:
    """Add serial numbers to the first two items, so that they are known and a valid request is known to be accepted."""
    if serials.orders.is_brief and serials.orders.may_spare("updateSalesOrderSerialNumbers", serials.order):
        reading = serials.glance()
        known = {item_id: reading.number(item_id) for item_id in (serials.first, serials.second)}
        if all(known.values()):
            serials.known = known
            return serials
    serials.prepare(owned({serials.first: "FIRST-1", serials.second: "SECOND-2"}))
    return serials


def one_of_a_repeated_product(shown: Answer, item_ids: list[str]) -> str:
    """An item that an order shows with the same product as another of its items, if there is one; else the first."""
    products = {item_id: _product_of(item) for item_id, item in items_by_id(shown.at("items")).items()}
    names = [products.get(item_id.casefold()) for item_id in item_ids]
    return next((one for one, name in zip(item_ids, names, strict=True) if name and names.count(name) > 1), item_ids[0])


def _product_of(item: Mapping[str, Any]) -> Any:
    """What an item shows of its product, in either of the members that the samples have for it."""
    identifiers = item.get("external_identifier")
    return item.get("product_id") or (identifiers.get("sku") if isinstance(identifiers, dict) else None)
