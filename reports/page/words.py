"""What the pages call things: a mark, a name and a meaning for each verdict and level."""

from collections.abc import Mapping
from typing import NamedTuple


class Word(NamedTuple):
    """A mark, for eyes that scan; a name, for everybody; a sentence that says what it means."""

    mark: str
    name: str
    meaning: str


# The gravest first: every list and bar of the page keeps this order.
RULE_WORDS: Mapping[str, Word] = {
    "fail": Word(
        "✗", "broken", "The server breaks the rule. The sentence that it breaks and the evidence stand beside it."
    ),
    "warn": Word("!", "advice not followed", "An advisory rule is not followed. It warns and never fails a server."),
    "waived": Word("~", "waived", "Broken, known, and accepted until a day that the waiver names."),
    "inconclusive": Word("?", "inconclusive", "It was tried and could not be judged. This is no pass."),
    "not-run": Word("–", "not run", "A state or a permission that its checks need is missing. This is no pass."),
    "pass": Word("✓", "kept", "It was exercised, and every check of it passed."),
    "not-applicable": Word("·", "out of scope", "The target leaves it out, with the reason given."),
}

LEVEL_MEANINGS: Mapping[str, str] = {
    "documented": "The document says it, in words or as a constraint. Breaking it makes a server non-conforming.",
    "implied": "It follows plainly from what the document says. Breaking it makes a server non-conforming.",
    "advisory": "Only a sample, the vendor's other pages or good practice say it. Breaking it warns and never fails.",
}

_RUN_MEANINGS: Mapping[str, str] = {
    "conforming": "Every rule in scope was judged, and kept.",
    "non-conforming": "At least one documented or implied rule is broken.",
    "partial": "Nothing is broken, but rules in scope were not judged. This is no pass.",
    "void": "Nothing could be judged. This says nothing about the server, neither good nor bad.",
}

UNJUDGED = ("inconclusive", "not-run")


def run_meaning(verdict: str, *, waived: int) -> str:
    """What a run's verdict means, in a sentence."""
    if verdict == "conforming" and waived:
        return "Every rule in scope was judged. What is broken is waived."
    return _RUN_MEANINGS[verdict]
