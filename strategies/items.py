"""Item lists: ids that no item has, by their length or by what is in them, and words that name no kind of price."""

from collections.abc import Callable

from hypothesis import strategies as st

from orderproof.strategies.texts import of_printable_characters

Change = Callable[[str], str]


class Shortened:
    """The beginning of an id, with the given number of characters left out."""

    def __init__(self, missing: int) -> None:
        self.missing = missing

    def __call__(self, identifier: str) -> str:
        """Change an id."""
        return identifier[: len(identifier) - self.missing]

    def __repr__(self) -> str:
        return f"without its last {self.missing} characters"


class Lengthened:
    """An id with a text in it that does not belong there."""

    def __init__(self, at: int, text: str) -> None:
        self.at = at
        self.text = text

    def __call__(self, identifier: str) -> str:
        """Change an id."""
        return identifier[: self.at] + self.text + identifier[self.at :]

    def __repr__(self) -> str:
        return f"with {self.text!r} after {self.at} characters"


def ids_of_other_lengths(length: int = 36) -> st.SearchStrategy[Change]:
    """Ways to make of an id of `length` characters one that is shorter or longer; most miss by few characters."""
    shortened = st.builds(Shortened, st.integers(1, 3) | st.integers(1, length))
    ends = st.sampled_from((0, length)) | st.integers(0, length)
    text = st.sampled_from((" ", "0", "a", "-", "é", "𝟘")) | of_printable_characters(max_size=8)
    return shortened | st.builds(Lengthened, ends, text)


def queried_ids(identifier: str) -> list[str]:
    """Texts as long as an id that find its item where they are put into a query as they are."""
    return [f"{identifier[:-1]}%", "' OR '1'='1' -- ".ljust(len(identifier), "-")]


def words_of_no_type() -> st.SearchStrategy[str]:
    """Texts that can be no kind of price, in this version of the API or in a later one: most hold no letter."""
    marks = st.text(st.characters(categories=("P", "S", "Zs"), exclude_characters="-_"), max_size=12)
    return st.just("no-such-type-of-price") | marks
