"""The mark by which a check names the rules that it judges."""

import pytest

from orderproof.spec.catalogue import catalogue

RULE_MARK = "orderproof_rule"
CANARY_MARK = "orderproof_canary"


def rule(*ids: str) -> pytest.MarkDecorator:
    """Name the rules that a check, or one of its parameters, judges.

    Raises `ValueError` for an id that the catalogue does not have: such a check would judge nothing.
    """
    unknown = [rule_id for rule_id in ids if rule_id not in catalogue()]
    if unknown or not ids:
        raise ValueError(f"no such rule in the catalogue: {', '.join(unknown) or 'none named'}")
    return pytest.mark.orderproof_rule(*ids)
