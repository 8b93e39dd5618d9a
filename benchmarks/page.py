"""How soon the page of ten thousand rules is there, and how soon it is filtered.

Renders a made-up record, opens its page in Chromium from a file, several times, and prints the medians for
`docs/performance.md`. Run it from the project's folder with nothing else going on:

    python -m benchmarks.page [ROUNDS] [RULES]

Ready means: parsed, the script done, and the first frame after that drawn. Filtered means: from the event to the frame
that shows its effect. The first text filter also gathers the texts.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser

from orderproof.reports.page import render
from tests.browser import chromium
from tests.records import large

_FRAME = "new Promise(done => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"
_FILTERS = {
    "one verdict": "document.querySelector('input[value=fail]').click()",
    "none again": "document.querySelector('#clear').click()",
    "a word (first)": "type('timer')",
    "two words": "type('timer 99')",
    "none again, after words": "document.querySelector('#clear').click()",
}
_TYPE = """
window.type = text => {
  const field = document.querySelector('#text');
  field.value = text;
  field.dispatchEvent(new Event('input', {bubbles: true}));
}
"""


def one_round(browser: Browser, address: str) -> dict[str, float]:
    """Milliseconds by what was done."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address, wait_until="commit")
    page.wait_for_selector("html[data-ready]", state="attached")
    took = {"ready": page.evaluate(_FRAME)}
    page.evaluate(_TYPE)
    for name, action in _FILTERS.items():
        began = page.evaluate(f"{{ const now = performance.now(); {action}; now }}")
        took[name] = page.evaluate(_FRAME) - began
    page.close()
    return took


def main() -> None:
    """Measure and print the medians."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    record = large(int(sys.argv[2]) if len(sys.argv) > 2 else 10_000)
    began = time.perf_counter()
    text = render(record)
    rendered = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        path = Path(folder) / "report.html"
        path.write_text(text, encoding="utf-8")
        # The first round starts the browser's own machinery.
        one_round(browser, path.as_uri())
        figures = [one_round(browser, path.as_uri()) for _ in range(rounds)]
    print(f"{len(record['rules']):,} rules, {len(text) / 1e6:.1f} MB, rendered in {rendered:.2f} s\n")
    print("| step | ms |\n|---|---|")
    for name in figures[0]:
        print(f"| {name} | {statistics.median(one[name] for one in figures):.0f} |")


if __name__ == "__main__":
    main()
