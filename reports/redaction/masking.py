"""What may not reach a report: tokens never, personal data unless asked for.

Tokens are replaced wherever they stand, also where the server echoes them: as they are, escaped as URLs, JSON and HTML
escape, in UTF-16, and in base64; and where a text is cut off (`…`), so is a token's beginning. Personal data is found
by where it stands in the descriptions (`x-personal-data`) and by pattern (e-mail addresses, telephone numbers), and
what was found there is replaced in the texts of findings and in other answers too.
"""

import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from orderproof.reports.redaction.persons import PERSON_MARK, Persons
from orderproof.reports.redaction.spelling import LONGEST_ESCAPE, beginning_of, escaped, in_base64
from orderproof.spec.description import personal_members

TOKEN_MARK = "‹token›"
_SECRET_HEADER = re.compile(
    r"(proxy-)?authorization|(set-)?cookie2?|.*(token|secret|password|passwd|session|credential|signature).*|(.*[-_])?(api-?)?key",
    re.IGNORECASE,
)
# A scheme tells nobody anything; the first word of any other value may be the secret itself, as in a cookie.
_SCHEME = re.compile(r"(?:basic|bearer|digest|dpop|negotiate|ntlm|token) ", re.IGNORECASE)
# The address itself may be percent-encoded, as in a query.
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}(?:@|%40)[A-Za-z0-9.-]{1,253}\.[A-Za-z]{2,24}")
# Only in the international form: other digits may be an order's.
_PHONE = re.compile(r"(?<![\w+/])(?:\+|%2[bB])[1-9]\d{0,3}(?:[ ().-]{0,2}\d){6,12}(?!\d)")
# Shorter ones would be found in every other word.
_SHORTEST_SECRET = 3

# Members of these names hold a person's data in some places and a product's in others.
_AMBIGUOUS = frozenset({"name", "note", "message"})


@cache
def _personal_names() -> frozenset[str]:
    """Names of members that hold personal data wherever they stand."""
    return frozenset(name for _, name in personal_members()) - _AMBIGUOUS


@cache
def _quoted_object() -> re.Pattern[str]:
    """The beginning of an object that holds members which are personal there alone, in a text that is no whole JSON."""
    parents = "|".join(sorted({re.escape(parent) for parent, name in personal_members() if name in _AMBIGUOUS}))
    return re.compile(rf'"(?:{parents})\\*"\s*:\s*\{{[^}}]{{0,3000}}')


@cache
def _quoted_member(is_inside: bool = False) -> re.Pattern[str]:
    """A personal member in a text that is no whole JSON: an answer cut off in a finding, or malformed.

    Its value may lack its end. `is_inside`: in an object of `_quoted_object`, where more is personal.
    """
    names = "|".join(map(re.escape, sorted(_AMBIGUOUS if is_inside else _personal_names())))
    # Looking behind: a long run of backslashes would be tried from each of them.
    return re.compile(
        rf'((?<!\\)\\*"(?:{names})\\*"\s*:\s*)' + r'(?:(\\*")(?:[^"\\…]|\\+(?![\\"])|(?!\2)\\*")*(?:\2)?|-?\d[\d.]*)',
    )


def is_secret_header(name: str) -> bool:
    """Whether a header of this name holds credentials."""
    return _SECRET_HEADER.fullmatch(name) is not None


