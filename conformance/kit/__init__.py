"""Everything that a check may import: `from orderproof.conformance.kit import …`."""

from orderproof.conformance.config.state_kinds import CANCELED, ITEM_CANCELED, ITEM_CANCELED_INTERNALLY, STATES
from orderproof.conformance.errors import StateUnavailable
from orderproof.conformance.kit.answer import Answer
from orderproof.conformance.kit.api import Orders
from orderproof.conformance.kit.expectation import expect, require, require_time
from orderproof.conformance.kit.findings import Event, Finding, Inconclusive, NotApplicable, NotRun, Step
from orderproof.conformance.kit.properties import generation, property_of
from orderproof.conformance.kit.request_parts import Raw
from orderproof.conformance.kit.rule_mark import new, rule, unchanged, uses_up
from orderproof.conformance.kit.session import SESSION, Session
from orderproof.conformance.kit.settings import PROFILES
from orderproof.conformance.kit.steps import steps
from orderproof.conformance.kit.times import Instant, parse_time
from orderproof.conformance.kit.trace import Trace
from orderproof.conformance.model.linearizability import Operation, explained, impossible_core
from orderproof.conformance.model.order import (
    ANY,
    READS,
    REFUSED,
    Cancel,
    CancelLine,
    Extend,
    Invalid,
    Line,
    Number,
    Order,
    ReadOrder,
    ReadStatus,
    Reply,
    Request,
    expected,
    follow,
    shown,
)
from orderproof.conformance.states.sources import State
from orderproof.conformance.transport.connection import request_bytes
from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.in_turn import send_in_turn
from orderproof.conformance.transport.last_byte import Span, send_together
from orderproof.conformance.transport.mediatype import JSON, ORDERS_V2
from orderproof.conformance.transport.retry_after import asked_to_wait
from orderproof.conformance.transport.shortened import shortened
from orderproof.conformance.transport.waiting import MAX_WAIT_SECONDS

__all__ = [
    "ANY",
    "CANCELED",
    "ITEM_CANCELED",
    "ITEM_CANCELED_INTERNALLY",
    "JSON",
    "MAX_WAIT_SECONDS",
    "ORDERS_V2",
    "PROFILES",
    "READS",
    "REFUSED",
    "SESSION",
    "STATES",
    "Answer",
    "Cancel",
    "CancelLine",
    "Event",
    "Exchange",
    "Extend",
    "Finding",
    "Inconclusive",
    "Instant",
    "Invalid",
    "Line",
    "NotApplicable",
    "NotRun",
    "Number",
    "Operation",
    "Order",
    "Orders",
    "Raw",
    "ReadOrder",
    "ReadStatus",
    "Reply",
    "Request",
    "Session",
    "Span",
    "State",
    "StateUnavailable",
    "Step",
    "Trace",
    "asked_to_wait",
    "expect",
    "expected",
    "explained",
    "follow",
    "generation",
    "impossible_core",
    "new",
    "parse_time",
    "property_of",
    "request_bytes",
    "require",
    "require_time",
    "rule",
    "send_in_turn",
    "send_together",
    "shortened",
    "shown",
    "steps",
    "unchanged",
    "uses_up",
]
