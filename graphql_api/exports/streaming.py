"""Which bytes an export is, whoever asks for it: a link, or the command line."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from datetime import datetime

from billing.periods import Period
from graphql_api.exports.asked import in_words
from graphql_api.exports.csv_file import csv_bytes
from graphql_api.exports.rendering import Order, rendered
from graphql_api.exports.sheet_tables import table_of
from graphql_api.exports.sie_file import sie_bytes
from procedures.books import Books
from procedures.reconcile import Reconciled, check_reconcilable, reconcile
from providers.registry import Registry
from schema.export_sheets import reconciled_days, reconciliation_sheet, sheet_of
from schema.exports import ExportFormat, ExportInput, ExportKind, as_json
from schema.reading.questions import Named
from schema.reading.statements import keys_of, unknown
from schema.sheets import Asked
from storage.engine import Database
from storage.jobs import Jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Exports:
    """Exports of one database. `platform_name`: whose book the platform's is."""

    database: Database
    books: Books
    registry: Registry
    jobs: Jobs
    tolerance_cents: int
    platform_name: str

    async def reconciled(self, provider: str, days: Period, *, at: datetime) -> Reconciled:
        """A provider held against the ledger.

        Raises: ProviderUnknown, ProviderNotConfigured, BadInput.
        """
        check_reconcilable(provider, self.registry)
        return await reconcile(
            provider,
            days,
            at=at,
            books=self.books,
            registry=self.registry,
            jobs=self.jobs,
            tolerance_cents=self.tolerance_cents,
        )

    async def pieces(self, asked: ExportInput, *, at: datetime, primary: bool = False) -> AsyncGenerator[bytes, None]:
        """The file in pieces; it is read while they are taken, and no further. `primary`: with all that was committed
        before, which a replica may still lack.

        Raises: BadInput, NotFound, CurrenciesMixed, TooManyDecimals; all before the first piece.
        """
        async with AsyncExitStack() as opened:
            source = await opened.enter_async_context(aclosing(await self._source(opened, asked, at, primary=primary)))
            async for piece in source:
                yield piece

    async def _source(
        self, opened: AsyncExitStack, asked: ExportInput, at: datetime, *, primary: bool
    ) -> AsyncGenerator[bytes, None]:
        """Where the pieces come from; what they need stays open as long as the stack."""
        asked_in = Asked(today=self.books.day(at), zone=self.books.zone.key)
        sheet = sheet_of(asked, today=asked_in.today)
        await self._check(sheet.named)
        if asked.kind is ExportKind.RECONCILIATION:
            provider, days = reconciled_days(asked)
            sheet = reconciliation_sheet((await self.reconciled(provider, days, at=at)).lines, asked.state)
        database = self.database if primary else await self._report_database()
        if asked.format in {ExportFormat.XLSX, ExportFormat.PDF}:
            return rendered(
                Order(
                    conninfo=database.export_conninfo(),
                    format=asked.format.name,
                    table=table_of(sheet, asked_in, filter_words=in_words(as_json(asked)), at=at),
                )
            )
        connection = await opened.enter_async_context(await database.connect_to_export())
        if asked.format is ExportFormat.CSV:
            return csv_bytes(connection, sheet, asked_in)
        return sie_bytes(connection, asked, asked_in, platform_name=self.platform_name)

    async def _check(self, named: Sequence[Named]) -> None:
        """Raises: what something unknown that the filter names refuses with."""
        if named:
            async with self.books.reading() as connection:
                for place, key in await connection.execute(unknown([one.column for one in named]), keys_of(named)):
                    raise named[place].unknown(key)

    async def _report_database(self) -> Database:
        """Where a long reading burdens nobody: the replica, when it keeps up."""
        replica = self.books.replica
        if replica is not None and await replica.keeps_up(self.books.engine, asked_now=True):
            return replica.database
        return self.database
