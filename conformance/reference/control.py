"""What is beside the API, for whoever tests with it: states to set up, and a count of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from orderproof.conformance.reference.states import STATES, BadParams, World, set_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request


def control_app(world: World, judged: Callable[[], int]) -> Router:
    """`POST /_state` and `GET /_requests`."""

    async def state(request: Request) -> Response:
        try:
            wanted = await request.json()
        except (ValueError, RecursionError):
            return _problem(400, "The request body is not JSON.")
        return _set_up(world, wanted)

    async def requests(_: Request) -> Response:
        return JSONResponse({"judged": judged()})

    routes = [Route("/_state", state, methods=["POST"]), Route("/_requests", requests, methods=["GET"])]
    return Router(routes, redirect_slashes=False)


def _set_up(world: World, wanted: Any) -> Response:
    if not isinstance(wanted, dict) or not isinstance(wanted.get("state"), str):
        return _problem(400, "The request body must be an object with the name of a 'state'.")
    params = wanted.get("params") or {}
    action = wanted.get("action", "setup")
    if not isinstance(params, dict):
        return _problem(400, "'params' must be an object.")
    if action not in ("setup", "teardown"):
        return _problem(400, "'action' must be 'setup' or 'teardown'.")
    if wanted["state"] not in STATES:
        return _problem(404, f"The state {wanted['state']!r} is not offered; offered are {', '.join(STATES)}.")
    if action == "teardown":
        # Every state is made of fresh data: there is nothing that the next one could stumble over.
        return JSONResponse({})
    try:
        return JSONResponse(set_up(world, wanted["state"], params))
    except BadParams as mistake:
        return _problem(400, str(mistake))


def _problem(status: int, message: str) -> Response:
    return JSONResponse({"message": message.encode("utf-8", "replace").decode()}, status_code=status)
