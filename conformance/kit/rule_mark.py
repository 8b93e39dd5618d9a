"""The marks of a check: the rules that it judges, and what it needs of its states beyond what they promise."""

import pytest

from orderproof.spec.catalogue import catalogue

RULE_MARK = "orderproof_rule"
CANARY_MARK = "orderproof_canary"
UNCHANGED_MARK = "orderproof_unchanged"
NEW_MARK = "orderproof_new"
USES_UP_MARK = "orderproof_uses_up"

unchanged = pytest.mark.orderproof_unchanged
"""Marks a check whose states no other check may have changed: an item without a serial number, a timer as it began."""

new = pytest.mark.orderproof_new
"""Marks a check whose states are made for it, one right after the other: what reaches the next order shows there."""


def uses_up(orders: int, *, first: bool = False) -> pytest.MarkDecorator:
    """Mark a check after which so many orders are not what they were promised to be any more, at most.

    Where orders are listed, it comes after the checks that leave theirs as they were; `first`: before them, since the
    run learns from it that a cancellation is accepted.
    """
    return pytest.mark.orderproof_uses_up(orders, first=first)


def rule(*ids: str) -> pytest.MarkDecorator:
    """Name the rules that a check, or one of its parameters, judges.

    Raises `ValueError` for an id that the catalogue does not have: such a check would judge nothing.
    """
    unknown = [rule_id for rule_id in ids if rule_id not in catalogue()]
    if unknown or not ids:
        raise ValueError(f"no such rule in the catalogue: {', '.join(unknown) or 'none named'}")
    return pytest.mark.orderproof_rule(*ids)
