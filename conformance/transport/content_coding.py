"""Content codings (RFC 9110, 8.4): what is unpacked is bounded, however well it was packed."""

import gzip
import io
import zlib

_CODINGS = ("gzip", "x-gzip", "deflate")


def unpacked(body: bytes, codings: str, limit: int) -> bytes:
    """A body without its codings, `codings` being the value of `Content-Encoding`; at most `limit` + 1 bytes of it.

    A coding that is unknown here ends the unpacking. Raises `ValueError` where the body is not what its coding says.
    """
    for coding in reversed([one.strip().lower() for one in codings.split(",")]):
        if not body or coding not in ("", "identity", *_CODINGS):
            break
        if coding in _CODINGS:
            body = _inflated(body, coding, limit)
    return body[: limit + 1]


def _inflated(body: bytes, coding: str, limit: int) -> bytes:
    try:
        if coding == "deflate":
            return _without_deflate(body, limit)
        return gzip.GzipFile(fileobj=io.BytesIO(body)).read(limit + 1)
    except (zlib.error, gzip.BadGzipFile, EOFError) as error:
        raise ValueError(f"the body of the answer is not valid {coding}: {error}") from None


def _without_deflate(body: bytes, limit: int) -> bytes:
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(body, limit + 1)
    except zlib.error:
        # It should come in zlib's frame, and often comes without.
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        data = inflater.decompress(body, limit + 1)
    if not inflater.eof and len(data) <= limit:
        raise EOFError("it ends too early")
    return data
