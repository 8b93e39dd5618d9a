"""Records which states each check asks for, and which it uses up: the data by which `--dry-run` says what a run needs.

`python -m tests.recorded_needs` writes `reports/needs.json` anew: do so when a check asks for other states than before.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from unittest import mock

from orderproof.conformance.config.state_kinds import STATES
from orderproof.conformance.kit.lending import Lending
from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.server import start
from orderproof.conformance.runner.embedded import target_of
from orderproof.conformance.runner.preflight import preflight
from orderproof.conformance.runner.run_checks import run_checks
from orderproof.conformance.runner.selection import Selection
from orderproof.conformance.states.pool import Demand, Kept, Pool
from orderproof.conformance.states.sources import COUNTED
from orderproof.reports.needs import DATA, Need, Needs, as_text


class _Counting(Pool):
    """Counts what comes back as it was promised. `lends` is False where every check gets states of its own."""

    def __init__(self, *, lends: bool) -> None:
        super().__init__()
        self._lends = lends
        self.unharmed: Counter[str] = Counter()

    def lend(self, demand: Demand, holder: str) -> Kept | None:
        return super().lend(demand, holder) if self._lends else None

    def accepted(self) -> frozenset[str]:
        # Without reuse no request is spared for what an earlier check has seen.
        return super().accepted() if self._lends else frozenset()

    def give_back(self, kept: Kept) -> None:
        self.unharmed[kept.state.name] += not _is_used_up(kept)
        if self._lends:
            super().give_back(kept)


def _is_used_up(kept: Kept) -> bool:
    return bool(kept.done - (STATES[kept.state.name].stays_after or frozenset()))


@contextmanager
def _noted(pool: _Counting, needs: Needs) -> Iterator[None]:
    """Note at the end of each check what it asked for."""
    end = Lending.end

    def ended(lending: Lending, check: str, *, is_well: bool) -> None:
        # A state that an earlier check used up is wanted by whoever takes it, and costs nothing.
        lent = [kept for kept in lending._kept.values() if not _is_used_up(kept)]
        asked = [(state.name, state.params) for state in lending._borrower.trace.states]
        pool.unharmed.clear()
        end(lending, check, is_well=is_well)
        for name in {kept.state.name for kept in lent} | {name for name, _ in asked}:
            params = [one for asked_name, one in asked if asked_name == name]
            most = {key: max((one.get(key, 0) for one in params), default=0) for key in COUNTED}
            # What is never kept is a condition of the server, and no order that could be used up.
            is_order = STATES[name].stays_after is not None
            gone = sum(kept.state.name == name for kept in lent) - pool.unharmed[name] if is_order else 0
            needs.setdefault(check, {})[name] = Need(len(params), gone, **most)

    with mock.patch.object(Lending, "end", ended):
        yield


def recorded(patterns: Sequence[str] = (), *, lends: bool = False) -> Needs:
    """What the checks of the selected rules need on the reference server, by the name of the check."""
    pool, needs = _Counting(lends=lends), {}
    with start(choose([], [])) as running:
        target = target_of(running.where)
        settings = Settings(replace(target, limits=replace(target.limits, workers=1)))
        session = Session(settings, pool)
        try:
            settings = replace(settings, learned=preflight(session))
        finally:
            session.close()
        with _noted(pool, needs):
            run_checks(settings, Selection(tuple(patterns), is_narrow=bool(patterns)), pool=pool)
    return needs


def _joined(alone: Needs, together: Needs) -> Needs:
    """What each check asks for where nobody leaves it anything, and what it uses up in a run of all checks."""
    return {
        check: {
            name: replace(need, used_up=max(0, together.get(check, {}).get(name, need).used_up))
            for name, need in states.items()
        }
        for check, states in alone.items()
    }


if __name__ == "__main__":
    DATA.write_text(as_text(_joined(recorded(), recorded(lends=True))), encoding="utf-8")
