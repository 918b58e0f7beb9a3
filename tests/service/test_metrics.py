"""The figures for a monitor: what was answered and done, what waits, and where they are served."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from graphql_api.chores import Chore
from graphql_api.metrics import serving_metrics
from graphql_api.settings import Settings, SettingsRefused
from graphql_api.worker import Worker
from providers.registry import Registry
from storage.engine import Database
from tests.books import NOW, LittleBooks
from tests.graphql.api import served


class Broken(Exception):
    """What a chore may run into."""


@pytest.fixture
def address(database: Database) -> Iterator[str]:
    with serving_metrics(database, host="127.0.0.1", port=0) as port:
        yield f"http://127.0.0.1:{port}/metrics"


def figure(address: str, name: str, **labels: str) -> float | None:
    answer = httpx.get(address)
    assert answer.headers["content-type"].startswith("text/plain")
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return sample.value
    return None


async def test_requests_are_counted_by_status(address: str, database: Database, tmp_path: Path) -> None:
    before = figure(address, "billing_http_requests_total", status="404") or 0
    async with served(database, tmp_path) as api:
        await api.client.get("/nowhere")
        await api.client.get("/nowhere")

    assert figure(address, "billing_http_requests_total", status="404") == before + 2


async def test_what_chores_do_and_how_often_they_fail_is_counted(
    address: str, database: Database, tmp_path: Path
) -> None:
    async def broken(_at: object) -> int:
        raise Broken

    async def fruitful(_at: object) -> int:
        return 3

    settings = Settings(data_dir=tmp_path)
    async with Worker.over(settings, database, Registry.load(settings={}), now=lambda: NOW) as worker:
        await worker._do(Chore(name="fruitful", every=timedelta(seconds=1), work=fruitful))
        with pytest.raises(Broken):
            await worker._do(Chore(name="broken", every=timedelta(seconds=1), work=broken))

    assert figure(address, "billing_chore_done_total", chore="fruitful") == 3
    assert figure(address, "billing_chore_failures_total", chore="broken") == 1
    assert figure(address, "billing_chore_failures_total", chore="fruitful") == 0
    assert (figure(address, "billing_chore_ended_timestamp_seconds", chore="fruitful") or 0) > 0


def test_what_waits_is_told_with_its_age(address: str, runtime: psycopg.Connection[Any]) -> None:
    little = LittleBooks(runtime)
    little.transfer(1_000)
    little._insert(
        "notice", id=little.plan(), kind="REFUND", subject_id=little.plan("other"), tenant_id=little.tenant(),
        created_at=NOW, due_at="2020-01-01",
    )  # fmt: skip

    assert figure(address, "billing_database_up") == 1
    assert figure(address, "billing_waiting", what="inbox") == 1
    assert figure(address, "billing_waiting", what="mails") == 1
    assert figure(address, "billing_waiting", what="jobs") == 0
    assert (figure(address, "billing_waiting_oldest_seconds", what="mails") or 0) > 86_400
    assert figure(address, "billing_jobs_failed") == 0


def test_a_database_that_does_not_answer_is_a_figure_too(database: Database) -> None:
    elsewhere = Database(runtime_url="host=127.0.0.1 port=1 dbname=none connect_timeout=1")
    with serving_metrics(elsewhere, host="127.0.0.1", port=0) as port:
        address = f"http://127.0.0.1:{port}/metrics"
        assert figure(address, "billing_database_up") == 0
        assert figure(address, "billing_waiting", what="jobs") is None


def test_a_port_that_is_taken_is_refused_in_a_sentence(database: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as theirs, pytest.raises(SettingsRefused, match="BILLING_METRICS_PORT"):
        serving_metrics(database, host="127.0.0.1", port=theirs.getsockname()[1]).__enter__()


def test_without_a_port_nothing_is_served(database: Database) -> None:
    with serving_metrics(database, host="127.0.0.1", port=None) as port:
        assert port is None
