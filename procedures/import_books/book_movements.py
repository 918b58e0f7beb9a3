"""What new entries of the subscriptions' log did to monthly recurring revenue."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby, islice
from typing import NamedTuple
from uuid import UUID

from billing.intervals import Interval
from billing.mrr import Change, Movement, Price, TenantMrr
from billing.subscriptions import COUNTED, STATUS_AFTER, UNCHANGED_PRICE
from procedures.import_books.booking import BATCH, Ledger
from storage.mrr import COLUMNS, copy_movements

# All of the log of each tenant of whom something is new; what this transaction wrote was recorded at its `now()`.
LOG = """
    select s.tenant_id, s.id, h.id, h.recorded_at = now(), h.effective_on, h.kind, s.trial_ends_on is not null,
           s.currency, h.plan_id, p.interval, p.interval_count, h.amount_cents, h.amount_eur_cents
      from plan_history h join subscription s on s.id = h.subscription_id join plan p on p.id = h.plan_id
     where s.tenant_id in (select t.tenant_id from plan_history n join subscription t on t.id = n.subscription_id
                            where n.recorded_at = now())
     order by s.tenant_id, s.id, h.ordinal"""

STAGED = "create temporary table staged_movement on commit drop as select {columns} from mrr_movement where false"
WRITTEN = "insert into mrr_movement ({columns}) select {columns} from staged_movement"


class Entry(NamedTuple):
    """A row of the log with its subscription and plan."""

    tenant_id: UUID
    subscription_id: UUID
    history_id: UUID
    is_new: bool
    on: date
    kind: str
    has_trial: bool
    currency: str
    plan_id: UUID
    unit: str
    how_many: int
    cents: int
    eur_cents: int

    @property
    def price(self) -> Price:
        return Price(
            plan_id=self.plan_id,
            interval=Interval(unit=self.unit, count=self.how_many),
            cents=self.cents,
            currency=self.currency,
            eur_cents=self.eur_cents,
        )


def book_movements(ledger: Ledger) -> None:
    """Append the movements of what this run wrote into the log, in one statement whatever their number."""
    columns = ", ".join(COLUMNS)
    ledger.connection.execute(STAGED.format(columns=columns).encode())
    entries = (Entry(*row) for rows in ledger.facts("histories read", LOG) for row in rows)
    movements = _of_all(entries)
    while batch := list(islice(movements, BATCH)):
        with ledger.connection.cursor() as cursor:
            copy_movements(cursor, "staged_movement", batch)
    ledger.connection.execute(WRITTEN.format(columns=columns).encode())


def _of_all(entries: Iterator[Entry]) -> Iterator[Movement]:
    for tenant_id, of_tenant in groupby(entries, key=lambda entry: entry.tenant_id):
        changes = [
            found
            for _, of_one in groupby(of_tenant, key=lambda entry: entry.subscription_id)
            for found in _changes(of_one)
        ]
        changes.sort(key=lambda found: (found[0], found[1].on))  # what is known, then what is new, day by day
        known = [change for is_new, change in changes if not is_new]
        tenant = TenantMrr(tenant_id=tenant_id)
        for _ in tenant.movements(known):
            pass
        yield from tenant.movements(change for is_new, change in changes if is_new)


def _changes(entries: Iterator[Entry]) -> Iterator[tuple[bool, Change]]:
    """What each entry of one subscription changed, and whether it is new."""
    status, price, before = "CANCELLED", None, None
    for entry in entries:
        status = STATUS_AFTER.get(entry.kind, status)
        if entry.kind == "STARTED":
            status = "TRIALING" if entry.has_trial else "ACTIVE"
        if price is None or entry.kind not in UNCHANGED_PRICE:
            price = entry.price
        after = price if status in COUNTED else None
        yield (
            entry.is_new,
            Change(
                subscription_id=entry.subscription_id,
                history_id=entry.history_id,
                on=entry.on,
                cause=entry.kind,
                before=before,
                after=after,
            ),
        )
        before = after
