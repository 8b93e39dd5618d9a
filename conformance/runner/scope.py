"""What a run leaves out, with the reason: what the target does not have, and what a read-only run may not send."""

from collections.abc import Collection

from orderproof.conformance.config.state_kinds import why_absent
from orderproof.conformance.kit.read_only import READ_ONLY
from orderproof.spec.catalogue import catalogue
from orderproof.spec.description import operations, shown_error_types


def out_of_scope_of(internal_base_url: str | None, absent: Collection[str], *, read_only: bool) -> dict[str, str]:
    """What is left out, with the reason: operations, and rules about successes that the target cannot have.

    `absent` are the features that the target does not have.
    """
    without = {**_without_internal_api(internal_base_url, absent), **_without_preordered_items(absent)}
    return {**without, **(_without_writing() if read_only else {})}


def _without_writing() -> dict[str, str]:
    """What a read-only run leaves out: operations, and the media type of errors, which is shown for these alone."""
    reading = [one.id for one in operations().values() if one.method == "GET"]
    left_out = [one for one in operations() if one not in reading]
    if not any(map(shown_error_types, reading)):
        left_out += [rule.id for rule in catalogue().values() if rule.passive == "problem-media"]
    return dict.fromkeys(left_out, READ_ONLY)


def _without_preordered_items(absent: Collection[str]) -> dict[str, str]:
    reason = why_absent("preordered_items", absent)
    if reason is None:
        return {}
    return {
        rule.id: reason
        for rule in catalogue().values()
        if rule.operation in ("createLineItemCancellation", "cancelLineItem")
        and rule.passive in ("status", "media", "body")
    }


def _without_internal_api(internal_base_url: str | None, absent: Collection[str]) -> dict[str, str]:
    if internal_base_url is not None:
        return {}
    reason = why_absent("internal_api", absent) or "the target file gives no internal_base_url"
    return {one.id: reason for one in operations().values() if one.api == "order-lines"}
