"""Starting and stopping the reference server, in-process, with the stub OMS beside it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING, Any, Self

from uvicorn.config import Config
from uvicorn.server import Server

from orderproof.conformance.reference.app import OrderApi
from orderproof.conformance.reference.control import control_app
from orderproof.conformance.reference.decisions import Decisions
from orderproof.conformance.reference.decisions.transport import KEEP_ALIVE_SECONDS
from orderproof.conformance.reference.oms import SERVED, StubOms
from orderproof.conformance.reference.states import World, set_up
from orderproof.conformance.reference.store import Store
from orderproof.conformance.reference.webhook import WebhookClient

if TYPE_CHECKING:
    from starlette.types import ASGIApp

HOST = "127.0.0.1"
#: How long, in seconds, answers under way may take when the server ends.
SHUTDOWN_GRACE_SECONDS = 1.0


def _server(app: ASGIApp, keep_alive: int = KEEP_ALIVE_SECONDS) -> Server:
    return Server(
        Config(
            app,
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=keep_alive,
            h11_max_incomplete_event_size=64 * 1024,
        )
    )


async def _end(server: Server) -> None:
    """Close what a server whose task was cancelled leaves open: idle connections at once, others after their answer.

    uvicorn's own `should_exit` is looked at ten times a second, and its shutdown pauses in any case: a self-test, which
    starts hundreds of servers, would wait for minutes.
    """
    if not server.started:
        return
    for listener in server.servers:
        listener.close()
    for connection in list(server.server_state.connections):
        connection.shutdown()
    deadline = time.monotonic() + SHUTDOWN_GRACE_SECONDS
    while server.server_state.connections and time.monotonic() < deadline:
        await asyncio.sleep(0.002)
    for task in server.server_state.tasks:
        task.cancel()


class Running:
    """A reference server that is up: where it is, and how to end it."""

    def __init__(self, decisions: type[Decisions], port: int, host: str, token: str | None) -> None:
        self.oms = StubOms()
        self.store = Store(token)
        self._webhooks = WebhookClient()
        self.decisions = decisions(self.store, self._webhooks)
        control = control_app(World(self.decisions, self.oms), lambda: self.judged)
        self._api = OrderApi(self.decisions, control)
        self._socket, self._oms_socket = _listen(host, port), _listen(HOST, 0)
        self.token = self.store.tenants["main"].token
        root = _url(self._socket)
        self.base_url, self.state_url, self.requests_url = (f"{root}/{path}" for path in ("v0", "_state", "_requests"))
        for tenant in SERVED:
            self.store.tenants[tenant].webhook = self.oms.webhook(_url(self._oms_socket), tenant)
        self._ready = threading.Event()
        self._serving: asyncio.Future[list[None]] | None = None
        self._thread = threading.Thread(target=self._run, name="reference-server", daemon=True)
        self._thread.start()
        self._ready.wait()

    @property
    def judged(self) -> int:
        """How many requests the API has received so far."""
        return self._api.judged

    @property
    def where(self) -> dict[str, str]:
        """What a client needs to know of the server, as one that runs elsewhere tells it."""
        return {name: getattr(self, name) for name in ("base_url", "state_url", "token", "requests_url")}

    def state(self, name: str, **params: Any) -> dict[str, Any]:
        """Set a state up without a request; its values."""
        return set_up(World(self.decisions, self.oms), name, params)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        api, oms = _server(self._api, self.decisions.keep_alive_seconds()), _server(self.oms.app)
        pairs = ((api, self._socket), (oms, self._oms_socket))
        self._serving = asyncio.gather(*(server.serve(sockets=[sock]) for server, sock in pairs))
        # The sockets listen already: a request that comes before the servers do waits in their backlog.
        self._ready.set()
        with contextlib.suppress(asyncio.CancelledError):
            await self._serving
        await asyncio.gather(*(_end(server) for server, _ in pairs))
        for _, sock in pairs:
            sock.close()

    def close(self) -> None:
        """End the server; harmless if it has ended already."""
        if self._serving is not None and self._thread.is_alive():
            with contextlib.suppress(RuntimeError):
                self._serving.get_loop().call_soon_threadsafe(self._serving.cancel)
            self._thread.join()
        self._webhooks.close()

    def __enter__(self) -> Self:
        """The running server itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.close()


def start(
    decisions: type[Decisions] | None = None, port: int = 0, host: str = HOST, token: str | None = None
) -> Running:
    """Start a reference server in a thread of this process; port 0 takes a free one, no token makes a fresh one."""
    return Running(decisions or Decisions, port, host, token)


def _listen(host: str, port: int) -> socket.socket:
    # Named as TCP: asyncio turns Nagle's delay off only for sockets that say so.
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen(512)
    except OSError:
        sock.close()
        raise
    return sock


def _url(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
