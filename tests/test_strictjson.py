"""JSON as RFC 8259 has it, and never another exception than the one that says why."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderproof.conformance.transport.strictjson import NotJson, parse_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=20,
)


@given(
    value=VALUES, ascii_only=st.booleans(), mark=st.sampled_from([b"", b"\xef\xbb\xbf"]), indent=st.none() | st.just(2)
)
def test_what_was_written_is_read(value, ascii_only, mark, indent):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert parse_json(mark + text.encode()) == value


@given(st.binary())
def test_no_bytes_raise_anything_else(body):
    with contextlib.suppress(NotJson):
        parse_json(body)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b"{", "character 1"),
        (b'{"a": NaN}', "NaN is not a JSON value"),
        (b"[-Infinity]", "-Infinity is not a JSON value"),
        (b'"\xff"', "byte 1 is not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b"1" * 5_000, "digits"),
        (b"{} {}", "Extra data"),
        (b"{'a': 1}", "double quotes"),
    ],
)
def test_what_is_no_json_is_said_why(body, why):
    with pytest.raises(NotJson, match=why):
        parse_json(body)
