"""orderproof as a pytest plugin, loaded in every pytest session where orderproof is installed.

So it imports nothing heavy, and it does nothing unless its own option or a run of its own asks for it. Then the
recorder gives checks their session, and a controller selects them and collects what came of them. `orderproof run`
registers a controller; plain `pytest --orderproof-target FILE` makes one of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from orderproof.conformance.runner.controller import Controller

CONTROLLER = "orderproof-controller"
_OPTION = "orderproof_target"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one option that plain pytest needs."""
    parser.getgroup("orderproof", "orderproof: conformance of an order API").addoption(
        "--orderproof-target",
        dest=_OPTION,
        metavar="FILE",
        help="target file of the server that the checks in orderproof.conformance.checks judge",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers, and start a session where this process runs checks."""
    config.addinivalue_line("markers", "orderproof_rule(*ids): the rules of orderproof's catalogue that a check judges")
    config.addinivalue_line("markers", "orderproof_canary: a check that must fail in every run of orderproof")
    config.addinivalue_line("markers", "orderproof_new: a check whose states are made for it")
    config.addinivalue_line("markers", "orderproof_unchanged: a check whose states no other check may have changed")
    config.addinivalue_line("markers", "orderproof_uses_up(orders, first): how many orders a check uses up at most")
    worker_input = getattr(config, "workerinput", None)
    if worker_input is not None:
        if "orderproof" in worker_input:
            from orderproof.conformance.runner.controller import configure_worker

            configure_worker(config, worker_input)
        return
    if config.getoption(_OPTION, None) and _controller(config) is None:
        from orderproof.conformance.runner.plain_pytest import from_target_file

        config.pluginmanager.register(from_target_file(config.getoption(_OPTION)), CONTROLLER)
    controller = _controller(config)
    if controller is not None and not config.getoption("numprocesses", None):
        from orderproof.conformance.runner.recorder import record_checks

        record_checks(config, controller.settings, controller.pool, controller.tokens)


def _controller(config: pytest.Config) -> Controller | None:
    return config.pluginmanager.get_plugin(CONTROLLER)
