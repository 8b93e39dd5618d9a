"""Shared by the checks of prices: an order and its price lines."""

from typing import Any

from orderproof.conformance.kit import Answer, Finding, Inconclusive, Orders, State, expect, require

SHIPPING = {"type": "shipping"}
GIFT_WRAPPING = {"type": "gift-wrapping"}
AMOUNTS = ("gross", "net", "tax")

# Less than half a cent is a rounding error of floating point and not a difference.
CENT_FRACTION = 0.005


def product(item_id: Any) -> dict[str, Any]:
    """A line that asks for the price of a product."""
    return {"type": "product", "id": item_id}


class Pricing:
    """An order whose first product is known to have a price, so that a refusal has another reason."""

    def __init__(self, orders: Orders, order: State) -> None:
        self.orders = orders
        self.order = order
        self.line = product(order.item_uuids[0])
        self.other_line = product(order.item_uuids[1])
        require(self.ask([self.line]))

    def ask(self, items: Any = None, **parts: Any) -> Answer:
        """Ask for prices; `parts` replace other parts of the request."""
        return self.orders.prices(self.order, items, **parts)

    def refuses(self, items: Any, because: str) -> None:
        """Expect that these items are refused."""
        expect(self.ask(items), because).is_refused()

    def refuses_body(self, because: str, **parts: Any) -> None:
        """Expect that a request with another body, or none, is refused."""
        expect(self.ask(**parts), because).is_refused()


def lines_of(answer: Answer) -> list[Any]:
    """The lines of an answer. Raises `Inconclusive` if they are not a list of objects, which another rule judges."""
    lines = answer.at("items")
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise Inconclusive(f"the items in the answer to {answer.request} are not a list of objects", answer.exchange)
    return lines


def same_id(one: Any, other: Any) -> bool:
    """Whether two ids are the same UUID; UUIDs are case-insensitive."""
    return isinstance(one, str) and isinstance(other, str) and one.casefold() == other.casefold()


def product_lines(answer: Answer, item_id: str) -> list[Any]:
    """The lines of an answer for one product."""
    return [line for line in lines_of(answer) if line.get("type") == "product" and same_id(line.get("id"), item_id)]


def lines_of_type(answer: Answer, kind: str) -> list[Any]:
    """The lines of an answer for one type."""
    return [line for line in lines_of(answer) if line.get("type") == kind]


def the_line(answer: Answer, item_id: str) -> Any:
    """The line for a product. Raises `Inconclusive` unless there is exactly one, which another rule judges."""
    found = product_lines(answer, item_id)
    if len(found) != 1:
        raise Inconclusive(
            f"the answer to {answer.request} has {len(found)} lines for {item_id} instead of 1", answer.exchange
        )
    return found[0]


def is_number(value: Any) -> bool:
    """Whether a value of JSON is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def amounts(answer: Answer, holder: Any) -> dict[str, Any]:
    """The three amounts of a line or an item. Raises `Inconclusive` if they are not numbers."""
    price = holder.get("price") if isinstance(holder, dict) else None
    found = {name: price.get(name) if isinstance(price, dict) else None for name in AMOUNTS}
    if not all(map(is_number, found.values())):
        raise Inconclusive(
            f"a price in the answer to {answer.request} lacks numbers for gross, net and tax: {price}", answer.exchange
        )
    return found


def price_of(answer: Answer, item_id: str) -> dict[str, Any]:
    """The amounts of the line for a product."""
    return amounts(answer, the_line(answer, item_id))


def shown_prices(answer: Answer, item_ids: list[str]) -> list[dict[str, Any]]:
    """The amounts that an order shows for its items, in the order of the ids."""
    items = lines_of(answer)
    found = []
    for item_id in item_ids:
        item = next((one for one in items if same_id(one.get("id"), item_id)), None)
        if item is None:
            raise Inconclusive(f"the answer to {answer.request} has no item {item_id}", answer.exchange)
        found.append(amounts(answer, item))
    return found


def has_extra(orders: Orders, order: State, line: Any, member: str) -> bool:
    """Whether an order has shipping or gift wrapping: it has a price for it, or shows `member`.

    True also for an answer that leaves it open, which the check then judges.
    """
    answer = orders.prices(order, [line])
    if (answer.is_success and lines_of_type(answer, line["type"])) or not (answer.is_success or answer.is_refusal):
        return True
    return shows_member(orders.show(order), member)


def shows_member(shown: Answer, member: str) -> bool:
    """Whether an order shows a member that is not empty."""
    order = require(shown).json
    return isinstance(order, dict) and bool(order.get(member))


def expect_line(answer: Answer, kind: str, shown: Answer, member: str) -> None:
    """Expect a line for the shipping or the gift wrapping of an order, which it shows as `member`."""
    if answer.is_success and lines_of_type(answer, kind):
        return
    if (answer.is_success or answer.is_refusal) and not shows_member(shown, member):
        raise Inconclusive(
            f"the order shows no {member}, and only some of its prices have a line for {kind}", answer.exchange
        )
    expect(answer, f"the order shows {member}").has_status(200)
    raise Finding(
        f"{answer.request} returned no line for {kind}, although the order shows {member}",
        f"a line of type {kind}",
        f"{[line.get('type') for line in lines_of(answer)]}",
        answer.exchange,
    )


def extra_prices(order: Any) -> dict[str, dict[str, Any]]:
    """The amounts that an order shows for its gift wrapping, and for its shipping if that is one shipment."""
    document = order if isinstance(order, dict) else {}
    shipments = document.get("shipments")
    holders = {
        "shipping": shipments[0] if isinstance(shipments, list) and len(shipments) == 1 else None,
        "gift-wrapping": document.get("gift_wrapping"),
    }
    prices = {kind: holder.get("price") for kind, holder in holders.items() if isinstance(holder, dict)}
    return {
        kind: {name: price[name] for name in AMOUNTS}
        for kind, price in prices.items()
        if isinstance(price, dict) and all(is_number(price.get(name)) for name in AMOUNTS)
    }
