"""Faults in what is asked for: requests for prices that are answered and should not be, or the other way round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import PRICES
from orderproof.conformance.reference.faults.shared.item_lists import faults_in_lists
from orderproof.conformance.reference.faults.shared.statuses import wrong_status
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Order


Line = dict[str, Any]


class PriceRequestFault(Fault):
    """A fault in requests for prices."""

    operation: ClassVar[str] = PRICES


class PricesOf501Items(PriceRequestFault):
    """501 items are answered."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-14", "PRI-15")

    def price_limits(self, call: Call) -> tuple[int, int]:
        """One too many."""
        return (1, 501)


class PricesRefuse500Items(PriceRequestFault):
    """500 items are refused."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-13",)

    def price_limits(self, call: Call) -> tuple[int, int]:
        """One too few."""
        return (1, 499)


class PricesLimitOnlyProducts(PriceRequestFault):
    """Only products count for the limit of 500 items."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-15",)

    def counted_lines(self, call: Call, asked: list[Line]) -> int:
        """Lines of shipping and gift wrapping are free."""
        return sum(line.get("type") == "product" for line in asked) or min(len(asked), 1)


class PricesOfTheFirst100(PriceRequestFault):
    """Only the first 100 items are answered."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-13",)

    def price_lines(self, call: Call, order: Order, asked: list[Line]) -> list[Line]:
        """The others are forgotten."""
        return super().price_lines(call, order, asked[:100])


class PricesOfNothing(PriceRequestFault):
    """An empty list of items is answered."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-16", "PRI-91")

    def price_limits(self, call: Call) -> tuple[int, int]:
        """No lower limit."""
        return (0, 500)


class PricesTruncateIds(PriceRequestFault):
    """An id of more than 36 characters is cut off, and the item found."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-22", "PRI-91")

    def check_price_id(self, call: Call, line: Line) -> None:
        """Cut off what is too much."""
        if isinstance(line.get("id"), str):
            line["id"] = line["id"][:36]
        super().check_price_id(call, line)


class PricesCompleteIds(PriceRequestFault):
    """An id of 35 characters is completed to the item that begins with it."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-22", "PRI-91")

    def check_price_id(self, call: Call, line: Line) -> None:
        """Find the item by its beginning."""
        given = line.get("id")
        if isinstance(given, str) and len(given) == 35:
            line["id"] = next(
                (i for tenant in self.tenants_searched(call) for i in tenant.items if i[:35] == given), given
            )
        super().check_price_id(call, line)


class PricesOfProductsByDefault(PriceRequestFault):
    """An entry without a type is taken for a product."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-19", "PRI-91")

    def check_price_line(self, call: Call, line: Line) -> None:
        """The usual one."""
        line.setdefault("type", "product")
        super().check_price_line(call, line)


class PricesSkipUnknownTypes(PriceRequestFault):
    """An entry of a type that there is none of is left out, with 200."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-20", "PRI-91")

    def check_price_line(self, call: Call, line: Line) -> None:
        """Any text will do."""
        if not isinstance(line.get("type"), str) or line["type"] in self.price_types(call):
            super().check_price_line(call, line)

    def price_line(self, call: Call, order: Order, asked: Line) -> Line | None:
        """Nothing for it."""
        return super().price_line(call, order, asked) if asked["type"] in self.price_types(call) else None


class PricesLookAtTheFirstItem(PriceRequestFault):
    """Of several items only the first is looked at; others that are not valid are left out."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-23",)

    def price_request(self, call: Call) -> list[Line]:
        """Drop what is wrong."""
        asked = self.items_of(call, self.body(call))
        self.check_price_count(call, asked)
        valid = []
        for index, line in enumerate(asked):
            try:
                self.check_price_line(call, line)
            except Refusal:
                if index == 0:
                    raise
                continue
            valid.append(line)
        return valid


class PricesLookAt100Items(PriceRequestFault):
    """Of many items only the first 100 are looked at; others that are not valid are left out."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-23",)

    def price_request(self, call: Call) -> list[Line]:
        """Drop what is wrong."""
        asked = self.items_of(call, self.body(call))
        self.check_price_count(call, asked)
        for line in asked[:100]:
            self.check_price_line(call, line)
        known = self.price_types(call)
        later = (line for line in asked[100:] if line.get("type") in known)
        return asked[:100] + [line for line in later if line["type"] != "product" or len(str(line.get("id"))) == 36]


