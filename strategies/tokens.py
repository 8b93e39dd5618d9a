"""Tokens that are nearly the right one, and headers from which a lenient server would read the right one."""

import string

_BASE64 = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
_HIGHEST_BIT = 32


def changed_at_its_end(token: str) -> str:
    """The token with its last letter or digit changed, which in a signed token is one of the signature.

    In base64 the last character may have bits that no decoder looks at; the highest is never one of them.
    """
    at = max((index for index, character in enumerate(token) if character in _BASE64), default=len(token))
    other = _BASE64[_BASE64.index(token[at]) ^ _HIGHEST_BIT] if at < len(token) else "x"
    return token[:at] + other + token[at + 1 :]


def altered_tokens(token: str) -> list[str]:
    """Words, a part of the token, more characters, its letters in another case, and nothing: none is the token.

    The first two are those that careless clients and careless servers make most.
    """
    # What base64 is filled up with at its end may be left out.
    shortened = (token[: len(token) // 2], token.rstrip("=")[:-1])
    altered = ["null", changed_at_its_end(token), "", *shortened, "undefined", f"{token}0", "true", "0"]
    # If all letters have the same case, they may be hexadecimal digits, which are case-insensitive.
    if token not in (token.lower(), token.upper()):
        altered.append(token.swapcase())
    return [one for one in altered if one != token]


def written_otherwise(token: str) -> list[str]:
    """The token in quotes, under a second scheme, and twice."""
    return [f'"{token}"', f"Bearer {token}", f"{token} {token}", f"{token},{token}"]
