"""Odd but possible parts of a request: what no client should send, and every server must bear."""

import unicodedata

from hypothesis import strategies as st

# Hosts of trouble for path handling: separators, dots, NUL, percent signs, white space, other scripts, astral letters.
_NASTY = "/\\.%\x00\r\n\t ?#&=+;:@'\"<>|*~\u00e9\u0130\u202e\u4e2d\U0001f4e6"

ODD_IDS = ("a\x00b", "%zz", "..%2f..", "a/b", "\u202e\u0130\U0001f4e6", "' OR '1'='1", "a" * 300, "a" * 5_000)
"""Ids that have broken servers: NUL, what is decoded twice, separators, text that reverses, quotes, and more than a
column holds. They are percent-encoded on their way."""

ANY_IDS = ("%", "*", "null")
"""Ids that find everything where they are taken for a pattern, or for no id at all. They are only sent to read: a
server that finds an order by them should not lose it, too."""

ODD_CUSTOMER_IDS = ("a\x00b", "' OR 1=1 --", "Größe-サイズ" * 40)
"""Values of `customer_id` that have broken servers, for the same reasons."""

RAW_SEGMENTS = ("%", "%zz", "%00", "%2F", "%c0%af", "%ed%a0%80", "..;/no-such-thing")
"""What stands in a path as it is: percent signs that begin no escape, a NUL, a slash, an overlong one, half of a pair
of surrogates, and a way up for servers that cut off what follows a semicolon. Nothing has any of them as its id, and
none is a plain way up the path, which would be another resource."""

DEPTHS = (100, 900, 10_000)
"""Levels of nesting: within what parsers take by default, just within what some do, and beyond what a stack holds."""

_LONG_ENOUGH = 8


def _may_be_an_id(text: str) -> bool:
    """Whether an order may be called so: some number theirs 1, 2, 3, and what is sent may cancel one."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return len(plain) < _LONG_ENOUGH and plain.isascii() and plain.isalnum() and plain not in _NO_IDS


_NO_IDS = ("null", "undefined", "true")

odd_segments: st.SearchStrategy[str] = st.one_of(
    st.text(alphabet=st.sampled_from(_NASTY), min_size=1, max_size=12),
    st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=60),
    st.sampled_from(["%", "%zz", *_NO_IDS, "-1", "[]", "{}", "*"]),
    # Long enough to pass what servers usually bound, short enough that the request line fits everywhere else.
    st.integers(min_value=200, max_value=6_000).map(lambda length: "a" * length),
).filter(lambda text: text not in (".", "..") and not _may_be_an_id(text))
"""Path segments that name no order. `.` and `..` are left out: clients and proxies fold them away (RFC 3986, 5.2.4)."""

odd_queries: st.SearchStrategy[list[tuple[str, str]]] = st.lists(
    st.tuples(
        st.one_of(
            st.sampled_from(["id_type", "customer_id", "count", "offset", "ID_TYPE", "id_type[]", "", "_", "count "]),
            st.text(alphabet=st.characters(codec="utf-8"), max_size=8),
        ),
        st.one_of(
            st.sampled_from(["", "internal", "external", "null", "-1", "1e3", "9" * 40, "\x00", "%", "\u202e"]),
            st.text(alphabet=st.characters(codec="utf-8"), max_size=20),
        ),
    ),
    min_size=1,
    max_size=6,
)
"""Query members: known names repeated, unknown ones, empty ones, values of every kind."""

odd_headers: st.SearchStrategy[tuple[str, str]] = st.one_of(
    st.tuples(
        st.sampled_from(
            ["Accept", "Accept-Language", "Content-Type", "If-None-Match", "Range", "Prefer", "X-Request-Id"]
        ),
        st.one_of(
            st.sampled_from(
                ["", ";", "*/*;q=2", "application/", "/json", 'a/b;c="', ",,,", "bytes=9-1", '"', "a" * 2_000]
            ),
            st.text(alphabet=st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40),
        ),
    ),
)
"""One header that the documents do not speak of, or with a value that they do not."""


def nested_object(depth: int) -> bytes:
    """An object of JSON in an object, `depth` levels in all."""
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)
