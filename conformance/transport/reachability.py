"""Whether the servers of a run can be reached, and how long one is waited for that cannot.

A server that was there and is started anew refuses connections for some seconds. One that never was is not waited for,
and one that stayed away for all of the patience is not waited for again, until it is there once more.
"""

import time
from collections.abc import Callable, Sequence

from orderproof.conformance.transport.connection import BROKEN, Connection
from orderproof.conformance.transport.exchange import DIED, Exchange
from orderproof.conformance.transport.origin import Origin

_RESTART_PAUSES_SECONDS = (0.3, 0.6, 1.2, 2.0, 2.0)
# By whether a connection could be had last time. A load balancer refuses one now and then: so twice more at first.
_PAUSES_SECONDS = {None: (0.2, 1.0), True: _RESTART_PAUSES_SECONDS, False: ()}
# A process that ends closes its connections one after the other: the one that it listens on may be the last.
_DYING_PAUSES_SECONDS = (0.05, 0.2)
# A server that has outlived so many requests that it cut off is not watched for its death any more.
_ENOUGH_SURVIVED = 8
_RESTARTED = "the server closed the connection without an answer, and was started anew"


class Reachability:
    """What a client has found out about the servers that it connects to. Threads may share it."""

    def __init__(self) -> None:
        self._reached: dict[Origin, bool] = {}
        self._has_restarted = False
        self._survived = 0

    def open(self, connection: Connection, timeout: float) -> float:
        """Open a connection, unless it is open; where there is none, again after a pause. Raises one of `BROKEN`.

        Returns the moment by which the request must be answered: the time-out counts from here.
        """
        was_reached = self._reached.get(connection.origin)
        pauses = iter(_PAUSES_SECONDS[was_reached])
        patience = time.monotonic() + (sum(_PAUSES_SECONDS[was_reached]) if was_reached else 0.0)
        while True:
            deadline = time.monotonic() + timeout
            if connection.sock is not None:
                return deadline
            try:
                connection.open(deadline)
            except BROKEN as error:
                connection.close()
                pause = next(pauses, None)
                # Who has waited for all of the patience in one attempt does not wait for it again.
                if pause is None or (isinstance(error, TimeoutError) and time.monotonic() >= patience):
                    self._reached[connection.origin] = False
                    raise
                time.sleep(pause)
            else:
                self._reached[connection.origin] = True
                return deadline

    def look_after(self, exchange: Exchange, connect: Callable[[], Connection], timeout: float) -> None:
        """Say of a request that was cut off what became of the server: it died, or it was started anew."""
        dying = _DYING_PAUSES_SECONDS if self._survived < _ENOUGH_SURVIVED else ()
        # Who could not be reached when the request was sent again has been waited for already.
        pauses = () if exchange.is_unreachable else _RESTART_PAUSES_SECONDS
        refusals, is_gone = self._refusals(connect, timeout, dying, pauses)
        if is_gone:
            exchange.dropped, exchange.error = False, DIED
        elif refusals and not self._has_restarted:
            # Once that is a bad day. Twice it is what requests do to the server, and each of them tells of it.
            self._has_restarted = True
            exchange.dropped, exchange.error = True, _RESTARTED

    def _refusals(
        self, connect: Callable[[], Connection], timeout: float, dying: Sequence[float], pauses: Sequence[float]
    ) -> tuple[int, bool]:
        """How often the host refuses a connection, and whether it does so to the end of the patience.

        Where nothing listens, the host refuses; a network that is down does not.
        """
        refusals = 0
        for pause in (*dying, *pauses, None):
            connection = connect()
            try:
                connection.open(time.monotonic() + timeout)
            except ConnectionRefusedError:
                refusals += 1
            except BROKEN:
                return refusals, False
            else:
                # At first a connection is no proof of life.
                if refusals or pause not in dying:
                    self._survived += 1
                    return refusals, False
            finally:
                connection.close()
            if pause is not None:
                time.sleep(pause)
        self._reached[connection.origin] = False
        return refusals, True
