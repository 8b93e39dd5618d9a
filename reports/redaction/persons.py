"""Personal values that answers contained, so that they can be found wherever else they appear."""

import json
import re

PERSON_MARK = "‹masked›"
# Shorter values would match in every other word.
_SHORTEST = 3
# A house number identifies nobody, and would match in every status, length and time.
_SHORTEST_NUMBER = 5
# A server may send megabytes as a name.
_LONGEST = 10_000
_WORD = re.compile(r"\w+")


class Persons:
    """Personal values, learnt one by one. A search takes no longer with thousands of them."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._by_start: dict[str, list[str]] = {}
        self._by_word: dict[str, list[str]] = {}

    def learn(self, value: object) -> None:
        """Learn a value; anything but text is ignored."""
        if not isinstance(value, str) or len(value.strip()) < _SHORTEST:
            return
        if value.strip().isnumeric() and len(value.strip()) < _SHORTEST_NUMBER:
            return
        value = value[:_LONGEST]
        # Findings show values as they are and as JSON.
        for form in {value, json.dumps(value, ensure_ascii=False)[1:-1], json.dumps(value)[1:-1]} - self._values:
            self._values.add(form)
            _file(self._by_start, form[:_SHORTEST], form)
            word = _WORD.search(form)
            # An id must not lose its digits, nor JSON a member that has the name of a town.
            if word and not form.isnumeric() and not (form.isascii() and form.islower()):
                _file(self._by_word, word[0], form[word.start() :])

    def masked(self, text: str) -> str:
        """A text without the values, and without the beginning of a value at its end, where it may be cut off."""
        parts, done, place = [], 0, 0
        while place < len(text):
            length = self._length_at(text, place)
            if length:
                parts += [text[done:place], PERSON_MARK]
                done = place + length
            place += length or 1
        return "".join([*parts, text[done:]])

    def _length_at(self, text: str, place: int) -> int:
        for value in self._by_start.get(text[place : place + _SHORTEST], ()):
            if text.startswith(value, place):
                return len(value)
            rest = text[place:]
            # A status at the end of a sentence is not the beginning of a telephone number.
            if value.startswith(rest) and not (rest.isnumeric() and len(rest) < _SHORTEST_NUMBER):
                return len(rest)
        return 0

    def masked_words(self, text: str) -> str:
        """A text without the values that are whole words in it; lower-case words, which an API may use, stay."""
        parts, done = [], 0
        for word in _WORD.finditer(text) if self._by_word else ():
            for value in self._by_word.get(word[0], ()):
                end = word.start() + len(value)
                if word.start() >= done and text.startswith(value, word.start()) and not _WORD.match(text, end):
                    parts += [text[done : word.start()], PERSON_MARK]
                    done = end
        return "".join([*parts, text[done:]])


def _file(index: dict[str, list[str]], key: str, value: str) -> None:
    """Put a value into an index, the longest first: a shorter value may be its beginning."""
    values = index.setdefault(key, [])
    values.append(value)
    values.sort(key=len, reverse=True)