class Masker:
    """Masks texts, headers and bodies; learns personal values from the bodies it has masked."""

    def __init__(self, secrets: Iterable[str] = (), keep_personal_data: bool = False) -> None:
        self._keep = keep_personal_data
        given = sorted({one for one in secrets if len(one) >= _SHORTEST_SECRET}, key=len, reverse=True)
        spelled = [characters for secret in given for characters in (escaped(secret), *in_base64(secret))]
        self._secrets = re.compile("|".join(map("".join, spelled))) if spelled else None
        self._beginnings = [[re.compile(one) for one in characters] for characters in spelled]
        # The longest spelling of a secret, in characters.
        self._reach = max((LONGEST_ESCAPE * len(secret) for secret in given), default=0)
        self._persons = Persons()

    def text(self, text: str) -> str:
        """A text without tokens, e-mail addresses and telephone numbers."""
        # JSON can hold half a surrogate pair; UTF-8 files and other processes cannot.
        text = text.encode("utf-8", "backslashreplace").decode()
        if self._secrets:
            text = self._secrets.sub(TOKEN_MARK, text)
        if self._keep:
            return text
        # Looking for the signs first spares the patterns, which are slow on long texts without one.
        if "@" in text or "%40" in text:
            text = _EMAIL.sub(PERSON_MARK, text)
        return _PHONE.sub(PERSON_MARK, text) if "+" in text or "%2" in text else text

    def mask_message(self, text: str) -> str:
        """A text that quotes answers: as `text`, and without the personal values learnt from the bodies so far.

        A quoted answer may be cut off, which an ellipsis or the text's end tells, in the middle of a token or a value.
        """
        parts = [self._without_beginning(part) for part in self.text(text).split("…")]
        if self._keep:
            return "…".join(parts)
        return _without_members("…".join(map(self._persons.masked, parts)), _masked_member)

    def _without_beginning(self, text: str) -> str:
        """A text that does not end with the beginning of a secret."""
        for characters in self._beginnings:
            at = beginning_of(characters, text)
            if at is not None:
                return text[:at] + TOKEN_MARK
        return text

    def mask_known_values(self, text: str) -> str:
        """A text of an answer, masked already, without the names and places that any answer told."""
        return text if self._keep else self._persons.masked_words(text)

    def headers(self, headers: Iterable[Iterable[str]]) -> list[list[str]]:
        """Headers with credentials masked whole."""
        masked = []
        for name, value in headers:
            if is_secret_header(name):
                scheme = _SCHEME.match(value)
                value = (scheme[0] if scheme else "") + TOKEN_MARK
            masked.append([self.text(name), self.text(value)])
        return masked

    def body(self, body: bytes) -> str | None:
        """A body as masked text, or None for bytes that are no text."""
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            return None
        return self.text(self._without_persons(text))

    def excerpt(self, body: bytes, length: int) -> str | None:
        """The first `length` characters of a long body, masked without reading all of it; None for no text.

        More is masked than is shown, so that nothing which the cut splits comes into what is shown.
        """
        spare = max(length, 2 * self._reach)
        text = body[: 4 * (length + spare)].decode("utf-8", "ignore")[: length + spare]
        masked = self.text(text if self._keep else _without_members(text, self._learnt_member))
        # Much that was masked: what is left may reach up to the cut, so the whole is looked at.
        return masked[:length] if len(masked) >= length + spare // 2 else self.body(body)

    def latin_1(self, body: bytes) -> str:
        """A body that is no text, byte by byte, with what can be found in it masked."""
        return self.text(self._without_persons(body.decode("latin-1")))

    def _without_persons(self, text: str) -> str:
        if self._keep:
            return text
        try:
            # A reader may pass over a byte order mark, and ours does.
            masked, changed = self._members(json.loads(text.removeprefix("\ufeff")), "")
            return json.dumps(masked, ensure_ascii=False) if changed else text
        except (ValueError, RecursionError):
            return _without_members(text, self._learnt_member)

    def _members(self, node: Any, parent: str) -> tuple[Any, bool]:
        if isinstance(node, list):
            parts = [self._members(child, parent) for child in node]
            return [part for part, _ in parts], any(changed for _, changed in parts)
        if isinstance(node, str) and '"' in node:
            # JSON may stand in a text of JSON.
            without = _without_members(node, _masked_member)
            return without, without != node
        if not isinstance(node, dict):
            return node, False
        result, any_changed = {}, False
        for name, value in node.items():
            is_personal = (parent, name) in personal_members() or name in _personal_names()
            if is_personal and value not in (None, "", [], {}):
                self._persons.learn(value)
                result[name], changed = PERSON_MARK, True
            else:
                result[name], changed = self._members(value, name)
            any_changed = any_changed or changed
        return result, any_changed

    def _learnt_member(self, match: re.Match[str]) -> str:
        self._persons.learn(match[0][len(match[1]) :].strip('\\"'))
        return _masked_member(match)


def _without_members(text: str, replace: Callable[[re.Match[str]], str]) -> str:
    """A text that is no whole JSON without the personal members that it quotes."""
    inside = _quoted_object().sub(lambda match: _quoted_member(is_inside=True).sub(replace, match[0]), text)
    return _quoted_member().sub(replace, inside)


def _masked_member(match: re.Match[str]) -> str:
    quote_mark = match[2] or '"'
    return f"{match[1]}{quote_mark}{PERSON_MARK}{quote_mark}"
