"""One pool of states for all processes of a run: it lives in the process that reports, and the others ask it."""

import secrets
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.managers import BaseManager
from typing import Any, cast

from orderproof.conformance.states.pool import Pool

PoolAddress = tuple[str, str]
"""Where a pool is served, and the key without which it does not answer."""


_EXPOSED = ("lend", "give_back", "has_enough", "drop", "drop_customer", "drain", "note_accepted", "accepted")


class _Server(BaseManager):
    """The side of the process that has the pool."""


class _Client(BaseManager):
    """The side of those that ask for it."""


_Client.register("pool")


@contextmanager
def served(pool: Pool) -> Iterator[PoolAddress]:
    """Serve a pool to the processes of this machine that know the key, by a socket or pipe of the operating system."""
    key = secrets.token_hex(16)
    # Linux has names for it outside the file system: the path of a folder for temporary files may be too long for one.
    address = f"\0orderproof-{secrets.token_hex(8)}" if sys.platform == "linux" else None

    class _OfPool(_Server):
        pass

    _OfPool.register("pool", callable=lambda: pool, exposed=_EXPOSED)
    server: Any = _OfPool(address, authkey=key.encode()).get_server()
    # It ends with the process: whoever asked has ended before.
    threading.Thread(target=_serve, args=(server,), daemon=True).start()
    try:
        yield address or str(server.address), key
    finally:
        server.stop_event.set()


def _serve(server: Any) -> None:
    try:
        server.serve_forever()
    except SystemExit:
        # So it ends, thread or process.
        return


def connected(at: PoolAddress) -> Pool:
    """The pool that another process serves."""
    address, key = at
    client = _Client(address, authkey=key.encode())
    client.connect()
    return cast(Pool, client.pool())  # type: ignore[attr-defined]