class PricesSkipUnknownItems(PriceRequestFault):
    """An item that the order does not have is left out, with 200."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-28", "PRI-29")

    def unknown_priced_item(self, call: Call, order: Order, identifier: str) -> Line | None:
        """Left out."""
        return None


class PricesOfOtherOrders(PriceRequestFault):
    """An item is found whichever order it belongs to."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-29",)

    def unknown_priced_item(self, call: Call, order: Order, identifier: str) -> Line | None:
        """Found in another order."""
        other = self.find_order_of_item(call, identifier)
        if other is None:
            return super().unknown_priced_item(call, order, identifier)
        return self.product_line(call, other, self.existing_item(call, other, identifier))


class PricesByTheBeginningOfAnId(PriceRequestFault):
    """The prices of an order are found by the beginning of its id."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-37",)

    def price_order(self, call: Call, identifier: str) -> Order:
        """From four characters on, the newest."""
        if len(identifier) < 4:
            return super().price_order(call, identifier)
        found = [order for uuid, order in call.tenant.orders.items() if uuid.startswith(identifier.lower())]
        return found[-1] if found else super().price_order(call, identifier)


class PricesIgnoreWhatFollowsAnId(PriceRequestFault):
    """What follows after the id of an order is ignored when its prices are asked for."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-37",)

    def price_order(self, call: Call, identifier: str) -> Order:
        """As long as a UUID is."""
        return super().price_order(call, identifier[:36])


class PricesOfOpenOrders(PriceRequestFault):
    """An order that was canceled or closed has no prices."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-31",)

    def price_lines(self, call: Call, order: Order, asked: list[Line]) -> list[Line]:
        """Too late."""
        if order.status == "closed" or order.canceled_at is not None:
            raise Refusal("order-closed")
        return super().price_lines(call, order, asked)


class PricesRefuseShipping(PriceRequestFault):
    """The type `shipping` is not known."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-5",)

    def price_types(self, call: Call) -> tuple[str, ...]:
        """One too few."""
        return ("product", "gift-wrapping")


class PricesRefuseGiftWrapping(PriceRequestFault):
    """The type `gift-wrapping` is not known."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-6",)

    def price_types(self, call: Call) -> tuple[str, ...]:
        """One too few."""
        return ("product", "shipping")


_OWN_STATUS = (
    wrong_status(
        "PricesOf501ItemsAreTooLarge",
        "501 items are refused with 413.",
        module=__name__,
        breaks=("PRI-14", "PRI-15"),
        operation=PRICES,
        refused="items-too-many",
        status=413,
    ),
    wrong_status(
        "PricesOfUnknownOrderIs400",
        "The prices of an order that does not exist are refused with 400.",
        module=__name__,
        breaks=("PRI-30",),
        operation=PRICES,
        refused="order-not-found",
        status=400,
    ),
)

GENERATED = (
    *_OWN_STATUS,
    *faults_in_lists(
        "Prices",
        PRICES,
        {
            "TakeOneItem": ("PRI-17",),
            "TakeBareLists": ("PRI-24",),
            "RepairJson": ("PRI-25",),
            "TakeAnyContentType": ("PRI-26",),
            "RefuseCharsets": ("PRI-27", "PRI-35"),
            "RefuseCapitalsInContentType": ("PRI-35",),
            "UnwrapIds": ("PRI-21",),
            "ReadEntriesFromTexts": ("PRI-18",),
        },
        module=__name__,
    ),
)
