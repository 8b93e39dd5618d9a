"""Expected beside observed, with the parts that differ marked."""

import html
import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from itertools import groupby

from orderproof.reports.redaction.harmless import harmless

_TOKEN = re.compile(r"[\w.-]+|\s+|[^\w\s]")
_STATUS = re.compile(r"\d{3}(?=\s|$)")
# The time of a comparison grows with the product of both lengths.
_MOST_TOKENS = 600
# Below this similarity nearly everything would be marked.
_ALIKE = 0.3
_SHORT = 80
_OR = " or "
_MOST_ALTERNATIVES = 40


def marked(expected: str, observed: str) -> tuple[str, str]:
    """Both as HTML, the differing parts in `<mark>`."""
    # Made harmless before splitting: what a CI runner reads as a command depends on where a line begins.
    expected, observed = harmless(expected), harmless(observed)
    status = _STATUS.match(observed)
    if status and "{" not in expected and len(expected) <= _SHORT and not observed.startswith(expected):
        # A status was expected, and a status with a body came: there is nothing to compare the body with.
        rest = observed[status.end() :]
        return _mark(expected), _mark(status[0]) + _plain(rest)
    if len(expected) > _SHORT and _OR in expected:
        return _with_alternatives(expected.split(_OR), observed)
    return _compared(expected, observed)


def _with_alternatives(alternatives: list[str], observed: str) -> tuple[str, str]:
    """The answer beside the most similar of several allowed answers; the other ones stay unmarked."""
    tokens = _TOKEN.findall(observed)[:_MOST_TOKENS]
    likeness = [
        SequenceMatcher(None, _TOKEN.findall(one)[:_MOST_TOKENS], tokens, autojunk=False).ratio()
        for one in alternatives[:_MOST_ALTERNATIVES]
    ]
    nearest = likeness.index(max(likeness))
    left, right = _compared(alternatives[nearest], observed)
    return _OR.join(left if index == nearest else _plain(one) for index, one in enumerate(alternatives)), right


def _compared(expected: str, observed: str) -> tuple[str, str]:
    left, right = _TOKEN.findall(expected), _TOKEN.findall(observed)
    if not left or not right:
        return _plain(expected), _plain(observed)
    if max(len(left), len(right)) > _MOST_TOKENS:
        return _between_ends(left, right)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() < _ALIKE:
        is_short = max(len(expected), len(observed)) <= _SHORT
        return (_mark(expected), _mark(observed)) if is_short else (_plain(expected), _plain(observed))
    codes = matcher.get_opcodes()
    if len(left) == len(right):
        alike = sum(_is_word(a) for a, b in zip(left, right, strict=True) if a == b)
        if alike >= sum(_is_word(token) for tag, i, j, _, _ in codes if tag == "equal" for token in left[i:j]):
            return _place_by_place(left, right)
    return (
        _joined((left[i:j], tag != "equal") for tag, i, j, _, _ in codes),
        _joined((right[i:j], tag != "equal") for tag, _, _, i, j in codes),
    )


def _is_word(token: str) -> bool:
    return token[0].isalnum()


def _place_by_place(left: list[str], right: list[str]) -> tuple[str, str]:
    """Marks for texts of the same shape, whose longest common part may lie across two members."""
    places = [(a, b, a != b) for a, b in zip(left, right, strict=True)]
    runs = [(differs, list(run)) for differs, run in groupby(places, key=lambda place: place[2])]
    return (
        _joined(([a for a, _, _ in run], differs) for differs, run in runs),
        _joined(([b for _, b, _ in run], differs) for differs, run in runs),
    )


def _between_ends(left: list[str], right: list[str]) -> tuple[str, str]:
    """Marks all between the common beginning and the common end."""
    shortest = min(len(left), len(right))
    head = next((index for index in range(shortest) if left[index] != right[index]), shortest)
    tail = next((index for index in range(shortest - head) if left[-1 - index] != right[-1 - index]), shortest - head)
    parts = []
    for tokens in (left, right):
        end = len(tokens) - tail
        parts.append(_joined([(tokens[:head], False), (tokens[head:end], True), (tokens[end:], False)]))
    return parts[0], parts[1]


def _joined(parts: Iterable[tuple[list[str], bool]]) -> str:
    return "".join(
        _mark("".join(tokens)) if differs else _plain("".join(tokens)) for tokens, differs in parts if tokens
    )


def _mark(part: str) -> str:
    return f"<mark>{_plain(part)}</mark>"


def _plain(part: str) -> str:
    return html.escape(part, quote=False)
