"""Receiving files in tests: written here, or told item by item by a partner's reader."""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import psycopg

from billing.money import Money
from procedures.receive_transfers import Received, receive
from providers import Deposit, FileFormat, Item, Offer, SettledPayment
from providers.registry import Registry, _Plugin
from storage.engine import Database
from storage.invariants import snapshot, verify
from tests.books import NOW, RATE_OF_SEK, LittleBooks
from tests.providers.bank_files import Paid

REGISTRY = Registry.load(settings={})
STOCKHOLM = ZoneInfo("Europe/Stockholm")
DAY = date(2026, 11, 19)
TABLES = (
    "bank_file", "bank_deposit", "bank_transfer", "bank_identity", "payment", "journal", "accounting_entry", "audit_event",
)  # fmt: skip


@dataclass(frozen=True)
class Partner:
    """Stands in for the registry: whatever the bytes are, they say `items`, or are read by `read`."""

    items: Iterable[Item] = ()
    read: Callable[[BinaryIO], Any] | None = None

    def recognise(self, provider: str | None, _head: bytes) -> tuple[str, FileFormat]:
        read = self.read or (lambda _stream: iter(self.items))
        return provider or "partner", FileFormat(name="Partner 1", read=read)


class Leaving:
    """A partner's files begin with "LEAVE", and reading one ends the process."""

    def recognise(self, head: bytes, /) -> FileFormat | None:
        return FileFormat(name="Leaving 1", read=lambda _stream: sys.exit(0)) if head.startswith(b"LEAVE") else None


LEAVING = Offer(name="acme", display_name="Acme", version="1", settlement_files=Leaving())
WITH_LEAVING = Registry([_Plugin(name="acme", version="1", offer=LEAVING), *REGISTRY._plugins])


def received(
    database: Database,
    content: bytes | BinaryIO,
    *,
    file_name: str = "file.txt",
    registry: Any = REGISTRY,
    provider: str | None = None,
    reason: str | None = None,
) -> Received:
    """Receive a file on a connection of its own, as the runtime."""
    with database.connect() as connection:
        return receive(
            connection,
            BytesIO(content) if isinstance(content, bytes) else content,
            file_name=file_name,
            registry=registry,
            provider=provider,
            actor="finance@example.org",
            reason=reason,
            now=NOW,
            zone=STOCKHOLM,
        )


def partner_items(
    *cents: int, number: int = 1, identities: Sequence[str] = ("d1",), currency: str = "SEK"
) -> list[Item]:
    """A deposit of payments without references; each has an identity of its own after the deposit's first."""
    payments: list[Item] = [
        SettledPayment(
            deposit=number, ordinal=place, amount=Money(part, currency), identities=(f"{identities[0]}/{place}",)
        )
        for place, part in enumerate(cents, 1)
    ]
    return [*payments, deposit(sum(cents), number=number, identities=identities, currency=currency)]


def deposit(cents: int, *, number: int = 1, identities: Sequence[str] = ("d1",), currency: str = "SEK") -> Deposit:
    return Deposit(
        number=number,
        amount=Money(cents, currency),
        booked_on=DAY,
        payment_count=1,
        reference=f"Deposit {number}",
        identities=tuple(identities),
    )


def by_ocr(cents: int, reference: str, **values: Any) -> Paid:
    """A payment whose reference Bankgirot has checked."""
    return Paid(cents=cents, reference=reference, code="2", **values)


def know_rate(little: LittleBooks) -> None:
    """The krona's rate of the day before, so that nothing is said about an old one."""
    little._insert("fx_rate", currency="SEK", on_day=DAY - timedelta(days=1), rate=RATE_OF_SEK)


def counts(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """How many rows each table has that a bank file may touch."""
    return {table: connection.execute(f"select count(*) from {table}").fetchone()[0] for table in TABLES}  # type: ignore[index]


def assert_sound(connection: psycopg.Connection[Any]) -> None:
    """Every invariant of the books holds, and money on the bank account is what deposits and debits say."""
    with snapshot(connection):
        assert [checked.broken for checked in verify(connection) if checked.broken] == []
    on_account, waiting, from_deposits, inbox, debits = connection.execute(SUMS).fetchone()  # type: ignore[misc]
    assert on_account == from_deposits + debits["1930"]
    assert waiting == -inbox + debits["2999"]


SUMS = """
select (select coalesce(sum(amount_cents), 0) from accounting_entry where account = '1930'),
       (select coalesce(sum(amount_cents), 0) from accounting_entry where account = '2999'),
       (select coalesce(sum(amount_cents), 0) from bank_deposit),
       (select coalesce(sum(amount_cents), 0) from unmatched_bank_transfer),
       (select jsonb_build_object('1930', coalesce(sum(amount_cents) filter (where account = '1930'), 0),
                                  '2999', coalesce(sum(amount_cents) filter (where account = '2999'), 0))
          from accounting_entry join journal on journal.id = journal_id where kind = 'DEBIT')"""
