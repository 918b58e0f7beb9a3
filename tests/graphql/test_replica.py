"""With a replica: the dashboard, reports and exports are read there, and at the primary when it is gone."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from storage.embedded import attached
from storage.migrate import migrate
from tests.books import LittleBooks
from tests.database import data_folder
from tests.graphql.api import Api, served
from tests.storage.standby import Standby, standby_of

FIGURES = """{
    invoices { totalCount }
    revenueDashboard(filter: {from: "2026-11-%s", to: "2026-11-20"}) { grossRevenue { amountCents } }
    platformFeeReport(from: "2026-10-01", to: "2026-11-20") { totals { invoiceCount } }
    churnReport(from: "2026-11-01", to: "2026-11-20") { activeAtStart } }"""
LINK = "mutation { exportLink(input: {kind: INVOICES, format: %s}) { url } }"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    api: Api
    little: LittleBooks
    standby: Standby

    async def shown(self, day: str) -> tuple[int, int, int]:
        """Invoices in the list and in the fee report, and the gross revenue of a window that nobody asked for before."""
        told = await self.api.ask(FIGURES % day)
        (fees,) = told["platformFeeReport"]["totals"]
        gross = told["revenueDashboard"]["grossRevenue"]["amountCents"]
        return told["invoices"]["totalCount"], fees["invoiceCount"], gross

    async def exported(self, format_: str) -> bytes:
        link = (await self.api.ask(LINK % format_))["exportLink"]["url"]
        answer = await self.api.client.get(link)
        assert answer.status_code == 200, answer.text
        return answer.content


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    with data_folder() as here, data_folder() as there, attached(here, durable=False) as server:
        database = server.database()
        migrate(database)
        with database.connect(autocommit=True) as connection:
            little = LittleBooks(connection)
            club = little.tenant()
            little.paid(club, little.invoice(club, number="F-1"), 125_000)
            with standby_of(server, there) as standby:
                little.connection.execute("update tenant set name = name")
                standby.catch_up(server)  # with a transaction of its own it can tell how far behind it is
                replica: dict[str, Any] = {"replica_url": standby.url, "replica_lag_seconds_max": 3600}
                async with served(database, tmp_path, **replica) as api:
                    yield Installation(api=api, little=little, standby=standby)


async def test_reports_and_exports_are_the_replicas_while_it_keeps_up_and_the_primarys_when_it_is_gone(
    installation: Installation,
) -> None:
    assert await installation.shown("01") == (1, 1, 11_111)

    installation.standby.pause()
    club = installation.little.tenant("Havnens Petanque")
    installation.little.paid(club, installation.little.invoice(club, number="F-2"), 125_000)

    assert await installation.shown("02") == (2, 1, 11_111)
    assert b"F-1" in (there := await installation.exported("CSV"))
    assert b"F-2" not in there

    installation.standby.cluster.stop()

    assert await installation.shown("03") == (2, 2, 22_222)
    assert b"F-2" in await installation.exported("CSV")
    assert (await installation.exported("PDF")).startswith(b"%PDF")
