"""Authorization: operations are for callers with an access token; others are neither served nor told anything."""

import pytest

from orderproof.conformance.checks.support.every_operation import CASES
from orderproof.conformance.checks.support.reading import holds, page
from orderproof.conformance.checks.support.timers import assert_moved, running_timer
from orderproof.conformance.kit import Finding, Inconclusive, NotApplicable, expect, require, rule

NO_CREDENTIALS = (None, "Bearer orderproof-unknown-token")
WRITING = ["createCancellation", "updateSalesOrderSerialNumbers", "createLineItemCancellation", "cancelLineItem"]
# The last of them would change the order for the others.
OF_ANY_ORDER = [
    "showSalesOrderByIdAndIdType",
    "showCancellationStatus",
    "createPriceInformationForItems",
    "updateSalesOrderSerialNumbers",
    "createCancellation",
]
READING = ["showSalesOrderByIdAndIdType", "showOrderHistoryForCustomer", "createPriceInformationForItems"]


@pytest.fixture
def accepted(orders, states):
    """Send an operation's request with other credentials; its twin with the right ones must then be accepted."""

    def attempt(operation, *credentials):
        case = CASES[operation]
        state = states(case.state)
        for authorization in credentials:
            answer = case.send(orders, state, authorization=authorization)
            sent = "no Authorization header" if authorization is None else "credentials that are no valid token"
            expect(answer, f"the request had {sent}").is_denied()
        require(case.send(orders, state), case.success)

    return attempt


@pytest.mark.parametrize(
    "operation",
    [pytest.param(operation, marks=rule(f"SEC-{number}")) for number, operation in enumerate(CASES, 1)],
)
def test_a_caller_without_a_token_is_denied(accepted, operation):
    accepted(operation, None)


@rule("SEC-10")
@pytest.mark.parametrize("operation", CASES)
def test_a_token_that_was_never_issued_is_denied(orders, accepted, operation):
    nearly = nearly_valid(valid_token(orders))
    # The internal API has but one operation; those of the other share what is nearly the token among them.
    first, number = list(CASES).index(operation), len(nearly) if operation == "cancelLineItem" else 2

    accepted(operation, "Bearer orderproof-unknown-token", *(nearly * 2)[first % len(nearly) :][:number])


@rule("SEC-11")
@pytest.mark.parametrize("operation", CASES)
def test_the_token_under_another_scheme_is_denied(orders, accepted, operation):
    accepted(operation, f"Basic {valid_token(orders)}")


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
            f"{denied[0].request} without a token, and with one that is not valid, was answered "
            f"{' and '.join(str(answer.status) for answer in denied)}, and the order changed all the same",
            str(before),
            str(after),
            *(answer.exchange for answer in denied),
        )
    require(case.send(orders, state), case.success)


@rule("SEC-12")
@pytest.mark.parametrize("authorization", [None, "Bearer orderproof-unknown-token"], ids=["none", "unknown"])
def test_a_denied_caller_extends_nothing(orders, order_in_grace_period, authorization):
    timer = running_timer(orders, order_in_grace_period)

    denied = orders.extend_grace_period(order_in_grace_period, authorization=authorization)

    because = f"before it came one without a valid token, which was answered {denied.status}"
    assert_moved(timer, orders.extend_grace_period(order_in_grace_period), because)


@rule("SEC-13")
@pytest.mark.parametrize("operation", READING)
def test_a_denied_caller_is_told_nothing(orders, states, operation):
    case = CASES[operation]
    state = states(case.state)

    denied = case.send(orders, state, authorization=None)

    # What the caller put into the request itself may come back in the refusal.
    asked = denied.exchange.url + (denied.exchange.request_body or b"").decode()
    known = [value for value in flat(state.values) if len(value) >= 6 and value not in asked]
    text = denied.exchange.response_body.decode("utf-8", "replace")
    told = [value for value in known if value in text]
    if told:
        raise Finding(
            f"{denied.request} without a token was answered {denied.status} and tells {told[0]}",
            "nothing about the order",
            str(denied),
            denied.exchange,
        )
    require(case.send(orders, state), case.success)


@rule("SEC-14")
def test_a_token_does_not_open_another_tenants_orders(orders, oms_platform_order):
    own = token_of_another_tenant(orders, oms_platform_order)

    for operation in OF_ANY_ORDER:
        answer = CASES[operation].send(orders, oms_platform_order, authorization=own)
        expect(answer, "the order is another tenant's").is_denied()

    require(orders.show(oms_platform_order))


@rule("SEC-14")
def test_a_token_does_not_open_another_tenants_history(orders, oms_platform_order):
    own = token_of_another_tenant(orders, oms_platform_order)
    if not holds(require(page(orders, oms_platform_order)).at("orders"), oms_platform_order.order_id):
        raise Inconclusive("the history does not list the order with the right token either")

    answer = page(orders, oms_platform_order, authorization=own)

    # A customer that this tenant does not have may have an empty history.
    if answer.is_success and holds(answer.at("orders"), oms_platform_order.order_id):
        raise Finding(
            f"{answer.request} with the token of another tenant lists the order {oms_platform_order.order_id}",
            "no order of another tenant",
            str(answer),
            answer.exchange,
        )


def token_of_another_tenant(orders, order):
    """The target's own token as credentials, where the order is on a tenant that has a token of its own."""
    own = orders.token_for(None)
    if order.token in (None, own):
        raise NotApplicable("the states give no token of another tenant")
    return f"Bearer {own}"


def valid_token(orders):
    token = orders.token_for(None)
    if token is None:
        raise Inconclusive("the target file gives no token to try under other names")
    return token


def nearly_valid(token):
    """Credentials that hold less than a token, more, or its letters in another case."""
    nearly = ["Bearer", f"Bearer {token[: len(token) // 2]}", f"Bearer {token}0"]
    # Where all letters have one case, they may be digits of a number, which have none.
    if token not in (token.lower(), token.upper()):
        nearly.append(f"Bearer {token.swapcase()}")
    return nearly


def flat(values):
    """The ids that a state gives, each a text; its tenant's address and token are none."""
    for key, value in values.items():
        if key not in ("base_url", "token", "due_at"):
            yield from value if isinstance(value, list) else [str(value)]
