"""`orderproof serve`: the reference server, as a sandbox for client developers or to try the suite."""

import re
import signal
import threading

import click

from orderproof.conformance.config.fields import check_token, seconds_of
from orderproof.conformance.errors import UsageError


def _parse_latency(_: click.Context, __: click.Parameter, text: str | None) -> tuple[float, float] | None:
    """`100ms`, or `100ms+-20ms`: seconds, and by how many they vary."""
    if text is None:
        return None
    length, sign, jitter = re.sub(r"\+/?-", "±", text).partition("±")
    seconds = seconds_of(length, "--latency")
    return seconds, seconds_of(jitter, "--latency") if sign else 0.0


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="Port; 0 picks a free port."
)
@click.option("--token", help="Access token to accept. Default: a new token, which is printed.")
@click.option("--fault", metavar="NAME", help="Serve with this seeded fault.")
@click.option("--variant", metavar="NAME", help="Serve with this other reading of the documents, or several as a+b.")
@click.option(
    "--latency",
    callback=_parse_latency,
    metavar="TIME",
    help="Answer this much later, as a server far away does: 100ms, or 100ms+-20ms.",
)
@click.option(
    "--write-target",
    "--target",
    "target_file",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write a target file for `orderproof run --target`.",
)
def command(
    host: str,
    port: int,
    token: str | None,
    fault: str | None,
    variant: str | None,
    latency: tuple[float, float] | None,
    target_file: str | None,
) -> int:
    """Run the reference server until it is interrupted.

    Prints requests to try, and a target file for `orderproof run`. Orders can be injected, too.
    """
    from orderproof.conformance.commands.sandbox import introduction, target_text
    from orderproof.conformance.reference.choices import UnknownChoiceError, choose
    from orderproof.conformance.reference.latency import delayed
    from orderproof.conformance.reference.server import start

    if token is not None:
        check_token(token, "--token")
    try:
        decisions = choose(faults=[fault] if fault else [], variants=[variant] if variant else [])
    except UnknownChoiceError as error:
        raise UsageError(str(error)) from None
    if latency:
        decisions = delayed(decisions, *latency)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        running = start(decisions, host=host, port=port, token=token)
    except OSError as error:
        raise UsageError(f"--port {port}: cannot listen on {host}:{port} ({error.strerror}); try --port 0") from None
    with running:
        if target_file:
            _write(target_file, target_text(running.base_url, running.state_url, running.token))
        click.echo(introduction(running, target_file))
        stop.wait()
    click.echo("stopped", err=True)
    return 0


def _write(path: str, text: str) -> None:
    from pathlib import Path

    from orderproof.conformance.commands.options import writing
    from orderproof.reports.record import write_text

    with writing("--write-target", Path(path)):
        write_text(Path(path), text)
