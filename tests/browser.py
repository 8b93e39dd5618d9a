"""Debian's Chromium for the tests of pages: found, or installed where that may be done, or told of as missing."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.environment import OUTSIDE

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Met only where something is broken, however busy the machine is.
PATIENCE_MS = 120_000
# A window of the whole Chromium has two pages of its own, for what is typed into its address: they cost a tab more than
# the page in it does. The last list of features counts, so what Playwright switches off itself is named again.
_WITHOUT = "WebUIOmniboxPopup,WebUIOmniboxAimPopup,AimEnabled,HttpsUpgrades,MediaRouter,OptimizationHints,PaintHolding"
_VIEWPORT = {"width": 1280, "height": 900}
_FORGET = "() => { sessionStorage.clear(); localStorage.clear(); }"


def find() -> str | None:
    """The path of a Chromium that starts."""
    for name in NAMES:
        path = shutil.which(name)
        # Some distributions have a command of this name that only says what to install.
        if path and subprocess.run([path, "--version"], capture_output=True, check=False, timeout=600).returncode == 0:
            return path
    return None


def install() -> str:
    """Install Chromium with apt-get, as root or through sudo without a password; the answer is why it is not there."""
    if not shutil.which("apt-get"):
        return "there is no apt-get to install it with"
    if os.geteuid() and not (OUTSIDE.get("CI") and shutil.which("sudo")):
        return "apt-get install chromium needs root"
    become = [] if not os.geteuid() else ["sudo", "-n"]
    environment = {**OUTSIDE, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", "chromium"]):
        ended = subprocess.run(
            [*become, "apt-get", *arguments], env=environment, capture_output=True, text=True, check=False, timeout=3600
        )
        if ended.returncode:
            return f"apt-get {arguments[0]} failed: {(ended.stderr or ended.stdout)[-300:]}"
    return "it is installed and does not start"


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A browser. Where it can be neither found nor installed, tests fail in CI and are skipped elsewhere."""
    # Workers of one run must not install it at the same time.
    with (Path(tempfile.gettempdir()) / "orderproof-chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path, why = find(), ""
        if path is None:
            why = install()
            path = find()
    if path is None:
        missing = f"no Chromium ({', '.join(NAMES)}), and {why}"
        pytest.fail(missing) if OUTSIDE.get("CI") else pytest.skip(missing)
    with sync_playwright() as playwright:
        # Chromium's own sandbox does not work for root, nor in most containers; the pages are ours.
        arguments = ["--no-sandbox", f"--disable-features={_WITHOUT}"]
        browser = playwright.chromium.launch(executable_path=path, args=arguments, timeout=PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        try:
            yield browser
        finally:
            browser.close()


class Tabs:
    """Tabs that tests have one after the other, as good as new: each new one is a process, which costs a second."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._idle: dict[str, list[Page]] = {}

    def lend(self, **options: Any) -> Page:
        """A tab with an empty page, of a context with these options."""
        idle = self._idle.get(_kind(options))
        if idle:
            return idle.pop()
        page = self._browser.new_context(viewport=_VIEWPORT, **options).new_page()
        page.set_default_timeout(PATIENCE_MS)
        return page

    def take_back(self, page: Page, **options: Any) -> None:
        """Make a tab as it was when it was lent first, with the same options."""
        page.evaluate(_FORGET)
        # Away from the page: one that is opened next, with another fragment of the same address, has to be loaded.
        page.goto("about:blank")
        page.mouse.move(0, 0)
        page.set_viewport_size(_VIEWPORT)
        page.emulate_media(media="null", color_scheme=options.get("color_scheme", "light"))
        self._idle.setdefault(_kind(options), []).append(page)


def _kind(options: dict[str, Any]) -> str:
    return repr(sorted(options.items()))
