"""What a month is closed with: its books, lists and reconciliations in one zip file, and a manifest of their hashes."""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from anyio import to_thread
from sqlalchemy import Row, select

from billing.periods import Period, month_after
from billing.refusals import NotFound
from graphql_api.exports.csv_file import csv_bytes
from graphql_api.exports.rendering import Order, rendered
from graphql_api.exports.sheet_tables import table_of
from graphql_api.exports.streaming import Exports
from procedures.close_month import reconcilable
from schema.closing_sheets import reconciliation_sums, trial_balance
from schema.exports import ExportFormat, ExportInput, ExportKind
from schema.invoice_lists import InvoiceFilter
from schema.payment_lists import PaymentFilter
from schema.sheets import Asked, Sheet
from schema.transfers import BankTransferFilter, TransferStatus
from storage.closing import ClosedMonth

PIECE_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePacks:
    """Packs of closed months."""

    exports: Exports

    async def pieces(self, month: date, *, at: datetime) -> AsyncGenerator[bytes, None]:
        """The zip file in pieces.

        Raises: NotFound for a month that is not closed.
        """
        with tempfile.TemporaryDirectory(prefix="billing-close-") as name:
            folder = Path(name) / "pack"
            folder.mkdir()
            await self.write(month, folder, at=at)
            path = Path(name) / "pack.zip"
            await to_thread.run_sync(zipped, folder, path)
            with path.open("rb") as file:
                while piece := file.read(PIECE_BYTES):
                    yield piece

    async def has(self, month: date) -> bool:
        """Whether the month has a pack: it was closed, and not only with a later one."""
        return await self._row(month) is not None

    async def write(self, month: date, folder: Path, *, at: datetime) -> None:
        """Write the pack's files into a folder, the manifest of their hashes last.

        Raises: NotFound for a month that is not closed.
        """
        closed = await self._closed(month)
        days = Period(start=month, end=month_after(month))
        providers = reconcilable(self.exports.registry)
        sums = [(name, (await self.exports.reconciled(name, days, at=at)).sums) for name in providers]
        await self._sheet(trial_balance(days), days, folder / "trial-balance", at=at)
        await self._sheet(reconciliation_sums(sums), days, folder / "reconciliation", at=at)
        for file, asked in _lists(days, providers):
            await _save(self.exports.pieces(asked, at=at, primary=True), folder / file)
        manifest = closed | {"written_at": at.isoformat(), "sha256": _hashes(folder)}
        (folder / "manifest.json").write_text(
            json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )

    async def _row(self, month: date) -> Row[Any] | None:
        async with self.exports.books.reading() as connection:
            return (await connection.execute(select(ClosedMonth).where(ClosedMonth.month == month))).one_or_none()

    async def _closed(self, month: date) -> dict[str, Any]:
        found = await self._row(month)
        if found is None:
            raise NotFound("closed month", key=f"{month:%Y-%m}")
        return {
            "month": f"{found.month:%Y-%m}",
            "closed_at": found.closed_at.isoformat(),
            "closed_by": found.closed_by,
            "reason": found.reason,
            "drift_accepted": found.drift_accepted,
            "journals": found.journal_count,
            "audit_head_before": f"{found.audit_seq}:{found.audit_hash}",
        }

    async def _sheet(self, sheet: Sheet, days: Period, path: Path, *, at: datetime) -> None:
        """The sheet as CSV, and as pages."""
        exports = self.exports
        asked_in = Asked(today=exports.books.day(at), zone=exports.books.zone.key)
        async with await exports.database.connect_to_export() as connection:
            await _save(csv_bytes(connection, sheet, asked_in), path.with_suffix(".csv"))
        words = f"from {days.start}, to {_last(days)}"
        table = table_of(sheet, asked_in, filter_words=words, at=at)
        order = Order(conninfo=exports.database.export_conninfo(), format="PDF", table=table)
        await _save(rendered(order), path.with_suffix(".pdf"))


def zipped(folder: Path, path: Path) -> None:
    """Put the files of a folder into a zip file, in the order of their names."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        for file in sorted(folder.iterdir()):
            pack.write(file, file.name)


async def _save(pieces: AsyncGenerator[bytes, None], path: Path) -> None:
    with path.open("wb") as target:
        async with aclosing(pieces) as opened:
            async for piece in opened:
                target.write(piece)


def _last(days: Period) -> date:
    return days.end - timedelta(days=1)


def _lists(days: Period, providers: Sequence[str]) -> Iterator[tuple[str, ExportInput]]:
    """The files of the month's lists, and of the lines that each provider was reconciled by."""
    last = _last(days)
    narrowed: dict[ExportKind, dict[str, Any]] = {
        ExportKind.INVOICES: {"invoice_filter": InvoiceFilter(issued_from=days.start, issued_to=last)},
        ExportKind.PAYMENTS: {"payment_filter": PaymentFilter(paid_from=days.start, paid_to=last)},
        ExportKind.UNMATCHED_TRANSFERS: {
            "transfer_filter": BankTransferFilter(
                status=[TransferStatus.UNMATCHED, TransferStatus.IGNORED], booked_to=last
            )
        },
        ExportKind.PLATFORM_FEES: {"from_": days.start, "to": last},
        ExportKind.CHURN: {"from_": days.start, "to": last},
    }
    listed = [(kind.name.lower().replace("_", "-"), kind, filters) for kind, filters in narrowed.items()]
    for provider in providers:
        asked = {"provider": provider, "from_": days.start, "to": last}
        listed.append((f"reconciliation-{provider}", ExportKind.RECONCILIATION, asked))
    for name, kind, filters in listed:
        for form in (ExportFormat.CSV, ExportFormat.PDF):
            yield f"{name}.{form.name.lower()}", ExportInput(kind=kind, format=form, **filters)
    for form, extension in ((ExportFormat.CSV, "csv"), (ExportFormat.SIE4, "si")):
        yield (
            f"accounting-platform.{extension}",
            ExportInput(kind=ExportKind.ACCOUNTING, format=form, from_=days.start, to=last),
        )


def _hashes(folder: Path) -> dict[str, str]:
    found = {}
    for file in sorted(folder.iterdir()):
        with file.open("rb") as content:
            found[file.name] = hashlib.file_digest(content, "sha256").hexdigest()
    return found
