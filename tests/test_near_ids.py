"""Ids that are nearly one that exists, and other spellings of one."""

from uuid import UUID

import pytest

from orderproof.conformance.checks.support.cancellations import near_misses_of
from orderproof.strategies.ids import ALWAYS_TRUE, PATTERNS, QUOTED, SPELLINGS, UNEQUAL
from orderproof.strategies.items import queried_ids


@pytest.mark.parametrize("own", ["8cbd56e3-c18a-42e6-9ba8-5442eea2bd76", "GD000001234", "1", "%", "*", '"'])
def test_a_near_miss_is_never_the_id(own):
    for near_miss in (*PATTERNS, *QUOTED, ALWAYS_TRUE, UNEQUAL):
        assert near_miss.of(own) not in ("", own)
    for near in near_misses_of(own, "external"):
        assert near.id not in ("", own) or own in ("%", "*")


@pytest.mark.parametrize("how", SPELLINGS)
def test_a_parser_reads_the_same_uuid_in_another_spelling(how):
    own = "8cbd56e3-c18a-42e6-9ba8-5442eea2bd76"
    spelled = SPELLINGS[how](own)

    assert spelled != own
    assert str(UUID(spelled.strip())) == own


def test_ids_for_a_query_are_as_long_as_an_id():
    own = "8cbd56e3-c18a-42e6-9ba8-5442eea2bd76"

    assert all(len(one) == len(own) and one != own for one in queried_ids(own))
