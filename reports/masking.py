"""What may not reach a report: tokens never, personal data unless asked for.

Tokens are replaced wherever they stand, also where the server echoes them: as they are, escaped as URLs, JSON and HTML
escape, in UTF-16, and in base64; and where a text is cut off (`…`), so is a token's beginning. Personal data is found
by where it stands in the descriptions (`x-personal-data`) and by pattern (e-mail addresses, telephone numbers), and
what was found there is replaced in the texts of findings and in other answers too.
"""

import base64
import json
import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from spec.description import personal_members

TOKEN_MARK = "‹token›"
PERSON_MARK = "‹masked›"
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
_SHORTEST_PERSONAL = 3
# At a cut: three letters of a token are worth nothing, and would be found at the end of other texts.
_SHORTEST_BEGINNING = 4
# A server may send megabytes as a name.
_LONGEST_PERSONAL = 10_000

# Members of these names hold a person's data in some places and a product's in others.
_AMBIGUOUS = frozenset({"name", "note", "message"})


@cache
def _personal_names() -> frozenset[str]:
    """Names of members that hold personal data wherever they stand."""
    return frozenset(name for _, name in personal_members()) - _AMBIGUOUS


@cache
def _quoted_member() -> re.Pattern[str]:
    """A personal member in a text that is no whole JSON: an answer cut off in a finding, or malformed.

    Its value may lack its end.
    """
    names = "|".join(map(re.escape, sorted(_personal_names())))
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
        spelled = [characters for secret in given for characters in (_escaped(secret), *_in_base64(secret))]
        self._secrets = re.compile("|".join(map("".join, spelled))) if spelled else None
        self._beginnings = [[re.compile(one) for one in characters] for characters in spelled]
        # The longest spelling of a secret, in characters: escapes take up to twelve.
        self._reach = max((12 * len(secret) for secret in given), default=0)
        self._persons: set[str] = set()

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

    def telling(self, text: str) -> str:
        """A text that quotes answers: as `text`, and without the personal values learnt from the bodies so far.

        A quoted answer may be cut off, which an ellipsis or the text's end tells, in the middle of a token or a value.
        """
        text = "…".join(self._without_beginning(part) for part in self.text(text).split("…"))
        if self._keep:
            return text
        for value in sorted(self._persons, key=len, reverse=True):
            text = text.replace(value, PERSON_MARK)
        return _quoted_member().sub(_masked_member, text)

    def _without_beginning(self, text: str) -> str:
        """A text that does not end with the beginning of a secret or of a personal value."""
        for characters in self._beginnings:
            at = _beginning_of(characters, text)
            if at is not None:
                return text[:at] + TOKEN_MARK
        starts = [] if self._keep else [_overlap(text, value) for value in self._persons]
        return text[: min(starts)] + PERSON_MARK if starts and min(starts) < len(text) else text

    def elsewhere(self, text: str) -> str:
        """A text of an answer, masked already, without the names and places that other answers told.

        Where they do not stand alone, or look like a word of the API, they are left: an id must not lose its digits.
        """
        if not self._keep:
            for value in sorted(self._persons, key=len, reverse=True):
                if value in text and not (value.islower() and value.isascii()) and not value.isnumeric():
                    text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", PERSON_MARK, text)
        return text

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
        masked = self.text(text if self._keep else _quoted_member().sub(self._learnt_member, text))
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
            return _quoted_member().sub(self._learnt_member, text)

    def _members(self, node: Any, parent: str) -> tuple[Any, bool]:
        if isinstance(node, list):
            parts = [self._members(child, parent) for child in node]
            return [part for part, _ in parts], any(changed for _, changed in parts)
        if isinstance(node, str) and '"' in node:
            # JSON may stand in a text of JSON.
            without = _quoted_member().sub(_masked_member, node)
            return without, without != node
        if not isinstance(node, dict):
            return node, False
        result, any_changed = {}, False
        for name, value in node.items():
            is_personal = (parent, name) in personal_members() or name in _personal_names()
            if is_personal and value not in (None, "", [], {}):
                self._learn(value)
                result[name], changed = PERSON_MARK, True
            else:
                result[name], changed = self._members(value, name)
            any_changed = any_changed or changed
        return result, any_changed

    def _learn(self, value: Any) -> None:
        if isinstance(value, str) and len(value.strip()) >= _SHORTEST_PERSONAL:
            value = value[:_LONGEST_PERSONAL]
            # Findings show values as they are and as JSON.
            self._persons |= {value, json.dumps(value, ensure_ascii=False)[1:-1], json.dumps(value)[1:-1]}

    def _learnt_member(self, match: re.Match[str]) -> str:
        value = match[0][len(match[1]) :].strip('\\"')
        self._learn(value)
        return _masked_member(match)


