"""A tenant far away: 100 ms a request, and a second to set a state up or tear it down. How long does a run take?

    python benchmarks/tenant.py [--profile quick] [--workers 4]

Prints the seconds, the requests, and the orders that were set up; a customer counts with its orders.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import Request, urlopen

from orderproof.conformance.reference.server import start

REQUEST_SECONDS, STATE_SECONDS = 0.1, 1.0


class Tenant(BaseHTTPRequestHandler):
    """The state callback: that of the reference server, a second late."""

    url = ""
    orders = 0
    counting = threading.Lock()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(STATE_SECONDS)
        with urlopen(Request(self.url, body, {"Content-Type": "application/json"})) as answer:
            values = answer.read()
        if json.loads(body)["action"] == "setup":
            with self.counting:
                Tenant.orders += len(json.loads(values).get("order_ids", (None,)))
        self.send_response(200)
        self.send_header("Content-Length", str(len(values)))
        self.end_headers()
        self.wfile.write(values)

    def log_message(self, *_: object) -> None:
        """Nothing is printed beside the figures."""


def main() -> None:
    """Judge the tenant once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--profile", default="default")
    parser.add_argument("--workers", type=int)
    options = parser.parse_args()
    with start() as server, tempfile.TemporaryDirectory() as name:
        admit = server.decisions.admit

        async def late(call: object) -> None:
            await asyncio.sleep(REQUEST_SECONDS)
            await admit(call)

        server.decisions.admit = late
        Tenant.url = server.state_url
        callback = ThreadingHTTPServer(("127.0.0.1", 0), Tenant)
        threading.Thread(target=callback.serve_forever, daemon=True).start()
        limits = f"limits: {{workers: {options.workers}}}\n" if options.workers else ""
        (Path(name) / "target.yaml").write_text(
            f"base_url: {server.base_url}\ninternal_base_url: {server.base_url}\nauth: {{bearer: {server.token}}}\n"
            f"states: {{callback: 'http://127.0.0.1:{callback.server_port}'}}\n{limits}"
        )
        command = [sys.executable, "-m", "orderproof", "run", "--target", "target.yaml", "--profile", options.profile]
        begun = time.monotonic()
        ran = subprocess.run(command, cwd=name, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - begun
        record = json.loads((Path(name) / "orderproof-report" / "report.json").read_text())
        print(ran.stdout.splitlines()[0], *ran.stdout.splitlines()[1:2], sep="\n")
        print(f"{record['verdict']}: {seconds:.0f} s, {record['requests']} requests, {Tenant.orders} orders")
        callback.shutdown()


if __name__ == "__main__":
    main()
