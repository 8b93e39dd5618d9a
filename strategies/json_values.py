"""JSON values by their type, so that a member can be given one of each type that is not its own."""

from typing import Any, Literal

from hypothesis import strategies as st

Kind = Literal["null", "boolean", "number", "string", "array", "object"]

_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
_NUMBERS = st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9, allow_nan=False, width=32)
_SCALARS = st.none() | st.booleans() | _NUMBERS | _TEXT
_ANY = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3), max_leaves=5
)

_BY_KIND: dict[Kind, st.SearchStrategy[Any]] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "number": _NUMBERS,
    "string": _TEXT,
    "array": st.lists(_ANY, max_size=3),
    "object": st.dictionaries(_TEXT, _ANY, max_size=3),
}


def of_any_kind_but(*kinds: Kind) -> st.SearchStrategy[Any]:
    """JSON values of every type but these."""
    return st.one_of([strategy for kind, strategy in _BY_KIND.items() if kind not in kinds])
