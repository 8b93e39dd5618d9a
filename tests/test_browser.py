"""A machine without Chromium: skipped with a reason on a desk, never passed over in silence in CI."""

import pytest

from tests import browser


@pytest.fixture
def bare(monkeypatch):
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    return monkeypatch


def test_a_missing_browser_fails_in_ci(bare):
    bare.setitem(browser.OUTSIDE, "CI", "true")

    with pytest.raises(pytest.fail.Exception, match=r"no Chromium .* there is no apt-get"), browser.chromium():
        pass


def test_a_missing_browser_skips_elsewhere_and_says_why(bare):
    bare.delitem(browser.OUTSIDE, "CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match=r"no Chromium .* there is no apt-get"), browser.chromium():
        pass


def test_nothing_is_installed_on_a_desk_without_root(monkeypatch):
    monkeypatch.delitem(browser.OUTSIDE, "CI", raising=False)
    monkeypatch.setattr(browser.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(browser.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(browser.subprocess, "run", lambda *_, **__: pytest.fail("nothing may be run"))

    assert browser.install() == "apt-get install chromium needs root"
