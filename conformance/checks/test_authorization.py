"""Authorization: without a valid access token no operation is carried out and nothing is revealed."""

import pytest

from orderproof.conformance.checks.stateful.together import Reading, Wrong, expect_own_answers
from orderproof.conformance.checks.support.controls import still_serves
from orderproof.conformance.checks.support.every_operation import CASES
from orderproof.conformance.checks.support.reading import holds, is_order, page
from orderproof.conformance.checks.support.timers import assert_moved, running_timer
from orderproof.conformance.kit import ORDERS_V2, Finding, Inconclusive, NotRun, expect, require, rule
from orderproof.strategies.tokens import altered_tokens, written_otherwise

NO_CREDENTIALS = (None, "Bearer orderproof-unknown-token")
WRITING = ["createCancellation", "updateSalesOrderSerialNumbers", "createLineItemCancellation", "cancelLineItem"]
# The cancellation comes last, since it would change the order for the other operations.
OF_ANY_ORDER = [
    "showSalesOrderByIdAndIdType",
    "showCancellationStatus",
    "createPriceInformationForItems",
    "updateSalesOrderSerialNumbers",
    "createGracePeriod",
    "createCancellation",
]
_BY_READABLE_ID = {"id_type": "external"}
# Often other handlers than that by the UUID, or for JSON, each with a guard of its own.
OTHER_REQUESTS = {
    "showSalesOrderByIdAndIdType": [_BY_READABLE_ID, {"accept": ORDERS_V2}],
    "createCancellation": [_BY_READABLE_ID],
    "showCancellationStatus": [_BY_READABLE_ID],
    "createGracePeriod": [_BY_READABLE_ID],
    "createLineItemCancellation": [_BY_READABLE_ID],
}
READING = ["showSalesOrderByIdAndIdType", "showOrderHistoryForCustomer", "createPriceInformationForItems"]


@pytest.fixture
def expect_denied(orders, states):
    """Expect that an operation's request is denied with each credential, and then accepted with the token.

    The credentials are by what they are, to end the sentence "the request had …"; `others` are parts of other
    requests, which are sent with none.
    """

    def attempt(operation, credentials, others=()):
        case = CASES[operation]
        state = states(case.state)
        for sent, authorization in orders.sample(credentials.items()):
            answer = case.send(orders, state, authorization=authorization)
            expect(answer, f"the request had {sent}").is_denied()
        for parts in orders.sample(others):
            answer = case.send(orders, state, authorization=None, **parts)
            expect(answer, "the request had no Authorization header").is_denied()
        still_serves(orders, case, state)

    return attempt


@pytest.mark.parametrize(
    "operation",
    [pytest.param(operation, marks=rule(f"SEC-{number}")) for number, operation in enumerate(CASES, 1)],
)
def test_a_caller_without_a_token_is_denied(expect_denied, operation):
    expect_denied(operation, {"no Authorization header": None}, OTHER_REQUESTS.get(operation, ()))


@rule("SEC-10")
@pytest.mark.parametrize("operation", CASES)
def test_a_token_that_was_never_issued_is_denied(orders, expect_denied, operation):
    altered = list(altered_tokens(valid_token(orders)).items())
    always, shared = altered[:2], altered[2:]
    # The operations of the public API share the other tokens; the single operation of the internal API gets all.
    first, number = list(CASES).index(operation), len(shared) if operation == "cancelLineItem" else 2

    tokens = (*always, *(shared * 2)[2 * first % len(shared) :][:number])
    expect_denied(operation, {how: f"Bearer {token}".rstrip() for how, token in tokens})


@rule("SEC-11")
@pytest.mark.parametrize("operation", CASES)
def test_the_token_under_another_scheme_is_denied(orders, expect_denied, operation):
    expect_denied(operation, {"the token under the scheme Basic": f"Basic {valid_token(orders)}"})


@rule("SEC-15")
def test_a_token_that_is_written_in_another_way_is_denied(orders, expect_denied):
    written = written_otherwise(valid_token(orders))

    expect_denied("showSalesOrderByIdAndIdType", {how: f"Bearer {one}" for how, one in written.items()})


