"""Faults and variants: each overrides decisions that exist, mixes with the others, and starts."""

from __future__ import annotations

import contextlib
import inspect
import itertools
from datetime import datetime, timedelta
from http.client import IncompleteRead
from importlib import import_module
from pkgutil import iter_modules
from uuid import uuid4

import pytest

from orderproof.conformance.reference import decisions
from orderproof.conformance.reference.behaviours import Fault, Variant, kebab_case, overridden
from orderproof.conformance.reference.decisions import Decisions
from orderproof.conformance.reference.decisions.base import Base
from orderproof.conformance.reference.exchange import OPERATIONS
from orderproof.conformance.reference.faults import all_faults
from orderproof.conformance.reference.server import start
from orderproof.conformance.reference.spoilers import all_spoilers
from orderproof.conformance.reference.variants import all_variants
from orderproof.spec.catalogue import catalogue
from tests.test_reference_life import extend_at_once
from tests.test_reference_server import V2, Sandbox

FAULTS, SPOILERS, VARIANTS = all_faults(), all_spoilers(), all_variants()
BEHAVIOURS = FAULTS | SPOILERS | VARIANTS
METADATA = {"breaks", "operation", "choice", "readings", "warned_by"}
NAMES = {operation.name for operation in OPERATIONS}


def test_the_server_takes_every_decision_that_a_module_defines():
    modules = [import_module(f"{decisions.__name__}.{info.name}") for info in iter_modules(decisions.__path__)]
    groups = {one for module in modules for one in vars(module).values() if isinstance(one, type)}

    assert {one for one in groups if issubclass(one, Base)} == set(Decisions.__mro__) - {Decisions, object}


def test_there_are_as_many_as_were_promised():
    assert len(FAULTS) >= 150
    assert len(VARIANTS) >= 40
    assert len(BEHAVIOURS) == len(FAULTS) + len(SPOILERS) + len(VARIANTS)


def test_a_behaviour_overrides_only_decisions_that_exist():
    for name, behaviour in BEHAVIOURS.items():
        assert kebab_case(behaviour.__name__) == name
        assert behaviour.__doc__, name
        own = {member for member in vars(behaviour) if not member.startswith("__")} - METADATA
        assert overridden(behaviour) == own, name
        assert own or "__init__" in vars(behaviour), name
        for member in own:
            assert hasattr(Decisions, member), f"{name} invents {member}"
            declared, original = getattr(behaviour, member), getattr(Decisions, member)
            assert inspect.iscoroutinefunction(declared) == inspect.iscoroutinefunction(original), f"{name}: {member}"
            parameters = [len(inspect.signature(method).parameters) for method in (declared, original)]
            assert parameters[0] == parameters[1], f"{name} changes the signature of {member}"


def test_a_fault_says_what_it_breaks():
    for name, fault in FAULTS.items():
        assert issubclass(fault, Fault), name
        assert fault.breaks, name
        assert fault.operation in NAMES | {""}, name


def test_every_rule_is_broken_by_a_fault_that_was_written_for_it():
    named = {rule_id for fault in FAULTS.values() for rule_id in fault.breaks}
    assert named == set(catalogue())


def test_every_open_choice_has_variants():
    assert all(issubclass(variant, Variant) for variant in VARIANTS.values())
    assert {variant.choice for variant in VARIANTS.values()} == set(range(1, 13))


@pytest.mark.parametrize(("name", "behaviour"), BEHAVIOURS.items(), ids=BEHAVIOURS)
def test_a_behaviour_starts_and_answers(name, behaviour):
    with start(type("Mixed", (behaviour, Decisions), {})) as running:
        sandbox = Sandbox(running)
        values = sandbox.state("order-cancelable")
        if name == "readable-shortly-after":
            with sandbox.stopped_clock():
                assert sandbox.order(values).status == 404
            assert any(sandbox.order(values).status == 200 for _ in range(1000))
        # A server that asks an external OMS for every readable id has none to ask here.
        assert sandbox.order(values, "external").status in (200, 412)
        if name == "history-breaks-off":
            with pytest.raises(IncompleteRead):
                sandbox.history(values["customer_id"], **V2)
        else:
            # A server that ignores the vendor type has no history for a tenant without an external OMS.
            assert sandbox.history(values["customer_id"], **V2).status in (200, 412)


def test_behaviours_combine():
    for fault, variant in itertools.product(("count-of-51", "extends-expired"), ("chunked-answers", "canceled-later")):
        mixed = type("Mixed", (FAULTS[fault], VARIANTS[variant], Decisions), {})
        assert overridden(FAULTS[fault]) | overridden(VARIANTS[variant]) <= set(dir(mixed))
    with start(
        type("Mixed", tuple(VARIANTS[name] for name in ("more-fields", "keys-reversed", "pretty-json")), {})
    ) as running:
        sandbox = Sandbox(running)
        answer = sandbox.order(sandbox.state("order"))
        assert "x_undocumented" in answer.json
        assert list(answer.json) == sorted(answer.json, reverse=True)
        assert answer.content.endswith(b"\r\n")


