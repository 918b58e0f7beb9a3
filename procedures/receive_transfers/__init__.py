"""Receive a bank file: recognised by its content, booked whole or not at all, in one transaction.

Its items are staged as they are read; once the file has proved sound, the books learn what is new in it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from uuid_utils.compat import uuid7

from billing.money import Money
from billing.periods import business_day
from billing.refusals import BadInput, ErrorCode, Refusal
from procedures.receive_transfers.arrival import Arrival
from procedures.receive_transfers.balances import keep_balances
from procedures.receive_transfers.booking import book
from procedures.receive_transfers.certain import match_certain
from procedures.receive_transfers.claimed import undo_claimed
from procedures.receive_transfers.gateway_payouts import mark_payouts, post_arrivals, told_of
from procedures.receive_transfers.known import mark_known
from procedures.receive_transfers.orders import mark_orders
from procedures.receive_transfers.soundness import refuse_unsound
from procedures.receive_transfers.staging import Progress, stage
from procedures.receive_transfers.telling import told
from providers.plugin_code import PluginFailed, plugin_code
from providers.registry import Registry, reader_failed
from providers.settlement_files import BankFileInvalid
from storage.audit import Done, record_bulk
from storage.rates import all_rates

FILE_NAME_MAX = 255
UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # control characters, and bytes that are no UTF-8
ONE_AT_A_TIME = 0x6261_6E6B  # the advisory lock's key

COUNTED = """
select count(*) filter (where known_as is null) as transfers, count(known_as) as known,
       (select count(*) from matched) as matched
  from staged where kind = 'PAYMENT'"""
TOTALS = """
select currency, sum(cents)::bigint from staged
 where kind = 'PAYMENT' and known_as is null group by currency order by currency"""
BANK_FILE = """
insert into bank_file (id, provider, format, file_name, sha256, imported_at, imported_by, transfer_count, matched_count,
                       unmatched_count, warnings)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""


class BankFileDuplicate(Refusal):
    """The very same bytes were received before."""

    code = ErrorCode.BANK_FILE_DUPLICATE

    def __init__(self, *, file_name: str, imported_at: datetime, imported_by: str) -> None:
        self.file_name, self.imported_at, self.imported_by = file_name, imported_at, imported_by
        super().__init__(
            f"The same file came before, as {file_name}, on {imported_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC "
            f"by {imported_by}. Nothing was booked."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a file brought: transfers booked (those matched, those that wait), their totals, and transfers known before."""

    bank_file_id: UUID
    provider: str
    format: str
    transfer_count: int
    matched_count: int
    known_count: int
    totals: tuple[Money, ...]
    warnings: tuple[str, ...]

    @property
    def unmatched_count(self) -> int:
        return self.transfer_count - self.matched_count


def _nothing(_what: str, _count: int) -> None:
    """Progress that nobody watches."""


def receive(
    connection: psycopg.Connection[Any],
    source: BinaryIO,
    *,
    file_name: str,
    registry: Registry,
    provider: str | None,
    actor: str,
    reason: str | None,
    now: datetime,
    zone: ZoneInfo,
    progress: Progress = _nothing,
) -> Received:
    """Book what `source` reports from where it stands, in a transaction of its own; certain payments are matched.

    `provider` None: whichever recognises it. The file is read once, in flat memory. Files are booked one at a time.

    Raises: BankFileInvalid, BankFileDuplicate, FxRateMissing, ProviderUnknown, ProviderNotConfigured, BadInput.
    """
    _check_name(file_name)
    arrival = Arrival(source)
    provider, recognised = registry.recognise(provider, arrival.head())
    with connection.transaction(), connection.cursor() as cursor:
        with _reading(provider):
            warnings, balances = stage(cursor, recognised.read(arrival), progress=progress)
        sha256 = arrival.sha256()
        cursor.execute("select pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        _refuse_duplicate(cursor, sha256)
        refuse_unsound(cursor, provider=provider, today=business_day(now, zone))
        mark_known(cursor, provider=provider)
        mark_orders(cursor, provider=provider)
        rates = all_rates(cursor)
        warnings.extend(told(cursor, rates))
        arrived = mark_payouts(cursor)
        warnings.extend(told_of(arrived))
        match_certain(cursor)
        received = _received(
            cursor, provider=provider, format_name=recognised.name, warnings=warnings, payouts=len(arrived)
        )
        _insert_bank_file(cursor, received, file_name=file_name, sha256=sha256, actor=actor, now=now)
        keep_balances(cursor, balances, bank_file_id=received.bank_file_id, provider=provider)
        book(cursor, bank_file_id=received.bank_file_id, provider=provider, rates=rates, zone=zone, progress=progress)
        undo_claimed(cursor, rates)
        post_arrivals(cursor, arrived, rates)
        record_bulk(cursor, [_done(received, sha256=sha256, actor=actor, reason=reason, now=now)])
    return received


@contextmanager
def _reading(provider: str) -> Iterator[None]:
    """What the reader gives is looked at by staging it: that it cannot be kept is the reader's failure too. It has nothing but
    our stream: a disk, a database or a machine that fails is not its fault.

    Raises: BankFileInvalid.
    """
    try:
        with plugin_code(provider, BankFileInvalid, psycopg.OperationalError, OSError, MemoryError):
            yield
    except PluginFailed as failed:
        raise BankFileInvalid([reader_failed(provider, failed)]) from failed


def _check_name(file_name: str) -> None:
    if not 0 < len(file_name) <= FILE_NAME_MAX or UNSPEAKABLE.search(file_name):
        raise BadInput(
            f"A file name has 1 to {FILE_NAME_MAX} characters, none of them a control character or no UTF-8.",
            argument="fileName",
        )


def _refuse_duplicate(cursor: psycopg.Cursor[Any], sha256: str) -> None:
    cursor.execute("select file_name, imported_at, imported_by from bank_file where sha256 = %s", [sha256])
    if (before := cursor.fetchone()) is not None:
        file_name, imported_at, imported_by = before
        raise BankFileDuplicate(file_name=file_name, imported_at=imported_at, imported_by=imported_by)


def _received(
    cursor: psycopg.Cursor[Any], *, provider: str, format_name: str, warnings: list[str], payouts: int
) -> Received:
    [(transfers, known, matched)] = cursor.execute(COUNTED).fetchall()
    return Received(
        bank_file_id=uuid7(),
        provider=provider,
        format=format_name,
        transfer_count=transfers,
        matched_count=matched,
        known_count=known - payouts,
        totals=tuple(Money(cents, currency) for currency, cents in cursor.execute(TOTALS)),
        warnings=tuple(warnings),
    )


def _insert_bank_file(
    cursor: psycopg.Cursor[Any], received: Received, *, file_name: str, sha256: str, actor: str, now: datetime
) -> None:
    counts = (received.transfer_count, received.matched_count, received.unmatched_count)
    row = (received.bank_file_id, received.provider, received.format, file_name, sha256, now, actor, *counts)
    cursor.execute(BANK_FILE, (*row, list(received.warnings)))


def _done(received: Received, *, sha256: str, actor: str, reason: str | None, now: datetime) -> Done:
    return Done(
        at=now,
        actor=actor,
        action="bank_file.received",
        subject_type="bank_file",
        subject_id=received.bank_file_id,
        reason=reason,
        details={
            "provider": received.provider,
            "format": received.format,
            "sha256": sha256,
            "transfers": received.transfer_count,
            "matched": received.matched_count,
            "unmatched": received.unmatched_count,
            "known": received.known_count,
            "totals": {total.currency: total.cents for total in received.totals},
        },
    )
