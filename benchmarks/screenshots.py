"""The pictures of the README and the docs, made anew from real runs: `python benchmarks/screenshots.py`."""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from orderproof.conformance.reference.choices import choose  # noqa: E402
from orderproof.conformance.reference.server import start  # noqa: E402
from tests.browser import chromium  # noqa: E402
from tests.loopback import refusing_port  # noqa: E402
from tests.running import orderproof, target_file  # noqa: E402

FAULTS = ("extends-by-10-minutes", "status-as-text", "extension-lost")


def runs(folder: Path) -> dict[str, Path]:
    """The page of a run of each verdict."""
    pages = {}

    def run(name: str, *arguments: str) -> None:
        place = folder / name
        place.mkdir(exist_ok=True)
        orderproof(place, "run", "--quiet", *arguments)
        pages[name] = place / "orderproof-report" / "report.html"

    with refusing_port() as port:
        run("void", f"http://127.0.0.1:{port}/v0")
    with start() as server:
        run("partial", server.base_url, "-H", f"Authorization: Bearer {server.token}")
        run("conforming", *judged(folder / "conforming", server))
    with start(choose(faults=FAULTS)) as server:
        run("non-conforming", *judged(folder / "non-conforming", server))
    return pages


def judged(folder: Path, server) -> list[str]:
    folder.mkdir()
    return ["--target", str(target_file(folder, server.base_url, server.token, server.state_url))]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        pages = runs(Path(folder))
        shown = {name: (page, "") for name, page in pages.items()}
        shown |= {"finding": (pages["non-conforming"], "#GRA-1"), "race": (pages["non-conforming"], "#GRA-7")}
        for name, (path, fragment) in shown.items():
            page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
            page.goto(path.as_uri() + fragment)
            if fragment:
                page.locator(f"[id='{fragment[1:]}']").scroll_into_view_if_needed()
            page.screenshot(path=ROOT / "docs" / f"report-{name}.png")
            page.close()


if __name__ == "__main__":
    main()