@contextlib.contextmanager
def serving(name: str):
    with start(type("Mixed", (BEHAVIOURS[name], Decisions), {})) as running:
        yield Sandbox(running)


def test_a_lost_extension_is_lost():
    with serving("extension-lost") as sandbox:
        values = sandbox.state("order-in-grace-period")
        assert extend_at_once(sandbox, values) == [200] * 6
        due_at = datetime.fromisoformat(sandbox.extend(values).json["due_at"])
        assert due_at == datetime.fromisoformat(values["due_at"]) + timedelta(minutes=2 * 15)


@pytest.mark.parametrize("variant", ["extensions-queued", "extensions-retried"])
def test_extensions_that_wait_are_all_granted(variant):
    with serving(variant) as sandbox:
        values = sandbox.state("order-in-grace-period")
        assert extend_at_once(sandbox, values) == [200] * 6
        due_at = datetime.fromisoformat(sandbox.extend(values).json["due_at"])
        assert due_at == datetime.fromisoformat(values["due_at"]) + timedelta(minutes=7 * 15)


@pytest.mark.parametrize("variant", ["canceled-later", "canceled-later-in-every-respect"])
def test_a_cancellation_may_take_effect_later(variant):
    with serving(variant) as sandbox:
        values = sandbox.state("order-cancelable")
        with sandbox.stopped_clock():
            assert sandbox.cancel(values, {"reason": "x"}).status == 200
            assert not sandbox.status(values)["canceled"]
        while not sandbox.status(values)["canceled"]:
            assert sandbox.extend(values).status == 412
        assert not sandbox.status(values)["cancelable"]


def test_customers_are_personal_data_tokens_on_every_tenant():
    with serving("personal-data-tokens") as sandbox:
        for tenant in ("main", "oms"):
            values = sandbox.state("customer-with-orders", tenant=tenant)
            assert values["customer_id"].startswith("NS-EU-")
            page = sandbox.history(values["customer_id"], token=values.get("token"), **V2).json
            assert [order["id"] for order in page["orders"]] == values["order_ids"]


def test_ids_of_another_length_find_an_item_only_by_fault():
    for fault, cut in (("complete-ids", lambda item: item[:-1]), ("truncate-ids", lambda item: f"{item}0")):
        with serving(f"prices-{fault}") as sandbox:
            values = sandbox.state("order")
            line = {"type": "product", "id": cut(values["item_uuids"][1])}
            assert sandbox.prices(values, {"items": [line]}).json["items"][0]["id"] == values["item_uuids"][1]
        with serving(f"serials-{fault}") as sandbox:
            values = sandbox.state("order")
            assert sandbox.serials(values, [{"id": cut(values["item_uuids"][1]), "serial_number": "A"}]).status == 204
            assert sandbox.items(values)[1]["external_identifier"]["serial_number"] == "A"


def test_half_written_serial_numbers_show():
    with serving("serials-half-written") as sandbox:
        values = sandbox.state("order")
        items = [{"id": identifier, "serial_number": "A"} for identifier in (values["item_uuids"][0], str(uuid4()))]
        assert sandbox.serials(values, items).status == 404
        assert sandbox.items(values)[0]["external_identifier"]["serial_number"] == "A"


def test_an_effect_before_validation_shows():
    with serving("canceled-before-validation") as sandbox:
        values = sandbox.state("order-cancelable")
        assert sandbox.cancel(values, {"reason": ""}).status == 400
        assert sandbox.status(values)["canceled"]


def test_an_effect_on_the_neighbour_shows():
    with serving("other-orders-canceled") as sandbox:
        values, other = sandbox.state("order-cancelable"), sandbox.state("order-cancelable")
        assert sandbox.cancel(values, {"reason": "x"}).status == 200
        assert sandbox.status(other)["canceled"]


def test_internal_ids_reach_the_external_oms_only_by_fault():
    with serving("internal-falls-back-to-oms") as sandbox:
        assert sandbox.order(sandbox.state("oms-order")).status == 200
    with serving("internal-asks-oms") as sandbox:
        assert sandbox.order(sandbox.state("oms-platform-order")).status == 404
        token = sandbox.state("oms-unavailable")["token"]
        assert sandbox.request("GET", f"/orders/{uuid4()}?id_type=internal", token=token).status == 503


def test_wrong_pages_show():
    for fault in ("pages-overlap", "pages-skip-one", "last-page-dropped", "offset-in-pages", "offset-ignored"):
        with serving(fault) as sandbox:
            values = sandbox.state("customer-with-orders", orders=7)
            pages = [sandbox.history(values["customer_id"], f"&count=3&offset={n}", **V2).json for n in (0, 3, 6)]
            ids = [order["id"] for page in pages for order in page["orders"]]
            assert ids != values["order_ids"], fault
    with serving("paging-honoured-in-plain-json") as sandbox:
        values = sandbox.state("customer-with-orders", orders=4, tenant="oms")
        assert len(sandbox.history(values["customer_id"], "&count=2", token=values["token"]).json["orders"]) == 2
