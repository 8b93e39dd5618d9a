"""`orderproof serve`: the reference server, as a sandbox for client developers or to try the suite."""

import signal
import threading

import click


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="Port; 0 picks a free port."
)
@click.option("--token", help="Access token to accept. Default: a new token, which is printed.")
@click.option("--fault", metavar="NAME", help="Serve with this seeded fault.")
@click.option("--variant", metavar="NAME", help="Serve with this other reading of the documents.")
@click.option(
    "--target",
    "target_file",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write a target file for `orderproof run --target`.",
)
def command(
    host: str, port: int, token: str | None, fault: str | None, variant: str | None, target_file: str | None
) -> int:
    """Run the reference server until it is interrupted."""
    from orderproof.conformance.errors import UsageError
    from orderproof.conformance.reference.choices import UnknownChoiceError, choose
    from orderproof.conformance.reference.server import start

    try:
        decisions = choose(faults=[fault] if fault else [], variants=[variant] if variant else [])
    except UnknownChoiceError as error:
        raise UsageError(str(error)) from None
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        running = start(decisions, host=host, port=port, token=token)
    except OSError as error:
        raise UsageError(f"--port {port}: cannot listen on {host}:{port} ({error.strerror}); try --port 0") from None
    with running:
        _introduce(running.base_url, running.state_url, running.token)
        if target_file:
            _write_target(target_file, running.base_url, running.state_url, running.token)
        stop.wait()
    click.echo("stopped", err=True)
    return 0


def _introduce(base_url: str, state_url: str, token: str) -> None:
    authorization = f"-H 'Authorization: Bearer {token}'"
    click.echo(f"The order API is served at {base_url}")
    click.echo(f"Token:  {token}")
    click.echo(f"States: {state_url}\n")
    click.echo("Try, in another terminal:\n")
    click.echo("  # create a customer with three orders; the answer holds their ids")
    click.echo(
        f"  curl -sS {state_url} -H 'Content-Type: application/json' "
        """-d '{"state": "customer-with-orders", "params": {"orders": 3}, "action": "setup"}'\n"""
    )
    click.echo("  # list the customer's orders, newest first (insert the customer_id)")
    click.echo(
        f"  curl -sS '{base_url}/orders?customer_id=CUSTOMER_ID' {authorization} "
        "-H 'Accept: application/x.newstore.orders+json;version=2'\n"
    )
    click.echo("  # cancel an order by its readable id (insert an order_id)")
    click.echo(
        f"  curl -sS -X POST '{base_url}/orders/ORDER_ID/cancel?id_type=external' {authorization} "
        """-H 'Content-Type: application/json' -d '{"reason": "Customer remorse"}'\n"""
    )
    click.echo("Stop with Ctrl-C.")


def _write_target(path: str, base_url: str, state_url: str, token: str) -> None:
    from pathlib import Path

    from orderproof.reports.record import write_text

    text = (
        "name: sandbox\n"
        f"base_url: {base_url}\n"
        f"internal_base_url: {base_url}\n"
        "auth:\n"
        f"  bearer: {token}\n"
        "states:\n"
        f"  callback: {state_url}\n"
    )
    write_text(Path(path), text)
    click.echo(f"Target file: {path} (orderproof run --target {path})")
