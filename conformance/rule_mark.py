"""The decorator that ties a check to the rules that it judges."""

from collections.abc import Callable
from typing import TypeVar

import pytest

from spec.catalogue import catalogue

Check = TypeVar("Check", bound=Callable[..., object])


def rule(*ids: str) -> Callable[[Check], Check]:
    """Name the rules that a check judges. Raises `ValueError` for an id that the catalogue does not have."""
    unknown = [rule_id for rule_id in ids if rule_id not in catalogue()]
    if unknown or not ids:
        raise ValueError(f"no such rule in the catalogue: {', '.join(unknown) or 'none named'}")

    def mark(check: Check) -> Check:
        return pytest.mark.rule(*ids)(check)

    return mark
