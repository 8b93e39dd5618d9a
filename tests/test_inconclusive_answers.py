"""What a session heeds in answers and states: to wait, that a token ended, that an order is unknown at first."""

from email.utils import formatdate
from types import SimpleNamespace

import pytest

from orderproof.conformance.config.target import Auth, StateSources, Target
from orderproof.conformance.kit.findings import Inconclusive
from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.settings import Learned, Settings
from orderproof.conformance.runner.passive import judge
from orderproof.conformance.states.sources import State
from orderproof.conformance.transport import retry_after
from orderproof.conformance.transport.exchange import Exchange
from tests.loopback import Server, answer

NONE = StateSources()
ORDER = State("order", {}, {"order_uuid": "u-1", "order_id": "o-1"})


@pytest.fixture
def session_of():
    """Make a session whose check has begun; it is closed at the end."""
    made = []

    def make(url: str, states: StateSources = NONE, **learned) -> Session:
        target = Target("t", url, auth=Auth(bearer="t-0"), states=states)
        session = Session(Settings(target, learned=Learned(**learned)))
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
        with pytest.raises(Inconclusive, match=f"{status} and asks to wait .Retry-After: 90."):
            session.orders().show(ORDER)

    assert [one.message for exchange in session.trace.exchanges for one in judge(exchange)] == [None]


def test_a_server_error_that_asks_for_nothing_is_judged(session_of):
    with Server(lambda request: answer(503)) as server:
        session = session_of(server.url)
        assert session.orders().show(ORDER).status == 503

    assert any(one.message for exchange in session.trace.exchanges for one in judge(exchange))


@pytest.mark.parametrize(
    ("clock", "until", "pause"), [(-300, -297, 3), (300, 303, 3), (-300, -300, 0.2), (0, -300, 0.2), (None, 5, 5)]
)
def test_a_date_to_wait_for_is_reckoned_from_the_clock_that_gave_it(monkeypatch, clock, until, pause):
    now = 1_700_000_000.0
    monkeypatch.setattr(retry_after, "time", SimpleNamespace(time=lambda: now))
    headers = [("Retry-After", formatdate(now + until, usegmt=True))]
    if clock is not None:
        headers.append(("Date", formatdate(now + clock, usegmt=True)))

    asked = retry_after.asked_to_wait(Exchange("GET", "http://t/", [], None, now, status=429, response_headers=headers))

    assert asked == pause


def lives(requests: int, status: int):
    """A server whose tokens are good for so many requests, and which has an operation that refuses good ones."""

    def script(request):
        is_refused = request.number >= requests or "/cancel" in request.line
        return answer(status if is_refused else 200, b"{}", "Content-Type: application/json")

    return script


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_ends_during_a_run_is_no_finding(session_of, status):
    with Server(lives(1, status)) as server:
        session = session_of(server.url)
        assert session.orders().show(ORDER).status == 200
        with pytest.raises(Inconclusive, match=rf"auth\.bearer: .* is refused now .GET .* returned {status} too"):
            session.orders().show(ORDER)


@pytest.mark.parametrize("status", [401, 403])
def test_an_operation_that_refuses_a_good_token_is_judged(session_of, status):
    with Server(lives(9, status)) as server:
        session = session_of(server.url)
        session.orders().show(ORDER)

        assert [session.orders().cancel(ORDER).status for _ in range(2)] == [status, status]
        assert len(server.requests) == 4
        # What showed that the token is good is an answer to judge, like every other.
        assert [one.operation for one in session.trace.exchanges[::2]] == ["showSalesOrderByIdAndIdType"] * 2


def test_a_new_process_knows_a_request_that_the_token_was_good_for(session_of):
    with Server(lives(0, 401)) as server:
        session = session_of(server.url, accepted=(server.url + "/orders", "a/b", ""))
        with pytest.raises(Inconclusive, match=r"auth\.bearer"):
            session.orders().cancel(ORDER)

        assert dict(server.requests[1].headers)["accept"] == "a/b"
        assert dict(server.requests[1].headers)["authorization"] == "Bearer t-0"


@pytest.mark.parametrize("authorization", [None, "Bearer other", "Basic t-0"])
def test_another_token_than_ours_may_be_refused(session_of, authorization):
    with Server(lives(0, 401)) as server:
        session = session_of(server.url, accepted=(server.url + "/orders", "a/b", ""))

        assert session.orders().show(ORDER, authorization=authorization).status == 401
        assert len(server.requests) == 1


@pytest.mark.parametrize(("reads_late", "asked"), [(True, 3), (False, 0)])
def test_a_new_order_is_waited_for_where_orders_are_unknown_at_first(session_of, reads_late, asked):
    with Server(lambda request: answer(404 if request.number < 2 else 200)) as server:
        session = session_of(server.url, reads_late=reads_late)
        values = {"order_uuid": "u-1", "order_id": "o-1", "customer_id": "c-1", "item_uuids": ["i-1", "i-2"]}
        session.states.sources = [("provider", lambda name, params, action: values)]

        assert session.take("order").values == values
        assert [request.line.split()[1] for request in server.requests] == ["/orders/u-1?id_type=internal"] * asked


def test_an_order_of_a_list_is_old_and_not_waited_for(session_of):
    values = {"order_uuid": "u-1", "order_id": "o-1", "customer_id": "c-1", "item_uuids": ["i-1", "i-2"]}
    with Server(lambda request: answer(404)) as server:
        session = session_of(server.url, states=StateSources(fixed={"order": [values]}), reads_late=True)

        assert session.take("order").values == values
        assert server.requests == []


def test_a_customers_orders_are_waited_for_by_the_first_and_the_last(session_of):
    with Server(lambda request: answer(200)) as server:
        session = session_of(server.url, reads_late=True)
        orders = {"customer-with-orders": {"order_ids": ["o-3", "o-2", "o-1"]}, "customer-without-orders": {}}
        session.states.sources = [("callback", lambda name, params, action: {"customer_id": name, **orders[name]})]

        session.take("customer-with-orders")
        session.take("customer-without-orders")
        asked = [request.line.split()[1] for request in server.requests]
        assert asked == [f"/orders/{one}?id_type=external" for one in ("o-3", "o-1")]
