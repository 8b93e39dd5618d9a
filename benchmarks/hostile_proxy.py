"""A proxy before a correct server that makes one of its operations hostile, and passes everything else on."""

import contextlib
import gzip
import io
import itertools
import math
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Self
from urllib.parse import urlsplit

from orderproof.spec.description import operations

Pieces = Iterable[bytes]
"""What a behaviour sends, piece by piece, until the client is gone."""

_UNTIL_CLOSED = b"until closed"
"""Says nothing until the client has closed the connection."""
_MIB = 1024 * 1024
_DRIP_SECONDS = 0.1
_LENGTH = re.compile(rb"(?im)^content-length:\s*(\d+)")


def _answer(status: int, body: bytes, *headers: str) -> list[bytes]:
    head = [f"HTTP/1.1 {status} Whatever", *headers, f"Content-Length: {len(body)}"]
    return ["\r\n".join(head).encode() + b"\r\n\r\n" + body]


def _json(body: bytes, status: int = 200) -> list[bytes]:
    return _answer(status, body, "Content-Type: application/json")


def _slowly(head: bytes, byte: bytes) -> Iterator[bytes]:
    yield head
    pause = threading.Event()
    while True:
        pause.wait(_DRIP_SECONDS)
        yield byte


def _chunks(data: bytes) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield from itertools.repeat(b"%x\r\n%b\r\n" % (len(data), data))


@cache
def _bomb() -> list[bytes]:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as file:
        for _ in range(256):
            file.write(bytes(_MIB))
    return _answer(200, packed.getvalue(), "Content-Type: application/json", "Content-Encoding: gzip")


def _declared() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n"
    yield from itertools.repeat(b" " * 65536, 1_000_000_000 // 65536)


@cache
def _deep() -> list[bytes]:
    return _json(b'{"items":' + b"[" * 2_000_000 + b"]" * 2_000_000 + b"}")


def _many_headers() -> list[bytes]:
    return _answer(200, b"{}", "Content-Type: application/json", *(f"X-{one}: {one}" for one in range(20_000)))


def _numbers() -> list[bytes]:
    return _json(b'{"id": NaN, "total": Infinity, "count": ' + b"9" * 5_000 + b', "orders": [-Infinity]}')


# What each behaviour sends for a request with this target. None closes the connection with a reset.
_answers = itertools.count()


def _objects(number: int) -> list[bytes]:
    """So many small objects that nobody documents, other ones in each answer."""
    unlike = next(_answers)
    listed = ",".join(f'{{"x{unlike}_{index}":{{"a":"{unlike}"}}}}' for index in range(number))
    return _json(f'{{"orders":[{listed}],"items":[{listed}]}}'.encode())


BEHAVIOURS: dict[str, Callable[[str], Pieces | None]] = {
    "silence": lambda _: [_UNTIL_CLOSED],
    "drip": lambda _: _slowly(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99999\r\n\r\n", b" "
    ),
    "drip in the head": lambda _: _slowly(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    "endless body": lambda _: _chunks(b" " * 65536),
    "decompression bomb": lambda _: _bomb(),
    "declared 1 GB": lambda _: _declared(),
    "deep JSON": lambda _: _deep(),
    "cut": lambda _: [b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{"id": "'],
    "bad chunk": lambda _: [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nzz\r\n"],
    "noise": lambda _: [bytes(range(1, 256)) * 20],
    "20,000 headers": lambda _: _many_headers(),
    "reset": lambda _: None,
    "HTML": lambda _: _answer(200, b"<!doctype html><title>Welcome</title>", "Content-Type: text/html"),
    "500": lambda _: _json(b'{"error_code": "oops", "message": "Oops", "request_id": "1"}', 500),
    "empty object": lambda _: _json(b"{}"),
    "bad UTF-8": lambda _: _json(b'{"id": "\xff\xfe\xc0\xaf"}'),
    "redirect loop": lambda target: _answer(307, b"", f"Location: {target}"),
    "redirect to another host": lambda target: _answer(307, b"", f"Location: http://elsewhere.invalid{target}"),
    "429, an hour": lambda _: _answer(429, b"{}", "Content-Type: application/json", "Retry-After: 3600"),
    "429 for ever": lambda _: _answer(429, b"{}", "Content-Type: application/json", "Retry-After: 1"),
    "NaN and 5,000 digits": lambda _: _numbers(),
    "95,000 objects": lambda _: _objects(95_000),
    "500 other objects each time": lambda _: _objects(500),
    "HTTP/0.9": lambda _: [b'{"id": "without a head"}'],
    "endless 100 Continue": lambda _: itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
}

SHOW_OTHERS = ("95,000 objects", "500 other objects each time")
CLAIM_SUCCESS = ("deep JSON", "HTML", "empty object", "bad UTF-8", "NaN and 5,000 digits", *SHOW_OTHERS)


class HostileProxy:
    """Passes requests on to the server at `upstream` (a base URL), and answers those for one operation itself.

    With `times`, only so many of them: after that the operation is well again. `requests` are the request lines of the
    hostile operation.
    """

    def __init__(
        self, upstream: str, operation_id: str | None = None, behaviour: str = "", times: float = math.inf
    ) -> None:
        self._upstream = urlsplit(upstream)
        self._hostile = operations()[operation_id] if operation_id else None
        self._behaviour = BEHAVIOURS[behaviour] if behaviour else None
        self._times = times
        self.requests: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}{self._upstream.path}"
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open.add(sock)
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError), sock:
            while (request := _message(sock)) is not None:
                method, _, rest = request.partition(b" ")
                target = rest.partition(b" ")[0].decode("latin-1")
                if self._is_about_it(method.decode("latin-1"), target):
                    self.requests.append(target)
                    if len(self.requests) <= self._times:
                        self._be_hostile(sock, target)
                        break
                # A connection each: one that the server closes when it is idle would look like the proxy's doing.
                with socket.create_connection(self._address) as server:
                    server.sendall(request)
                    answer = _message(server, without_body=method == b"HEAD")
                if answer is None:
                    break
                sock.sendall(answer)
                if b"connection: close" in answer.partition(b"\r\n\r\n")[0].lower():
                    break
        self._open.discard(sock)

    @property
    def _address(self) -> tuple[str, int]:
        assert self._upstream.hostname
        assert self._upstream.port
        return self._upstream.hostname, self._upstream.port

    def _is_about_it(self, method: str, target: str) -> bool:
        if self._hostile is None or method != self._hostile.method:
            return False
        path = target.partition("?")[0].removeprefix(self._upstream.path)
        return self._hostile.path_pattern.fullmatch(path) is not None

    def _be_hostile(self, sock: socket.socket, target: str) -> None:
        assert self._behaviour is not None
        pieces = self._behaviour(target)
        if pieces is None:
            # Closed with unsent data thrown away: a reset.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        for piece in pieces:
            if piece is _UNTIL_CLOSED:
                sock.recv(1)
            sock.sendall(piece)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        for sock in list(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def _message(sock: socket.socket, *, without_body: bool = False) -> bytes | None:
    """A request or an answer to its end; None where the other side has closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            return data or None
        data += piece
    head, _, _ = data.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    whole = len(head) + 4 + (int(length[1]) if length and not without_body else 0)
    while len(data) < whole:
        piece = sock.recv(65536)
        if not piece:
            break
        data += piece
    return data