def _masked_member(match: re.Match[str]) -> str:
    quote_mark = match[2] or '"'
    return f"{match[1]}{quote_mark}{PERSON_MARK}{quote_mark}"


def _beginning_of(characters: Sequence[re.Pattern[str]], text: str) -> int | None:
    """Where the beginning of a secret starts that `text` ends with; None where it ends with none."""
    window = max(0, len(text) - 12 * len(characters))
    for first in characters[0].finditer(text, window):
        places = [first.start()]
        for character in characters:
            match = character.match(text, places[-1])
            if match is None:
                break
            places.append(match.end())
        # The cut may go through an escape, whose first character may have passed for one of the secret's.
        is_cut = any(_HALF_ESCAPE.fullmatch(text, place) for place in places[-2:])
        if len(places) > _SHORTEST_BEGINNING and is_cut:
            return first.start()
    return None


_HALF_ESCAPE = re.compile(r"(?:[\\%][\\%uU0-9A-Fa-f]{0,12}|&#?[0-9A-Za-z]{0,8})?")


def _overlap(text: str, value: str) -> int:
    """Where the beginning of a value starts that `text` ends with; the text's length where it ends with none."""
    at = text.find(value[:_SHORTEST_PERSONAL], max(0, len(text) - len(value) + 1))
    while at >= 0 and not value.startswith(text[at:]):
        at = text.find(value[:_SHORTEST_PERSONAL], at + 1)
    return len(text) if at < 0 else at


def _escaped(secret: str) -> list[str]:
    """Patterns for the characters of a secret as they are, and as URLs, JSON and HTML escape them.

    Repetitions are bounded: a server may answer with nothing but backslashes.
    """
    # In UTF-16, which is read as UTF-8 here, every other byte is null.
    return [rf"{_character(one)}\x00?" for one in secret]


def _character(one: str) -> str:
    if one.isascii() and one.isalnum():
        return one
    code = ord(one)
    forms = [
        rf"\\{{0,8}}[uU]0{{0,8}}{_caseless(f'{code:x}')}",
        rf"&#0{{0,8}}{code};",
        rf"&#[xX]0{{0,8}}{_caseless(f'{code:x}')};",
    ]
    forms.append("".join(f"%(?:25){{0,8}}{_caseless(f'{byte:02x}')}" for byte in one.encode("utf-8", "surrogatepass")))
    forms += {"&": ["&amp;"], '"': ["&quot;"], "<": ["&lt;"], ">": ["&gt;"], " ": [r"\+"]}.get(one, [])
    # The character itself last: it is the beginning of some of its escapes.
    forms.append(re.escape(one))
    # Backslashes before it: a slash or a quote inside JSON, or inside JSON that stands in JSON.
    return rf"(?:\\|%(?:25){{0,8}}5[cC]){{0,8}}(?:{'|'.join(forms)})"


def _caseless(text: str) -> str:
    return "".join(f"[{one}{one.upper()}]" if one.isalpha() else one for one in text)


def _in_base64(secret: str) -> list[list[str]]:
    """Patterns for the characters of the base64 of any text that holds the secret, such as `Bearer` and the token."""
    patterns = []
    for before in range(3):
        raw = b"\0" * before + secret.encode("utf-8", "surrogatepass")
        # The characters at either end mix the secret's bits with its neighbours'.
        inner = base64.b64encode(raw)[(0, 2, 3)[before] : len(raw) * 8 // 6].decode()
        if len(inner) < 2 * _SHORTEST_SECRET:
            continue
        safe = [{"+": r"(?:[+-]|%2[bB])", "/": r"(?:\\{0,8}[/_]|%2[fF])"}.get(one, one) for one in inner]
        # A character before it may tell the secret's first bits; looking for one everywhere would cost too much.
        patterns.append([*safe, "[A-Za-z0-9+/_-]?={0,2}"])
    return patterns
