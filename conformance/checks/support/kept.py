"""What an operation on an order leaves as it was: facts that no sentence about the operation lets it change."""

from orderproof.conformance.checks.support.same_facts import differences
from orderproof.conformance.kit import Answer, Finding, Inconclusive

# Totals and prices are left out: an order that loses items may show others.
_KEPT = ("id", "origin", "origin_id", "placed_at", "currency")


def expect_kept(before: Answer, after: Answer, what: str, *, amounts: bool = False) -> None:
    """Expect the same ids, placed_at and currency in two answers that show an order; with `amounts`, the same prices.

    `what` came in between, as the subject of a sentence. Both must be read by the same id and in the same media type.
    """
    one, other = before.json, after.json
    if not isinstance(one, dict) or not isinstance(other, dict):
        raise Inconclusive("an answer is not an order, so it cannot be compared", before.exchange, after.exchange)
    changed = [(name, one.get(name), other.get(name)) for name in _KEPT if one.get(name) != other.get(name)]
    if amounts:
        changed += [each for each in differences(one, other) if "totals." in each.name or ".price." in each.name]
    for name, was, now in changed:
        raise Finding(
            f"{what} changed the order's {name} from {was!r} to {now!r}",
            f"{name}: {was!r}",
            f"{name}: {now!r}",
            before.exchange,
            after.exchange,
        )
