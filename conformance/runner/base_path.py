"""The base path that the target file probably means, where the API is not at the one that it names.

A path that lacks its `/v0`, has it twice or goes on after it is the commonest mistake. The likely ones are tried with
a GET that changes nothing, on the same server alone: the token goes nowhere else.
"""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from urllib.parse import urlsplit

from orderproof.conformance.kit.answer import Answer
from orderproof.conformance.kit.api import Orders
from orderproof.conformance.runner.trouble import Trouble
from orderproof.conformance.runner.void_causes import Probes, cause_of
from orderproof.conformance.states.sources import State
from orderproof.conformance.transport.mediatype import ORDERS_V2

_VERSION = "v0"


def path_trouble(orders: Orders, probes: Probes) -> Trouble | None:
    """The trouble with the path of `base_url`, with the path at which the API answers, if one is found.

    A path that goes on after the API's own, such as /v0/orders, may be refused as a request is, and not as a path: then
    it is the API's answer before it that tells.
    """
    base_url, first = probes.target.base_url, probes.answers[0]
    trouble = cause = cause_of("base path", probes)
    if trouble:
        found = (one for one in candidates(base_url) if _is_the_api(orders, one))
    elif first.is_refusal and not any(probe.answer.is_success for probe in (*probes.strangers, *probes.known)):
        told = f"{base_url} answers {first.status} to the history of an unknown customer"
        trouble = Trouble("base_url", told, "is its path right?")
        found = (one for one in candidates(base_url) if base_url.startswith(f"{one}/") and _is_the_api(orders, one))
    else:
        return None
    right = next(found, None)
    if right is None:
        return cause
    return replace(trouble, remedy=f"correct the path: the API answers at {right}")


def candidates(base_url: str) -> list[str]:
    """The base URLs that may be meant, on the same server, the likeliest first."""
    parts = urlsplit(base_url)
    found = (parts._replace(path="".join(f"/{one}" for one in path)).geturl() for path in _paths(parts.path))
    return [one for one in dict.fromkeys(found) if one != base_url]


def _paths(path: str) -> Iterator[list[str]]:
    segments = [one for one in path.split("/") if one]
    # Without empty segments, and without one that is there twice.
    yield [one for one, _ in groupby(segments)]
    if _VERSION in segments:
        yield segments[: segments.index(_VERSION) + 1]
    yield [*segments, _VERSION]
    yield [_VERSION]
    yield [*segments[:-1], _VERSION]
    yield segments[:-1]


def _is_the_api(orders: Orders, base_url: str) -> bool:
    """Whether the history of nobody is read there: in version 2, the documents give it an answer that is no 404."""
    nobody = State(
        "customer-without-orders", {}, {"customer_id": str(uuid.UUID(int=0, version=4)), "base_url": base_url}
    )
    return _is_history(orders.history(nobody, accept=ORDERS_V2))


def _is_history(answer: Answer) -> bool:
    return answer.is_success and answer.has_json and isinstance(answer.json, dict) and "orders" in answer.json
