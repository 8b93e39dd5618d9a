"""The watchdog: a socket over its time is shut down, and no other."""

import socket
import threading
import time

import pytest

from orderproof.conformance.transport.deadline import Watchdog


@pytest.fixture
def pair():
    pairs = [socket.socketpair() for _ in range(5)]
    yield [own for own, _ in pairs]
    for both in pairs:
        for sock in both:
            sock.close()


def test_a_read_that_waits_is_ended(pair):
    start = time.monotonic()
    with Watchdog().limit(pair[0], 0.05) as deadline:
        assert pair[0].recv(1) == b""
        assert deadline.passed
    assert time.monotonic() - start < 5


def test_a_block_in_time_is_left_alone(pair):
    watchdog = Watchdog()
    with watchdog.limit(pair[0], 60) as deadline:
        assert not deadline.passed
    # A later and shorter limit is kept although the first made the thread sleep long.
    with watchdog.limit(pair[1], 0.05) as deadline:
        assert pair[1].recv(1) == b""
        assert deadline.passed
    assert pair[0].send(b"x") == 1


def test_each_socket_has_its_own_limit(pair):
    watchdog = Watchdog()
    ended = []

    def wait(sock: socket.socket, seconds: float) -> None:
        with watchdog.limit(sock, seconds):
            assert sock.recv(1) == b""
            ended.append(seconds)

    limits = [0.4, 0.05, 0.3, 0.1, 0.2]
    threads = [threading.Thread(target=wait, args=pairing) for pairing in zip(pair, limits, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(ended) == sorted(limits)


def test_a_socket_that_is_closed_already_does_no_harm(pair):
    watchdog = Watchdog()
    with watchdog.limit(pair[0], 0.0):
        pair[0].close()
    with watchdog.limit(pair[1], 0.05):
        assert pair[1].recv(1) == b""
