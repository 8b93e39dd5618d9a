"""What all processes of a run share: it lives in the process that reports, and the others ask it.

One pool of states, one access token, one rate of requests; and whoever watches the run hears what each of them does.
"""

import secrets
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.managers import BaseManager
from typing import Any

PoolAddress = tuple[str, str]
"""Where it is served, and the key without which it does not answer."""

_RATE = ("reserve", "lower", "restore", "slowed_to")
_EXPOSED: Mapping[str, tuple[str, ...]] = {
    "pool": ("lend", "give_back", "has_enough", "drop", "drop_customer", "drain", "note_accepted", "accepted"),
    "tokens": ("lend",),
    "rate": _RATE,
    "injections": _RATE,
    "watcher": ("seen",),
}


class _Client(BaseManager):
    """The side of those that ask."""


for _name in _EXPOSED:
    _Client.register(_name)


@contextmanager
def served(pool: Any, **others: Any) -> Iterator[PoolAddress]:
    """Serve a pool to the processes of this machine that know the key, by a socket or pipe of the operating system.

    `others` are served under their names, which are those of `_EXPOSED`.
    """
    key = secrets.token_hex(16)
    # Linux has names for it outside the file system: the path of a folder for temporary files may be too long for one.
    address = f"\0orderproof-{secrets.token_hex(8)}" if sys.platform == "linux" else None

    class _Server(BaseManager):
        pass

    for name, shared in {"pool": pool, **others}.items():
        _Server.register(name, callable=lambda shared=shared: shared, exposed=_EXPOSED[name])
    server: Any = _Server(address, authkey=key.encode()).get_server()
    # It ends with the process: whoever asked has ended before.
    threading.Thread(target=_serve, args=(server,), daemon=True).start()
    at = (address or str(server.address), key)
    # A manager forgets what nobody refers to any more, even as another process begins to.
    kept = [connected(at, name) for name in ("pool", *others)]
    try:
        yield at
    finally:
        kept.clear()
        server.stop_event.set()


def _serve(server: Any) -> None:
    try:
        server.serve_forever()
    except SystemExit:
        # So it ends, thread or process.
        return


def connected(at: PoolAddress, name: str = "pool") -> Any:
    """What another process serves under a name: an object with the methods that are exposed. Any thread may use it."""
    address, key = at
    client = _Client(address, authkey=key.encode())
    client.connect()
    return getattr(client, name)()
