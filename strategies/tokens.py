"""Tokens that are nearly the right one, and headers from which a lenient server would read the right one."""

import re
import string

_BASE64 = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
_HIGHEST_BIT = 32
_SEPARATED_WORD = re.compile(r"(?<![a-z0-9])(?=[a-z]*[g-z])[a-z]+[-_.]", re.IGNORECASE)


def changed_at_its_end(token: str) -> str:
    """The token with its last letter or digit changed, which in a signed token is one of the signature.

    In base64 the last character may have bits that no decoder looks at; the highest is never one of them.
    """
    at = max((index for index, character in enumerate(token) if character in _BASE64), default=len(token))
    other = _BASE64[_BASE64.index(token[at]) ^ _HIGHEST_BIT] if at < len(token) else "x"
    return token[:at] + other + token[at + 1 :]


def altered_tokens(token: str) -> dict[str, str]:
    """Words, a part of the token, more characters, its letters in the other case, and nothing, each by what it is.

    None is the token. The first two are those that careless clients and careless servers make most.
    """
    altered = {
        "the word null as its token": "null",
        "the token with its last character changed": changed_at_its_end(token),
        "no token after the scheme": "",
        "the first half of the token": token[: len(token) // 2],
        # What base64 is filled up with at its end may be left out.
        "the token without its last character": token.rstrip("=")[:-1],
        "the word undefined as its token": "undefined",
        "the token with a 0 appended": f"{token}0",
        "the word true as its token": "true",
        "the figure 0 as its token": "0",
    }
    # Where all letters have the same case, they may be digits of an encoding that knows no case, such as hexadecimal.
    # A whole word that is none of these, as in `tok-live-1f`, says that the token is no such text.
    if token not in (token.lower(), token.upper()) or _SEPARATED_WORD.search(token):
        altered["the token with its letters in the other case"] = token.swapcase()
    return {how: one for how, one in altered.items() if one != token}


def written_otherwise(token: str) -> dict[str, str]:
    """The token in quotes, under a second scheme, and twice, each by what it is."""
    return {
        "the token in quotes": f'"{token}"',
        "the scheme twice": f"Bearer {token}",
        "the token twice": f"{token} {token}",
        "the token twice, with a comma": f"{token},{token}",
    }
