"""Serial numbers: what adding them leaves alone, and whose epc is whose."""

from orderproof.conformance.checks.support.kept import expect_kept
from orderproof.conformance.checks.support.serials import Serials, entries, epc_of, owned
from orderproof.conformance.checks.support.timers import assert_moved, running_timer
from orderproof.conformance.kit import Finding, Inconclusive, NotApplicable, require, rule


@rule("SER-39")
def test_serial_numbers_change_nothing_else(orders, order_in_grace_period):
    serials = Serials(orders, order_in_grace_period)
    timer = running_timer(orders, order_in_grace_period)
    before = require(orders.show(order_in_grace_period))

    numbers = owned({serials.first: "ALONE-1", serials.second: "ALONE-2"})
    require(serials.send(entries(numbers)), 204)

    expect_kept(before, serials.poll_until(numbers).answer, "adding serial numbers", amounts=True)
    because = "serial numbers were added in between"
    assert_moved(timer, orders.extend_grace_period(order_in_grace_period), because)


@rule("SER-40")
def test_each_item_has_its_own_epc_and_the_last(orders, order):
    serials = Serials(orders, order)
    first, second = serials.first, serials.second
    if first == second:
        raise Inconclusive("the rule needs an order with two items")

    old = shown_after(serials, "EPC-3", (first, second))
    if not all(old.values()):
        raise NotApplicable("the order does not show an epc for both items to which one was added")
    if old[first] == old[second]:
        raise wrong("two items show one epc, although each was given its own", "two different epcs", old, serials)

    new = shown_after(serials, "EPC-4", (first,), lambda shown: shown[first] != old[first])
    if new[first] == old[first]:
        raise wrong("an item still shows its old epc after a new one was accepted", "another epc", new, serials)
    if new[second] != old[second]:
        raise wrong("an item that was not in the request shows another epc", str(old[second]), new, serials)


def wrong(what, wanted, shown, serials):
    return Finding(what, wanted, f"{shown}", serials.read().answer.exchange)


def shown_after(serials, text, ids, is_settled=lambda _shown: True):
    """What the first two items show as their epcs once those of some items were added, at once or after a moment."""
    numbers = owned(dict.fromkeys(ids, text))
    sent = serials.send([one | {"epc": epc_of(one["id"], text[-1])} for one in entries(numbers)])
    if sent.is_refusal:
        raise NotApplicable("the target accepts no epc, which is open")
    require(sent, 204)
    reading = serials.poll_until(numbers)
    for _ in serials.orders.patience.attempts("an epc to appear"):
        shown = {one: reading.identifiers.get(one, {}).get("epc") for one in (serials.first, serials.second)}
        if is_settled(shown):
            break
        reading = serials.read()
    return shown
