"""Whether the internal API is where the target file says: `internal_base_url` is proven before a rule is judged there.

Where it is the same address as `base_url`, what comes from it is the server's own doing. Elsewhere a wrong host, path
or token must not look like a broken rule.
"""

import uuid

from orderproof.conformance.errors import StateUnavailable, VoidError
from orderproof.conformance.kit.answer import Answer
from orderproof.conformance.kit.session import Session
from orderproof.conformance.states.sources import State

PREORDERED = "order-with-preordered-item"


def internal_problem(session: Session, item: str | None = None) -> str | None:
    """Why the internal API cannot be used, with the key to change; None where it can, or is left out.

    `item` is a pre-ordered one that may be canceled, where the caller has it. Raises `VoidError` where nothing answers
    there.
    """
    target = session.settings.target
    url = target.internal_base_url
    # A read-only run sends it nothing, since its one operation is a POST.
    if url is None or url == target.base_url or session.settings.read_only:
        return None
    unknown = _cancel(session, str(uuid.UUID(int=session.settings.seed, version=4)))
    if unknown.status is None:
        raise VoidError(f"internal_base_url: nothing answers at {url} ({unknown.exchange.error})")
    if unknown.status in (401, 403):
        return f"internal_base_url: the token that base_url takes is refused at {url} ({unknown.status})"
    if unknown.status not in (404, 405, 410) or not _looks_like_any_path(session, url, unknown):
        return None
    # That an item is unknown may be answered as an unknown path is. One that is there tells them apart.
    if _cancel(session, item).is_success if item else _cancels_an_item(session):
        return None
    return (
        f"internal_base_url: {url} answers {unknown.status} to every path, a made-up one included; is its path right? "
        "The documented path starts at /v0"
    )


def _cancel(session: Session, item: str) -> Answer:
    nothing = State("order", {}, {})
    return session.orders().cancel_line_item_internally(nothing, item)


def _looks_like_any_path(session: Session, url: str, answer: Answer) -> bool:
    made_up = "orderproof-no-such-path"
    other = session.client.send("POST", f"{url}/{made_up}/{made_up}", answer.exchange.request_headers)
    of_answer, of_other = (exchange.response_header("Content-Type") for exchange in (answer.exchange, other))
    return (answer.status, of_answer) == (other.status, of_other)


def _cancels_an_item(session: Session) -> bool:
    """Whether a pre-ordered item can be canceled there; where none can be had, the path counts as right.

    An entry of a fixed list is left for the checks: canceled once, it would be of no use to them.
    """
    if PREORDERED in session.settings.target.states.fixed or "preordered_items" in session.settings.target.absent:
        return True
    try:
        return _cancel(session, session.take(PREORDERED).item_uuid).is_success
    except StateUnavailable:
        return True
