"""Answers that say nothing about the request of a check: who asks to wait is not judged."""

import time
from email.utils import formatdate

import pytest

from conformance.exchange import Exchange
from conformance.findings import Unjudgeable
from conformance.passive import judge
from conformance.session import Session, Settings
from conformance.states import State
from conformance.target import Auth, Target
from conformance.waiting import asked_to_wait
from tests.loopback import Server, answer

ORDER = State("order", {}, {"order_uuid": "u-1", "order_id": "o-1"})


@pytest.fixture
def session_of():
    """Make a session whose check has begun; it is closed at the end."""
    made = []

    def make(url: str, **settings) -> Session:
        session = Session(Settings(Target("t", url, auth=Auth(bearer="t-0")), **settings))
        made.append(session)
        session.begin()
        return session

    yield make
    for session in made:
        session.close()


@pytest.mark.parametrize("status", [429, 503])
def test_an_answer_that_asks_to_wait_for_too_long_is_not_judged(session_of, status):
    with Server(lambda request: answer(status, b"", "Retry-After: 90")) as server:
        session = session_of(server.url)
        with pytest.raises(Unjudgeable, match=f"{status}, which asks to wait .Retry-After: 90."):
            session.orders().show(ORDER)

    assert [one.message for exchange in session.trace.exchanges for one in judge(exchange)] == [None]


def test_a_server_error_that_asks_for_nothing_is_judged(session_of):
    with Server(lambda request: answer(503)) as server:
        session = session_of(server.url)
        assert session.orders().show(ORDER).status == 503

    assert any(one.message for exchange in session.trace.exchanges for one in judge(exchange))


@pytest.mark.parametrize(
    ("clock", "until", "pause"), [(-300, -297, 3), (300, 303, 3), (-300, -300, 1), (0, -300, 1), (None, 5, 5)]
)
def test_a_date_to_wait_for_is_reckoned_from_the_clock_that_gave_it(clock, until, pause):
    now = time.time()
    headers = [("Retry-After", formatdate(now + until, usegmt=True))]
    if clock is not None:
        headers.append(("Date", formatdate(now + clock, usegmt=True)))

    asked = asked_to_wait(Exchange("GET", "http://t/", [], None, now, status=429, response_headers=headers))

    assert asked == pytest.approx(pause, abs=1.1 if clock is None else 0.01)
