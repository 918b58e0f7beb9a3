"""What a month is closed with: its books, lists and reconciliations in one zip file, and a manifest of their hashes."""

import csv
import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from anyio import to_thread
from sqlalchemy import select

from billing.money import decimal_amount
from billing.periods import Period, month_after
from billing.refusals import NotFound
from graphql_api.exports.csv_file import csv_bytes
from graphql_api.exports.streaming import Exports
from procedures.close_month import reconcilable
from schema.closing_sheets import trial_balance
from schema.exports import ExportFormat, ExportInput, ExportKind
from schema.invoice_lists import InvoiceFilter
from schema.payment_lists import PaymentFilter
from schema.sheets import Asked
from schema.transfers import BankTransferFilter, TransferStatus
from storage.closing import ClosedMonth

PIECE_BYTES: Final = 64 * 1024
RECONCILED: Final = (
    "provider",
    "currency",
    "kind",
    "provider_total",
    "ledger_total",
    "timing",
    "unexplained",
    "lines_over_tolerance",
)


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

    async def write(self, month: date, folder: Path, *, at: datetime) -> None:
        """Write the pack's files into a folder, the manifest of their hashes last.

        Raises: NotFound for a month that is not closed.
        """
        closed = await self._closed(month)
        days = Period(start=month, end=month_after(month))
        await self._trial_balance(days, folder / "trial-balance.csv", at=at)
        for file, asked in _lists(days):
            with (folder / file).open("wb") as target:
                async with aclosing(self.exports.pieces(asked, at=at, primary=True)) as pieces:
                    async for piece in pieces:
                        target.write(piece)
        (folder / "reconciliation.csv").write_bytes(await self._reconciliations(days, at=at))
        manifest = closed | {"written_at": at.isoformat(), "sha256": _hashes(folder)}
        (folder / "manifest.json").write_text(
            json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )

    async def _closed(self, month: date) -> dict[str, Any]:
        async with self.exports.books.reading() as connection:
            found = (await connection.execute(select(ClosedMonth).where(ClosedMonth.month == month))).one_or_none()
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

    async def _trial_balance(self, days: Period, path: Path, *, at: datetime) -> None:
        asked_in = Asked(today=self.exports.books.day(at), zone=self.exports.books.zone.key)
        async with await self.exports.database.connect_to_export() as connection:
            with path.open("wb") as target:
                async for piece in csv_bytes(connection, trial_balance(days), asked_in):
                    target.write(piece)

    async def _reconciliations(self, days: Period, *, at: datetime) -> bytes:
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(RECONCILED)
        for provider in reconcilable(self.exports.registry):
            made = await self.exports.reconciled(provider, days, at=at)
            for sums in made.sums:
                totals = (sums.provider_cents, sums.ledger_cents, sums.timing_cents, sums.unexplained_cents)
                amounts = [decimal_amount(cents, sums.currency) for cents in totals]
                writer.writerow([provider, sums.currency, sums.kind, *amounts, sums.over_tolerance])
        return text.getvalue().encode("utf-8-sig")


def zipped(folder: Path, path: Path) -> None:
    """Put the files of a folder into a zip file, in the order of their names."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        for file in sorted(folder.iterdir()):
            pack.write(file, file.name)


def _lists(days: Period) -> Iterator[tuple[str, ExportInput]]:
    """The files of the month's lists."""
    last = date.fromordinal(days.end.toordinal() - 1)
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
    for kind, filters in narrowed.items():
        for form in (ExportFormat.CSV, ExportFormat.PDF):
            name = f"{kind.name.lower().replace('_', '-')}.{form.name.lower()}"
            yield name, ExportInput(kind=kind, format=form, **filters)
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
