"""How fast bank files are taken in: read, matched and booked, beside the same work row by row through the ORM.

Run: `python -m benchmarks.ingest [--transfers 100000]`. It starts an embedded PostgreSQL of its own with the settings of
an installation, makes as many open invoices as transfers (of `open_invoices`: seven of eight are tenants' own, so that
most matches book two journals of two books), and receives a BgMax and a camt.054 file of them in a process of its own.
93 of 100 transfers bear an invoice's OCR number and amount; the others another amount, free text, or nothing. Targets:
5,000 transfers/s from BgMax, 4,000 from camt.054, 15 times the ORM, in memory that does not grow with the file.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from zoneinfo import ZoneInfo

from psycopg import sql
from sqlalchemy import NullPool, create_engine, func, insert, literal_column, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from benchmarks.filling import fill_clubs, fill_invoices
from benchmarks.open_invoices import OpenInvoice, World, world
from billing.fx import Rates
from billing.journals import PaymentRef, matched, received
from billing.ledger import Posting
from billing.ocr import normal
from billing.periods import day_start
from procedures.receive_transfers import Received, receive
from procedures.rows import invoice_ref
from providers.registry import Registry
from storage import roles
from storage.accounting import AccountingEntry, Journal
from storage.embedded import EmbeddedServer, attached
from storage.engine import Database
from storage.invoices import Invoice
from storage.migrate import migrate
from storage.payments import Payment
from storage.rates import all_rates
from storage.transfers import BankDeposit, BankFile, BankTransfer
from tests.providers.bank_files import Paid, PaidIn, bgmax, camt054

SEED = 20_261_120
PAID_ON = date(2026, 11, 19)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
DEPOSIT_PAYMENTS = 500
ORM_TRANSFERS = 1_000


@dataclass(frozen=True, kw_only=True)
class Run:
    """One file received: how long it took, and the process's peak memory after a tenth of its items and at the end."""

    received: Received
    seconds: float
    peak_megabytes_early: float
    peak_megabytes: float


def deposits(invoices: Sequence[OpenInvoice]) -> list[PaidIn]:
    """Transfers for the invoices, in no order, in deposits of one currency each."""
    by_currency: dict[str, list[Paid]] = {}
    for place, invoice in enumerate(random.Random(SEED).sample(invoices, len(invoices))):
        by_currency.setdefault(invoice.currency, []).append(_paid(invoice, place))
    batches = [
        (currency, payments[start : start + DEPOSIT_PAYMENTS])
        for currency, payments in by_currency.items()
        for start in range(0, len(payments), DEPOSIT_PAYMENTS)
    ]
    return [
        PaidIn(payments=payments, serial=serial, day=PAID_ON, currency=currency)
        for serial, (currency, payments) in enumerate(batches, 1)
    ]


def _paid(invoice: OpenInvoice, place: int) -> Paid:
    cents, name, serial = invoice.outstanding_cents, invoice.customer_name, f"{place:012}"
    match place % 100:
        case rest if rest < 93:
            return Paid(cents=cents, reference=invoice.ocr, code="2", name=name, serial=serial)
        case 93 | 94:
            return Paid(cents=cents + 100, reference=invoice.ocr, code="2", name=name, serial=serial)
        case 95 | 96 | 97:
            return Paid(cents=cents, reference=f"faktura {invoice.number}", code="3", name=name, serial=serial)
        case _:
            return Paid(cents=cents, code="0", name=name, serial=serial)


@contextmanager
def filled(server: EmbeddedServer, name: str, there: World) -> Iterator[Database]:
    """A database of this name with the invoices of `there`, which nobody has paid."""
    names = {"name": sql.Identifier(name), "owner": sql.Identifier(roles.OWNER)}
    with server.connect_as_superuser() as superuser:
        superuser.execute(sql.SQL("create database {name} template billing owner {owner}").format(**names))
    database = server.database(name)
    with database.connect_as_owner(autocommit=True) as owner:
        owner.execute("insert into fx_rate values ('SEK', '2026-11-18', 11.2)")
        fill_clubs(owner, there.clubs)
        fill_invoices(owner, there.invoices)
        owner.execute("vacuum analyze")
    yield database
    with server.connect_as_superuser() as superuser:
        superuser.execute(sql.SQL("drop database {name} with (force)").format(**names))


