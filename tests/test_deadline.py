"""The watchdog: a socket over its time is shut down, and no other."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from orderproof.conformance.transport.deadline import Watchdog

# Met only where something is broken, however busy the machine is.
PATIENCE = 60.0


@pytest.fixture
def sockets():
    """Five sockets whose other ends say nothing: a read that no watchdog ends raises in the end."""
    pairs = [socket.socketpair() for _ in range(5)]
    for own, _ in pairs:
        own.settimeout(PATIENCE)
    yield [own for own, _ in pairs]
    for both in pairs:
        for sock in both:
            sock.close()


def test_a_read_that_waits_is_ended(sockets):
    with Watchdog().limit(sockets[0], 0.05) as deadline:
        assert sockets[0].recv(1) == b""
        assert deadline.passed


def test_a_block_in_time_is_left_alone(sockets):
    watchdog = Watchdog()
    with watchdog.limit(sockets[0], 2 * PATIENCE) as deadline:
        assert not deadline.passed
        # A later and shorter limit is kept although the first made the thread sleep long.
        with watchdog.limit(sockets[1], 0.05) as shorter:
            assert sockets[1].recv(1) == b""
            assert shorter.passed
        assert not deadline.passed
    assert sockets[0].send(b"x") == 1


def test_each_socket_has_its_own_limit(sockets):
    watchdog = Watchdog()

    def waited(sock: socket.socket, seconds: float) -> float:
        start = time.monotonic()
        with watchdog.limit(sock, seconds) as deadline:
            assert sock.recv(1) == b""
            assert deadline.passed
        return time.monotonic() - start

    limits = [0.4, 0.05, 0.3, 0.1, 0.2]
    with ThreadPoolExecutor(len(limits)) as threads:
        ended = list(threads.map(waited, sockets, limits))
    # How much later than its limit each was ended is a matter of the machine.
    assert all(seconds >= limit for seconds, limit in zip(ended, limits, strict=True))


def test_a_socket_that_is_closed_already_does_no_harm(sockets):
    watchdog = Watchdog()
    sockets[0].close()
    # Its limit is over first, so the watchdog has met it when it ends the other's.
    with watchdog.limit(sockets[0], 0.0), watchdog.limit(sockets[1], 0.05):
        assert sockets[1].recv(1) == b""
