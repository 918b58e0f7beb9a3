"""Random lives of two subscriptions of a tenant, on random days: after every step log, movements, MRR, status, credit and
journals agree with the reference model, and every invariant of the books holds."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from billing.refusals import Refusal
from procedures.books import Books
from storage.engine import Database
from storage.invariants import snapshot, verify
from tests.books import LittleBooks
from tests.database import Clones
from tests.subscriptions.desk import Desk
from tests.subscriptions.model import PLANS, Model, No

BEGIN = date(2027, 12, 31)
WHICH, WAIT = st.integers(0, 1), st.integers(0, 45)


class Lives(RuleBasedStateMachine):
    """Every rule waits some days first: the worker has not run since, so the change itself must bring things up to date."""

    desk: ClassVar[Desk]
    run: ClassVar[asyncio.Runner]

    @initialize(trial=st.integers(0, 20))
    def subscribe(self, trial: int) -> None:
        little = self.desk.little
        self.today, self.tenant = BEGIN, little.tenant()
        ends = (BEGIN + timedelta(days=trial)) if trial else None
        self.models = [Model(started=BEGIN, trial_ends=ends), Model(started=BEGIN, trial_ends=None)]
        self.keys = [self._row(model) for model in self.models]

    def _row(self, model: Model) -> UUID:
        return self.desk.little.subscription(
            self.tenant,
            self.desk.plans["club"],
            status=model.status,
            started_on=BEGIN,
            trial_ends_on=model.trial_ends,
            current_period_start=BEGIN,
            current_period_end=model.end,
            anchor_day=BEGIN.day,
        )

    def _does(self, which: int, verb: str, real: Awaitable[object], *given: Any) -> None:
        """The same to both: they agree on whether it may be, too."""
        for model in self.models:
            model.live(self.today)
        try:
            getattr(self.models[which], verb)(*given)
        except No:
            with pytest.raises(Refusal):
                self.run.run(_waited(real))
        else:
            self.run.run(_waited(real))

    def _wait(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(which=WHICH, wait=WAIT, plan=st.sampled_from([*PLANS]), dear=st.booleans(), now=st.booleans())
    def change(self, which: int, wait: int, plan: str, dear: bool, now: bool) -> None:
        self._wait(wait)
        cents = PLANS[plan][1] * (2 if dear else 1)
        real = self.desk.change(self.keys[which], plan, cents, on=self.today, now=now)
        self._does(which, "change", real, plan, cents, now)

    @rule(which=WHICH, wait=WAIT, days=st.integers(1, 90))
    def pause(self, which: int, wait: int, days: int) -> None:
        self._wait(wait)
        real = self.desk.pause(self.keys[which], self.today + timedelta(days=days), on=self.today)
        self._does(which, "pause", real, days)

    @rule(which=WHICH, wait=WAIT)
    def resume(self, which: int, wait: int) -> None:
        self._wait(wait)
        self._does(which, "resume", self.desk.resume(self.keys[which], on=self.today))

    @rule(which=WHICH, wait=WAIT, now=st.sampled_from([False, False, True]))
    def cancel(self, which: int, wait: int, now: bool) -> None:
        self._wait(wait)
        self._does(which, "cancel", self.desk.cancel(self.keys[which], now=now, on=self.today), now)

    @rule(which=WHICH, days=st.integers(1, 30))
    def extend(self, which: int, days: int) -> None:
        self._does(which, "extend", self.desk.extend(self.keys[which], days, on=self.today), days)

    @rule(which=WHICH)
    def revoke(self, which: int) -> None:
        self._does(which, "revoke", self.desk.revoke(self.keys[which], on=self.today))

    @rule(wait=st.integers(30, 400))
    def silence(self, wait: int) -> None:
        self._wait(wait)

    @rule()
    def pay(self) -> None:
        for invoice, cents in self.desk.rows(
            "select id, outstanding_cents from invoice where tenant_id = %s and outstanding_cents > 0", self.tenant
        ):
            self.desk.little.paid(self.tenant, invoice, cents)
        for model in self.models:
            model.pay()

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "models"):
            return
        self.run.run(_waited(self.desk.work(self.today)))
        for model, key in zip(self.models, self.keys, strict=True):
            model.live(self.today)
            log = self.desk.rows(
                "select kind, effective_on from plan_history where subscription_id = %s order by ordinal", key
            )
            assert log == model.log
            assert self.desk.rows(STANDING, key) == [
                (model.status, model.cents, model.start, model.end, model.paused, model.until,
                 model.planned and model.planned[1])
            ]  # fmt: skip
        self._money_agrees()

    def _money_agrees(self) -> None:
        running = dict(self.desk.rows(MRR_A_DAY, self.tenant))
        brought = 0
        for day in sorted(self.models[0].mrr):
            brought += running.get(day, 0)
            assert brought == sum(model.mrr[day] for model in self.models), day
        [(credit, owed, charged)] = self.desk.rows(BOOKED, self.tenant)
        assert credit == sum(model.credited for model in self.models)
        assert owed == sum(cents for model in self.models for _, cents in model.bills)
        assert charged == sum(model.charged for model in self.models)


STANDING = """
    select status, amount_cents, current_period_start, current_period_end, paused_on, paused_until, planned_on
      from subscription where id = %s"""
MRR_A_DAY = "select occurred_on, sum(eur_cents)::bigint from mrr_movement where tenant_id = %s group by 1"
BOOKED = """
    select coalesce(-sum(amount_cents) filter (where account = '2420'), 0)::bigint,
           coalesce(sum(amount_cents) filter (where account = '1510'), 0)::bigint,
           coalesce(sum(amount_cents) filter (where account = '1510' and amount_cents > 0), 0)::bigint
      from accounting_entry where tenant_id = %s"""


async def _waited(work: Awaitable[object]) -> object:
    return await work


@pytest.fixture(scope="module")
def lives(database_clones: Clones) -> Iterator[tuple[type[Lives], Database]]:
    with ExitStack() as stack:
        database = stack.enter_context(database_clones.clone())
        runner = stack.enter_context(asyncio.Runner())
        connection = stack.enter_context(database.connect(autocommit=True))
        engine = database.engine(connections_max=2)
        desk = Desk(books=Books(engine=engine, zone=ZoneInfo("Europe/Stockholm")), little=LittleBooks(connection))
        for code, (unit, cents) in PLANS.items():
            desk.plan(code, cents, interval=unit)
        Lives.desk, Lives.run = desk, runner
        yield Lives, database
        runner.run(engine.dispose())


@pytest.mark.timeout(120)
def test_any_life_agrees_with_the_model(lives: tuple[type[Lives], Database]) -> None:
    machine, database = lives
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=14,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )

    with database.connect(autocommit=True) as connection, snapshot(connection):
        assert [checked.broken for checked in verify(connection) if checked.broken] == []