def measured(database: Database, path: Path) -> Run:
    """Receive the file; runs in a process that has done nothing else."""
    early: list[float] = []

    def progress(_what: str, _count: int) -> None:
        early.append(peak_megabytes())

    registry = Registry.load(settings={})
    with database.connect() as connection, path.open("rb") as source:
        started = time.perf_counter()
        done = receive(
            connection, source, file_name=path.name, registry=registry, provider=None, actor="benchmark", reason=None,
            now=NOW, zone=STOCKHOLM, progress=progress,
        )  # fmt: skip
        seconds = time.perf_counter() - started
    return Run(
        received=done,
        seconds=seconds,
        peak_megabytes_early=early[len(early) // 10] if early else peak_megabytes(),
        peak_megabytes=peak_megabytes(),
    )


def peak_megabytes() -> float:
    """Of this process alone: what `getrusage` tells begins at the size of the one that started it."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


def by_orm(database: Database, payments: Sequence[Paid]) -> float:
    """Seconds for the same booking of payments by a session that adds and flushes row by row, and commits once."""
    engine = create_engine("postgresql+psycopg://", creator=database.connect, poolclass=NullPool)
    with database.connect() as connection, connection.cursor() as cursor:
        rates = all_rates(cursor)
    started = time.perf_counter()
    with Session(engine) as session, session.begin():
        deposit = _orm_deposit(session, len(payments))
        for ordinal, paid in enumerate(payments, 1):
            _orm_transfer(session, paid, deposit, ordinal, rates)
    return time.perf_counter() - started


def _orm_deposit(session: Session, count: int) -> BankDeposit:
    file = BankFile(
        provider="bankgirot", format="BgMax 01", file_name="orm", sha256="orm", imported_at=NOW, imported_by="benchmark",
        transfer_count=count, matched_count=0, unmatched_count=count, warnings=[],
    )  # fmt: skip
    session.add(file)
    session.flush()
    deposit = BankDeposit(
        bank_file_id=file.id, reference="orm", amount_cents=0, currency="SEK", booked_on=PAID_ON, payment_count=count
    )
    session.add(deposit)
    session.flush()
    return deposit


def _orm_transfer(session: Session, paid: Paid, deposit: BankDeposit, ordinal: int, rates: Rates) -> None:
    bears = func.reference_key(Invoice.ocr) == normal(
        paid.reference
    )  # as the index of open invoices' OCR numbers has it
    is_open = Invoice.outstanding_cents > literal_column("0")
    bearers = session.scalars(select(Invoice).where(bears, Invoice.ocr.is_not(None), is_open)).all()
    is_certain = len(bearers) == 1 and bearers[0].outstanding_cents == paid.cents
    transfer = BankTransfer(
        provider="bankgirot", bank_file_id=deposit.bank_file_id, deposit_id=deposit.id, ordinal=ordinal,
        status="MATCHED" if is_certain else "UNMATCHED", amount_cents=paid.cents, currency="SEK", booked_on=PAID_ON,
        ocr_text=paid.reference, refs=[], counterparty_name=paid.name, bank_reference=paid.serial,
    )  # fmt: skip
    session.add(transfer)
    session.flush()
    postings = received(
        transfer_id=transfer.id,
        cents=paid.cents,
        currency="SEK",
        on=PAID_ON,
        provider="bankgirot",
        reference=paid.serial,
    )
    if is_certain:
        postings += matched(_orm_payment(session, transfer, bearers[0]))
    for posting in postings:
        _orm_post(session, posting, rates)


def _orm_payment(session: Session, transfer: BankTransfer, invoice: Invoice) -> PaymentRef:
    cents = transfer.amount_cents
    payment = Payment(
        tenant_id=invoice.tenant_id, invoice_id=invoice.id, bank_transfer_id=transfer.id, method="BANKGIRO",
        provider="bankgirot", provider_reference=transfer.bank_reference, amount_cents=cents, allocated_cents=cents,
        currency="SEK", paid_at=day_start(PAID_ON, STOCKHOLM), outcome="SUCCEEDED",
    )  # fmt: skip
    session.add(payment)
    session.flush()
    return PaymentRef(
        id=payment.id, tenant_id=payment.tenant_id, currency="SEK", allocated_cents=cents, credited_cents=0,
        occurred_on=PAID_ON, invoice=invoice_ref(invoice), bank_transfer_id=transfer.id, provider="bankgirot",
        provider_reference=transfer.bank_reference,
    )  # fmt: skip


def _orm_post(session: Session, posting: Posting, rates: Rates) -> None:
    """A journal, then its legs, which the database takes in one statement only."""
    shared = {"book_id": posting.book_id, "tenant_id": posting.tenant_id, "currency": posting.currency}
    journal = Journal(
        id=uuid7(), kind=posting.kind, subject_id=posting.subject_id, leg_count=len(posting.legs), occurred_on=PAID_ON,
        booked_on=PAID_ON, description=posting.description, invoice_id=posting.invoice_id, payment_id=posting.payment_id,
        bank_transfer_id=posting.bank_transfer_id, provider=posting.provider,
        provider_reference=posting.provider_reference, **shared,
    )  # fmt: skip
    session.add(journal)
    session.flush()
    legs = zip(posting.legs, posting.eur_cents(rates), strict=True)
    rows = [
        {"journal_id": journal.id, "leg": number, "account": leg.account, "amount_cents": leg.cents,
         "amount_eur_cents": eur, "booked_on": PAID_ON, **shared}
        for number, (leg, eur) in enumerate(legs, 1)
    ]  # fmt: skip
    session.execute(insert(AccountingEntry).values(rows))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--transfers", type=int, default=100_000)
    count = parser.parse_args().transfers
    there = world(SEED, invoices=count * 11 // 10)
    payable = [invoice for invoice in there.invoices if invoice.currency in ("SEK", "EUR")]  # BgMax knows no others
    paid_in = deposits(payable[:count])
    with (
        tempfile.TemporaryDirectory(prefix="billing-ingest-") as made,
        ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as process,
    ):
        root = Path(made)
        root.chmod(0o711)
        with attached(root / "data") as server:
            migrate(server.database())
            with filled(server, "orm", there) as database:
                swedish = (paid for deposit in paid_in if deposit.currency == "SEK" for paid in deposit.payments)
                payments = list(islice(swedish, ORM_TRANSFERS))
                orm_rate = len(payments) / by_orm(database, payments)
            print(f"{'ORM, row by row':24} {len(payments):>8,} transfers {orm_rate:>8,.0f} transfers/s", flush=True)
            for name, write in (("bgmax", bgmax), ("camt054", camt054)):
                path = root / name
                path.write_bytes(write(*paid_in))
                with filled(server, name, there) as database:
                    _print(process.submit(measured, database, path).result(), path, orm_rate)


def _print(run: Run, path: Path, orm_rate: float) -> None:
    done = run.received
    rate = done.transfer_count / run.seconds
    print(
        f"{done.format:24} {done.transfer_count:>8,} transfers {rate:>8,.0f} transfers/s, {rate / orm_rate:.0f} times the ORM; "
        f"{path.stat().st_size / 1e6:.1f} MB in {run.seconds:.1f} s, {done.matched_count / done.transfer_count:.1%} matched; "
        f"peak {run.peak_megabytes_early:.0f} MB after a tenth, {run.peak_megabytes:.0f} MB at the end",
        flush=True,
    )


if __name__ == "__main__":
    main()
