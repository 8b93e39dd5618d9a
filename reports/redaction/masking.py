"""Masking: secrets never reach a report, personal data only if asked for.

What is a secret is decided where the target file is read, by where a value came from. Here secrets are replaced
everywhere, also where the server echoes them: as they are, escaped for URLs, JSON or HTML, in UTF-16, and in base64,
alone or as a part of what is encoded. One of fewer than 8 characters is replaced only as a whole word, and one of fewer
than 3 not at all. Where a text is cut off (`…`), the beginning of a secret is replaced too. A header that is known to
hold a secret, by the target or by its name, is masked as a whole. Personal data is found
by its place in the descriptions (`x-personal-data`) and by pattern (e-mail addresses, telephone numbers); what was
found is then also replaced in findings and in other answers.
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
# The scheme is no secret and stays. In any other value the first word may be the secret itself, as in a cookie.
_SCHEME = re.compile(r"(?:basic|bearer|digest|dpop|negotiate|ntlm|token) ", re.IGNORECASE)
# The address itself may be percent-encoded, as in a query.
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}(?:@|%40)[A-Za-z0-9.-]{1,253}\.[A-Za-z]{2,24}")
# Only in the international form: other digits may be part of an order.
_PHONE = re.compile(r"(?<![\w+/])(?:\+|%2[bB])[1-9]\d{0,3}(?:[ ().-]{0,2}\d){6,12}(?!\d)")
# Shorter secrets would match in every other word.
_SHORTEST_SECRET = 3
# Shorter ones would match within words.
_SHORTEST_ANYWHERE = 8
# Where a word may begin: also after an escape, which ends with a letter or a digit.
_WORD_BEGINS = r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrtbf])|(?<=\\u[0-9A-Fa-f]{4}))"
_WORD_ENDS = r"(?![A-Za-z0-9])"
# Of a shorter one too much is left out to tell it from a word.
_SHORTEST_NEARLY = 12

# Where a text may be cut off; pytest has dots.
_CUT = re.compile(r"(…|\.\.\.)")

# Members with these names hold personal data in some places and product data in others.
_AMBIGUOUS = frozenset({"name", "note", "message"})


@cache
def _personal_names() -> frozenset[str]:
    """Names of members that hold personal data in every place."""
    return frozenset(name for _, name in personal_members()) - _AMBIGUOUS


@cache
def _quoted_object() -> re.Pattern[str]:
    """The beginning of an object in which the ambiguous members are personal, in a text that is not valid JSON."""
    parents = "|".join(sorted({re.escape(parent) for parent, name in personal_members() if name in _AMBIGUOUS}))
    return re.compile(rf'"(?:{parents})\\*"\s*:\s*\{{[^}}]{{0,3000}}')


@cache
def _quoted_member(is_inside: bool = False) -> re.Pattern[str]:
    """A personal member in a text that is not valid JSON: an answer cut off in a finding, or malformed.

    Its value may lack its end. `is_inside`: within an object of `_quoted_object`, where more members are personal.
    """
    names = "|".join(map(re.escape, sorted(_AMBIGUOUS if is_inside else _personal_names())))
    # The lookbehind keeps a long run of backslashes from being tried from each of them.
    return re.compile(
        rf'((?<!\\)\\*"(?:{names})\\*"\s*:\s*)' + r'(?:(\\*")(?:[^"\\…]|\\+(?![\\"])|(?!\2)\\*")*(?:\2)?|-?\d[\d.]*)',
    )


def is_secret_header(name: str) -> bool:
    """Whether a header of this name holds credentials."""
    return _SECRET_HEADER.fullmatch(name) is not None


class Masker:
    """Masks texts, headers and bodies; learns personal values from the bodies it has masked."""

    def __init__(
        self, secrets: Iterable[str] = (), keep_personal_data: bool = False, secret_headers: Iterable[str] = ()
    ) -> None:
        self._keep = keep_personal_data
        self.secret_headers = frozenset(secret_headers)
        given = sorted({one for one in secrets if len(one) >= _SHORTEST_SECRET}, key=len, reverse=True)
        spelled = [characters for secret in given for characters in (escaped(secret), *in_base64(secret))]
        # A check sends the token without its last character, and with another in its place: a server may echo these.
        nearly = [one[:-1] for one in given if len(one) >= _SHORTEST_NEARLY]
        self._secrets = re.compile("|".join(map(_anywhere, (*given, *nearly)))) if given else None
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
        # The patterns are slow on long texts, so look for their signs first.
        if "@" in text or "%40" in text:
            text = _EMAIL.sub(PERSON_MARK, text)
        return _PHONE.sub(PERSON_MARK, text) if "+" in text or "%2" in text else text

    def mask_message(self, text: str) -> str:
        """A text that quotes answers: masked like `text`, and without the personal values learnt from bodies so far.

        A quoted answer may be cut off in the middle of a token or a value: before an ellipsis or at the text's end.
        """
        # Beginnings first: a secret that is itself the beginning of another would leave the rest of that one.
        text = self.text("".join(map(self._without_beginning, _CUT.split(text))))
        if self._keep:
            return text
        return _without_members("…".join(map(self._persons.masked, text.split("…"))), _masked_member)

    def _without_beginning(self, text: str) -> str:
        """A text that does not end with the beginning of a secret."""
        for characters in self._beginnings:
            at = beginning_of(characters, text)
            if at is not None:
                return text[:at] + TOKEN_MARK
        return text

    def mask_known_values(self, text: str) -> str:
        """A text of an answer, already masked, without the personal values that any answer contained."""
        return text if self._keep else self._persons.masked_words(text)

    def headers(self, headers: Iterable[Iterable[str]]) -> list[list[str]]:
        """Headers; those that hold credentials are masked as a whole."""
        return [[self.text(name), self._header_value(name, value)] for name, value in headers]

    def _header_value(self, name: str, value: str) -> str:
        if name.lower() in self.secret_headers:
            return TOKEN_MARK
        if is_secret_header(name):
            scheme = _SCHEME.match(value)
            return (scheme[0] if scheme else "") + TOKEN_MARK
        return self.text(value)

    def body(self, body: bytes) -> str | None:
        """A body as masked text, or None if it is binary."""
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            return None
        return self.text(self._without_persons(text))

    def excerpt(self, body: bytes, length: int, *, is_cut: bool = False) -> str | None:
        """The first `length` characters of a long body, masked without reading all of it; None if it is binary.

        More is masked than is shown, so that a value split by the cut never shows. Of a body that `is_cut` already only
        the beginning is at hand: then a secret may be cut off at its end.
        """
        spare = max(length, 2 * self._reach)
        text = body[: 4 * (length + spare)].decode("utf-8", "ignore")[: length + spare]
        masked = self.text(text if self._keep else _without_members(text, self._learnt_member))
        # So much was masked that the rest may reach the cut: mask the whole body.
        if len(masked) >= length + spare // 2:
            return masked[:length]
        whole = self.body(body)
        return whole if whole is None or not is_cut else self._without_beginning(whole)

    def latin_1(self, body: bytes) -> str:
        """A binary body as Latin-1, with what can be found in it masked."""
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
            # A JSON string may itself hold JSON.
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


def _anywhere(secret: str) -> str:
    """The pattern for a secret in every spelling."""
    characters = escaped(secret)
    plain = "".join(characters)
    if len(secret) < _SHORTEST_ANYWHERE:
        # Looking for its first character first is three times faster.
        plain = f"(?={characters[0]}){_WORD_BEGINS}{plain}{_WORD_ENDS}"
    return "|".join((plain, *map("".join, in_base64(secret))))


def _without_members(text: str, replace: Callable[[re.Match[str]], str]) -> str:
    """A text that is not valid JSON, without the personal members that it quotes."""
    inside = _quoted_object().sub(lambda match: _quoted_member(is_inside=True).sub(replace, match[0]), text)
    return _quoted_member().sub(replace, inside)


def _masked_member(match: re.Match[str]) -> str:
    quote_mark = match[2] or '"'
    return f"{match[1]}{quote_mark}{PERSON_MARK}{quote_mark}"
