"""Odd ids are none that an order may have: what is sent with them may cancel one."""

import re

import pytest
from hypothesis import find, settings
from hypothesis.errors import NoSuchExample

from orderproof.strategies.malformed import odd_segments


@pytest.mark.parametrize("form", ["[0-9]+", "[A-Za-z][0-9]{1,6}"])
def test_no_odd_id_is_a_short_number(form):
    with pytest.raises(NoSuchExample):
        find(
            odd_segments,
            lambda text: re.fullmatch(form, text.strip()) is not None and len(text.strip()) < 8,
            settings=settings(max_examples=400),
        )
