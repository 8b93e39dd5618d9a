"""Variants of prices: by which id, in which sequence, and of which items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.exchange import PRICES
from orderproof.conformance.reference.problems import Refusal
from orderproof.conformance.reference.variants.shared.open_status import OpenStatus, variants_of

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order

Document = dict[str, Any]


class PricesByReadableId(Variant):
    """`prices` takes the readable id in its path."""

    choice: ClassVar[int] = 8
    readings: ClassVar[tuple[str, ...]] = ("prices-order-id/readable",)

    def price_id_type(self, call: Call) -> str:
        """The other kind."""
        return "external"


class PricesByEitherId(Variant):
    """`prices` takes either kind of order id."""

    choice: ClassVar[int] = 8
    readings: ClassVar[tuple[str, ...]] = ("prices-order-id/either",)

    def price_id_type(self, call: Call) -> str:
        """Whichever it is."""
        return "internal" if self.is_uuid(call, call.path["id"]) else "external"


class CanceledItemsHaveNoPrice(Variant):
    """An item that was canceled has no price any more."""

    choice: ClassVar[int] = 8
    warned_by: ClassVar[tuple[str, ...]] = ("PRI-31",)

    def product_line(self, call: Call, order: Order, item: Item) -> Document:
        """It is no product of the order any more."""
        if item.status == "cancelled":
            raise Refusal("item-not-found")
        return super().product_line(call, order, item)


class NothingIsShipped(Variant):
    """All orders are picked up in a store: none has shipping or gift wrapping, and neither has a price."""

    choice: ClassVar[int] = 8

    def price_line(self, call: Call, order: Order, asked: Document) -> Document | None:
        """There is nothing to price."""
        if asked["type"] != "product":
            raise Refusal("item-not-found")
        return super().price_line(call, order, asked)

    def finished_document(self, call: Call, document: Document) -> Document:
        """Without what is added to the products."""
        totals = document.get("totals", {})
        document = {name: value for name, value in document.items() if name not in ("shipments", "gift_wrapping")}
        if totals:
            document["totals"] = totals | {"shipping": 0, "gift_wrapping": 0, "total": totals["gross"]}
        return super().finished_document(call, document)


class PricesAsFloats(Variant):
    """A whole amount has a fraction, too: `72.0`."""

    def price(self, call: Call, net: int, tax: int) -> Document:
        """Always a fraction."""
        return {name: float(value) for name, value in super().price(call, net, tax).items()}


class PricesInAnotherOrder(Variant):
    """The lines come back sorted, not in the order in which they were asked for."""

    choice: ClassVar[int] = 9
    warned_by: ClassVar[tuple[str, ...]] = ("PRI-4",)

    def price_lines(self, call: Call, order: Order, asked: list[Document]) -> list[Document]:
        """Sorted by type and id."""
        return sorted(super().price_lines(call, order, asked), key=lambda line: (line["type"], line["id"]))


class PricesKnowCaptured(Variant):
    """Prices have a status of their own for what is paid: `captured`, until the item is canceled."""

    choice: ClassVar[int] = 9
    warned_by: ClassVar[tuple[str, ...]] = ("PRI-38",)

    def price_status(self, call: Call, order: Order, item: Item) -> str:
        """The order shows `pending`."""
        shown = super().price_status(call, order, item)
        return "captured" if shown == "pending" else shown


class PricesOnceForEach(Variant):
    """An item that is asked for twice is answered once."""

    choice: ClassVar[int] = 9

    def price_lines(self, call: Call, order: Order, asked: list[Document]) -> list[Document]:
        """Without repetitions."""
        return list({line["id"]: line for line in super().price_lines(call, order, asked)}.values())


GENERATED = variants_of(
    OpenStatus(
        name="UnknownPricedItemIs{}",
        says="An unknown item in `prices` gets {}.",
        point=8,
        reasons=("item-not-found",),
        statuses=(400,),
        choice="unknown-item-in-prices",
        operation=PRICES,
    ),
    module=__name__,
)
