"""Why an order is canceled: texts that every server must take for a reason or a note, and values that are none."""

from typing import Any

from hypothesis import strategies as st

# Control characters, halves of surrogate pairs and code points without a character are no text that a person writes:
# a server that keeps its texts in a database may have to refuse some of them.
_WRITTEN = st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
# What stays when blanks are trimmed: whether a blank reason is one is left open.
_VISIBLE = st.characters(codec="utf-8", categories=("L", "N", "P", "S"))

OF_OTHER_TYPES: tuple[Any, ...] = (0, 1, -1.5, True, False, [], ["Customer remorse"], {}, {"text": "Customer remorse"})
"""JSON values that are neither a string nor null; the falsy ones too, which a careless check takes for absent."""


def texts(max_size: int = 200) -> st.SearchStrategy[str]:
    """Any written text with at least one visible character, in any script."""

    def around(visible: str) -> st.SearchStrategy[str]:
        return st.tuples(st.text(_WRITTEN, max_size=max_size // 2), st.text(_WRITTEN, max_size=max_size // 2 - 1)).map(
            lambda ends: ends[0] + visible + ends[1]
        )

    return _VISIBLE.flatmap(around)


def notes() -> st.SearchStrategy[str | None]:
    """Any note: a text, which may be empty or blank, or null."""
    return st.none() | st.text(_WRITTEN | st.just("\n"), max_size=500)


def of_other_types() -> st.SearchStrategy[Any]:
    """Any JSON value that is neither a string nor null, at any depth of nesting that a person would send."""
    numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False, width=32)
    scalars = st.none() | st.booleans() | numbers | st.text(_WRITTEN, max_size=20)
    nested = st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(_WRITTEN, max_size=8), inner, max_size=3),
        max_leaves=6,
    )
    containers = st.lists(nested, max_size=3) | st.dictionaries(st.text(_WRITTEN, max_size=8), nested, max_size=3)
    return st.booleans() | numbers | containers
