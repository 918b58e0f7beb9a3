from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from graphql_api.health import REMEMBERED_SECONDS, Readiness, database_probe, healthy
from storage.engine import Database
from tests.database import Clones


class Probe:
    """A database that is as a test says. Counts how often it is asked."""

    def __init__(self) -> None:
        self.problem: str | None = None
        self.asked, self.seconds = 0, 100.0

    def __call__(self) -> str | None:
        self.asked += 1
        return self.problem

    def client(self) -> httpx.AsyncClient:
        readiness = Readiness(probe=self, clock=lambda: self.seconds)
        app = Starlette(routes=[Route("/healthz", healthy), Route("/readyz", readiness.answer)])
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://billing.test")


async def test_the_process_is_up_whatever_the_database_does() -> None:
    probe = Probe()
    probe.problem = "The database does not answer."
    async with probe.client() as client:
        response = await client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "up"})
    assert probe.asked == 0


async def test_readiness_follows_the_database_and_asks_it_at_most_once_a_second() -> None:
    probe = Probe()
    async with probe.client() as client:
        for _ in range(20):
            assert (await client.get("/readyz")).json() == {"status": "ready"}
        assert probe.asked == 1
        probe.problem = "The database does not answer."
        probe.seconds += REMEMBERED_SECONDS
        response = await client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "not ready", "because": "The database does not answer."}


def test_a_migrated_database_is_ready(database: Database) -> None:
    assert database_probe(database)() is None


def test_a_database_without_the_tables_of_this_release_is_not_ready(
    database: Database, database_clones: Clones
) -> None:
    with database.connect_as_owner(autocommit=True) as owner:
        owner.execute("update alembic_version set version_num = '0001'")
    assert database_probe(database)() == "The database's schema is behind this release."


def test_a_database_that_is_not_there_is_not_ready(tmp_path: Path) -> None:
    nowhere = Database(runtime_url=f"postgresql:///billing?host={tmp_path}")
    assert database_probe(nowhere)() == "The database does not answer."
