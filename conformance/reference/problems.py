"""Refusals: every reason for which the server says no, as data."""

from __future__ import annotations

from typing import NamedTuple


class Reason(NamedTuple):
    """What a refusal answers by default."""

    status: int
    error_code: str
    message: str


REASONS: dict[str, Reason] = {
    "token-missing": Reason(401, "unauthorized", "An access token is required."),
    "token-unknown": Reason(401, "unauthorized", "The access token is not valid."),
    "forbidden": Reason(403, "forbidden", "The access token does not permit this operation."),
    "path-unknown": Reason(404, "not_found", "There is no such resource."),
    "method-not-allowed": Reason(405, "method_not_allowed", "The method is not allowed for this resource."),
    "not-acceptable": Reason(406, "not_acceptable", "None of the accepted media types can be answered."),
    "body-too-large": Reason(413, "payload_too_large", "The request body is too large."),
    "content-type": Reason(415, "unsupported_media_type", "The request body must be application/json."),
    "rate-limited": Reason(429, "too_many_requests", "Too many requests."),
    "parameter-missing": Reason(400, "bad_request", "A required parameter is missing."),
    "parameter-repeated": Reason(400, "bad_request", "A parameter is given more than once."),
    "parameter-invalid": Reason(400, "bad_request", "A parameter is not valid."),
    "id-type-missing": Reason(400, "bad_request", "The query parameter 'id_type' is required."),
    "id-type-unknown": Reason(400, "bad_request", "The query parameter 'id_type' is not 'internal' or 'external'."),
    "id-not-a-uuid": Reason(400, "bad_request", "The identifier is not a valid UUID."),
    "paging-not-accepted": Reason(
        400, "bad_request", "'offset' and 'count' are only accepted with application/x.newstore.orders+json;version=2."
    ),
    "json-malformed": Reason(400, "bad_request", "The request body is not valid JSON."),
    "body-invalid": Reason(400, "bad_request", "The request body is not valid."),
    "items-too-few": Reason(400, "bad_request", "'items' should be non-empty."),
    "items-too-many": Reason(400, "bad_request", "The number of products can't exceed 500."),
    "order-not-found": Reason(404, "not_found", "Order with provided ID and ID type was not found."),
    "item-not-found": Reason(404, "not_found", "The order item was not found."),
    "customer-not-found": Reason(404, "customer_not_found", "The customer was not found."),
    "order-closed": Reason(400, "bad_request", "The Order is already marked as closed."),
    "order-canceled": Reason(400, "bad_request", "The Order can't be canceled."),
    "order-not-cancelable": Reason(400, "bad_request", "Order is no longer cancelable."),
    "grace-period-over": Reason(412, "precondition_error", "The order is not in the grace period."),
    "grace-period-canceled": Reason(412, "precondition_error", "The order is not in the grace period."),
    "grace-period-conflict": Reason(409, "conflict", "A concurrent request extended the grace period already."),
    "item-not-preordered": Reason(400, "bad_request", "The Order item can't be canceled."),
    "item-not-cancelable": Reason(400, "bad_request", "Order item is no longer cancelable."),
    "oms-not-configured": Reason(412, "precondition_error", "No external order management system is configured."),
    "oms-misconfigured": Reason(412, "precondition_error", "The external webhook is not configured correctly."),
    "oms-payload-invalid": Reason(409, "conflict", "External webhook payload validation failed."),
    "oms-unavailable": Reason(503, "external_server_error", "The external webhook is unavailable."),
    "injection-too-large": Reason(400, "maximum_allowed_number_of_items_exceeded", "The order has too many items."),
    "injection-id-used": Reason(400, "bad_request", "The external_id is another order's."),
    "gateway-timeout": Reason(504, "gateway_timeout", "The answer did not come in time."),
    "internal-error": Reason(500, "internal_server_error", "An unexpected error occurred."),
}


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of the program
    """The request is refused for one of `REASONS`; `message` says more than the table does."""

    def __init__(self, reason: str, message: str | None = None, headers: dict[str, str] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.message = REASONS[reason].message if message is None else message
        self.headers = headers or {}
