"""Servers on a free loopback port that send exactly the bytes that a test wants."""

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Request:
    """One request as it came in: its number on the server, the number of its connection, its head and its body."""

    number: int
    connection: int
    head: bytes
    body: bytes

    @property
    def line(self) -> str:
        return self.head.split(b"\r\n", 1)[0].decode()

    @property
    def headers(self) -> list[tuple[str, str]]:
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        return [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@contextlib.contextmanager
def refusing_port() -> Iterator[int]:
    """A port on loopback that refuses connections: taken, so that no other program listens there meanwhile."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


class Hangup(Exception):  # noqa: N818 - an instruction to the server
    """Raised by a script: close the connection after these bytes."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = data


Script = Callable[[Request], bytes | Iterable[bytes]]


class Server:
    """Answers with what `script` makes of each request. The pieces of an iterable are sent with pauses."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self._script = script
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests: list[Request] = []
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept)
        self._acceptor.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                if self._tls:
                    # The handshake is left to the thread that reads: one client must not hold up the next.
                    sock = self._tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
                self._open.append(sock)
                thread = threading.Thread(target=self._serve, args=(sock, len(self._open)))
                self._threads.append(thread)
                thread.start()

    def _serve(self, sock: socket.socket, connection: int) -> None:
        with contextlib.suppress(OSError), sock, sock.makefile("rb") as file:
            while (request := self._read(file, connection)) is not None:
                try:
                    answer = self._script(request)
                except Hangup as hangup:
                    sock.sendall(hangup.data)
                    return
                if isinstance(answer, bytes):
                    sock.sendall(answer)
                    continue
                for piece in answer:
                    sock.sendall(piece)
                    if self._ended.wait(0.05):
                        return

    def _read(self, file: Any, connection: int) -> Request | None:
        lines = []
        while (line := file.readline()) not in (b"\r\n", b""):
            lines.append(line.rstrip(b"\r\n"))
        if not lines:
            return None
        head = b"\r\n".join(lines)
        length = next((int(one.split(b":")[1]) for one in lines if one.lower().startswith(b"content-length:")), 0)
        body = file.read(length)
        with self._lock:
            request = Request(len(self.requests), connection, head, body)
            self.requests.append(request)
        return request

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        # Closing alone does not wake a thread that waits in accept or recv.
        _shut_down(self._listener)
        self._acceptor.join()
        self._listener.close()
        # Only now are all connections known: one may have been accepted a moment ago.
        for sock in self._open:
            _shut_down(sock)
        for thread in self._threads:
            thread.join()


def _shut_down(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def answer(status: int, body: bytes = b"", *headers: str, reason: str = "Whatever") -> bytes:
    """A well-formed answer with its length."""
    head = [f"HTTP/1.1 {status} {reason}", *headers, f"Content-Length: {len(body)}"]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body


def json_answer(status: int, value: Any, *headers: str) -> bytes:
    return answer(status, json.dumps(value).encode(), "Content-Type: application/json", *headers)
