"""`count` and `offset` of a page: within their documented limits, outside them, and no integers at all."""

from hypothesis import strategies as st

MAX_COUNT = 50
DEFAULT_COUNT = 10
MAX_INT32 = 2**31 - 1

counts: st.SearchStrategy[int] = st.one_of(
    st.integers(1, 5), st.integers(1, MAX_COUNT), st.sampled_from([1, DEFAULT_COUNT, MAX_COUNT])
)
"""Every `count` from 1 to 50, small ones more often: they make more pages."""

offsets: st.SearchStrategy[int] = st.one_of(st.integers(0, 15), st.sampled_from([0, 1, 9, 10, 11]))
"""Offsets in a list of about a dozen, and a little beyond it."""

too_small_counts: st.SearchStrategy[int] = st.one_of(st.sampled_from([0, -1]), st.integers(-MAX_INT32 - 1, 0))
"""Every `count` below 1 that an int32 can hold."""

# One int32 after the other: an integer that is cut to 32 bits becomes a small valid one again.
too_large_counts: st.SearchStrategy[int] = st.one_of(
    st.just(MAX_COUNT + 1),
    st.integers(MAX_COUNT + 1, MAX_INT32),
    st.integers(1, MAX_COUNT).map(lambda count: count + 2**32),
    st.integers(1, MAX_COUNT).map(lambda count: count + 2**64),
)
"""Every `count` above 50, and those that a cut to 32 or 64 bits makes small."""

negative_offsets: st.SearchStrategy[int] = st.one_of(st.just(-1), st.integers(-MAX_INT32 - 1, -1))
"""Every negative `offset` that an int32 can hold."""

offsets_beyond_int32: st.SearchStrategy[int] = st.one_of(
    st.sampled_from([2**31, 2**32, 2**32 + 1, 2**63, 2**64]),
    st.integers(0, 10).map(lambda offset: offset + 2**32),
    st.integers(0, 10).map(lambda offset: offset + 2**64),
)
"""Offsets that no int32 can hold, those first that a cut to 32 or 64 bits makes small."""

no_integers: st.SearchStrategy[str] = st.one_of(
    st.sampled_from(["ten", "true", "null", "NaN", "2.5", "1,5", "1-2", "one", "-", "{}", "2;3"]),
    # Whole numbers in another notation (`1.0`, `1e1`, `+1`, `0x1`) are left out: a server may read them.
    st.builds("{}.{}".format, st.integers(0, 9), st.integers(1, 9)),
    st.text("bghijklmnoqrstuvwyz", min_size=1, max_size=8),
)
"""Texts that are no integer in any notation."""
