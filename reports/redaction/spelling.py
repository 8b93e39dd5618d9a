"""How a server may spell a secret that it echoes: patterns for its characters, one by one.

Repetitions are bounded, since a server may answer with nothing but backslashes.
"""

import base64
import re
from collections.abc import Sequence
from itertools import product

# At a cut: three letters of a token are worthless, and would match at the end of other texts.
_SHORTEST_BEGINNING = 4
_SHORTEST_BASE64 = 6
LONGEST_ESCAPE = 12
"""Most characters that one character of a secret takes up, as far as cuts are concerned."""


def escaped(secret: str) -> list[str]:
    """Patterns for the characters of a secret as they are, and as URLs, JSON and HTML escape them."""
    # In UTF-16, which is read as UTF-8 here, every other byte is null.
    return [rf"{_character(one)}\x00?" for one in secret]


_NAMED = {
    "&": ["&amp;"],
    '"': ["&quot;"],
    "'": ["&apos;"],
    "<": ["&lt;"],
    ">": ["&gt;"],
    " ": [r"\+"],
}


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
    forms += _NAMED.get(one, [])
    if 0x7F < code < 0x100:
        # A header carries Latin-1: a byte that may be escaped as it is, or be taken for a part of UTF-8.
        byte = _caseless(f"{code:02x}")
        forms += [rf"%{byte}", rf"\\x{byte}", rf"\\{{1,8}}u[dD][cC]{byte}", "\ufffd"]
    # The character itself comes last: some of its escapes begin with it.
    forms.append(re.escape(one))
    # Backslashes before it: a slash or a quote in JSON, or in JSON within JSON.
    return rf"(?:\\|%(?:25){{0,8}}5[cC]){{0,8}}(?:{'|'.join(forms)})"


def _caseless(text: str) -> str:
    return "".join(f"[{one}{one.upper()}]" if one.isalpha() else one for one in text)


def in_base64(secret: str) -> list[list[str]]:
    """Patterns for the characters of the base64 of any text that holds the secret, such as `Bearer` and the token."""
    patterns = []
    sent = dict.fromkeys((secret.encode("utf-8", "surrogatepass"), secret.encode("latin-1", "ignore")))
    for before, encoded in product(range(3), sent):
        raw = b"\0" * before + encoded
        # The characters at either end mix bits of the secret with bits of its neighbours.
        inner = base64.b64encode(raw)[(0, 2, 3)[before] : len(raw) * 8 // 6].decode()
        if len(inner) < _SHORTEST_BASE64:
            continue
        safe = [{"+": r"(?:[+-]|%2[bB])", "/": r"(?:\\{0,8}[/_]|%2[fF])"}.get(one, one) for one in inner]
        # The character before it may hold the secret's first bits; searching for it everywhere would cost too much.
        patterns.append([*safe, "[A-Za-z0-9+/_-]?={0,2}"])
    return patterns


def beginning_of(characters: Sequence[re.Pattern[str]], text: str) -> int | None:
    """Where in `text` the beginning of a secret starts that `text` ends with; None if it does not end with one."""
    window = max(0, len(text) - LONGEST_ESCAPE * len(characters))
    for first in characters[0].finditer(text, window):
        places = [first.start()]
        for character in characters:
            match = character.match(text, places[-1])
            if match is None:
                break
            places.append(match.end())
        # The cut may split an escape, whose first character may have matched a character of the secret.
        is_cut = any(_HALF_ESCAPE.fullmatch(text, place) for place in places[-2:])
        if len(places) > _SHORTEST_BEGINNING and is_cut:
            return first.start()
    return None


_HALF_ESCAPE = re.compile(r"(?:[\\%][\\%uU0-9A-Fa-f]{0,12}|&#?[0-9A-Za-z]{0,8})?")