@rule("SEC-12")
@pytest.mark.parametrize("operation", WRITING)
def test_a_denied_caller_changes_nothing(orders, states, operation):
    case = CASES[operation]
    state = states(case.state)
    before = case.observe(orders, state)

    denied = [case.send(orders, state, authorization=authorization) for authorization in NO_CREDENTIALS]

    after = case.observe(orders, state)
    if after != before:
        raise Finding(
            f"{denied[0].request} changed the order: it {denied[0].result} without a token, and "
            f"{denied[1].result} with an unknown token",
            str(before),
            str(after),
            *(answer.exchange for answer in denied),
        )
    still_serves(orders, case, state)


@rule("SEC-12")
@pytest.mark.parametrize("authorization", [None, "Bearer orderproof-unknown-token"], ids=["none", "unknown"])
def test_a_denied_caller_extends_nothing(orders, order_in_grace_period, authorization):
    timer = running_timer(orders, order_in_grace_period)

    denied = orders.extend_grace_period(order_in_grace_period, authorization=authorization)

    because = f"an extension without a valid token was sent before and {denied.result}"
    assert_moved(timer, orders.extend_grace_period(order_in_grace_period), because)


@rule("SEC-13")
@pytest.mark.parametrize("operation", READING)
def test_a_denied_caller_is_told_nothing(orders, states, operation):
    case = CASES[operation]
    state = states(case.state)

    denied = case.send(orders, state, authorization=None)

    # The answer may repeat ids that the request contained.
    asked = denied.exchange.url + (denied.exchange.request_body or b"").decode()
    known = [value for value in ids_of(state.values) if len(value) >= 6 and value not in asked]
    text = denied.exchange.response_body.decode("utf-8", "replace")
    revealed = [value for value in known if value in text]
    if revealed:
        raise Finding(
            f"{denied.request} without a token {denied.result}, and the answer reveals {revealed[0]}",
            "an answer without ids of the order, its items or its customer",
            str(denied),
            denied.exchange,
        )
    require(case.send(orders, state), case.success)


@rule("SEC-14")
def test_a_token_does_not_open_another_tenants_orders(session, orders, order, oms_platform_order):
    own = token_of_another_tenant(orders, oms_platform_order)

    for operation in orders.sample(OF_ANY_ORDER):
        answer = CASES[operation].send(orders, oms_platform_order, authorization=own)
        expect(answer, "the order belongs to another tenant").is_denied()

    require(orders.show(oms_platform_order))
    # Nor while that tenant asks as well.
    theirs, foreign = _as_tenant(oms_platform_order), _as_tenant(oms_platform_order, own)
    expect_own_answers(session, orders, [theirs, foreign, _as_tenant(order), foreign])


def _as_tenant(order, foreign_token=None):
    def wrong(answer):
        return None if is_order(answer, order) else Wrong(f"the order {order.order_id}", f"the order {answer.at('id')}")

    text = f"read the order {order.order_id} with the token of {'another' if foreign_token else 'its'} tenant"
    parts = {"authorization": foreign_token} if foreign_token else {}
    return Reading(text, lambda orders: orders.show(order, **parts), wrong, is_denied=foreign_token is not None)


@rule("SEC-14")
def test_a_token_does_not_open_another_tenants_history(orders, oms_platform_order):
    own = token_of_another_tenant(orders, oms_platform_order)
    if not holds(require(page(orders, oms_platform_order)).at("orders"), oms_platform_order.order_id):
        raise Inconclusive("the history does not list the order with the tenant's own token either")

    answer = page(orders, oms_platform_order, authorization=own)

    # The history of a customer who is unknown to this tenant may be empty.
    if answer.is_success and holds(answer.at("orders"), oms_platform_order.order_id):
        raise Finding(
            f"{answer.request} with the token of another tenant lists the order {oms_platform_order.order_id}",
            "no order of another tenant",
            str(answer),
            answer.exchange,
        )


def token_of_another_tenant(orders, order):
    """The target's own token as credentials, if the order is on a tenant with another token."""
    own = orders.token_for(None)
    if order.token in (None, own):
        raise NotRun(
            "the rule needs a state oms-platform-order on another tenant, with that tenant's token among its values; "
            "it has no token of its own"
        )
    return f"Bearer {own}"


def valid_token(orders):
    token = orders.token_for(None)
    if token is None:
        raise Inconclusive("no token is configured that could be altered; set auth in the target file")
    return token


def ids_of(values):
    """All ids in the values of a state."""
    for key, value in values.items():
        if key not in ("base_url", "token", "due_at"):
            yield from value if isinstance(value, list) else [str(value)]
