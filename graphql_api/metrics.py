"""Figures for a monitor (Prometheus), at a port of their own that is meant for it alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from graphql_api.settings import SettingsRefused
from storage.engine import Database

CHORE_FAILURES: Final = Counter("billing_chore_failures", "Times a chore failed.", ["chore"], registry=None)
CHORE_DONE: Final = Counter("billing_chore_done", "What chores have done, by its number.", ["chore"], registry=None)
CHORE_ENDED: Final = Gauge("billing_chore_ended_timestamp_seconds", "When it last succeeded.", ["chore"], registry=None)

WAITING: Final = """
select 'jobs', count(*), min(coalesce(scheduled_at, now())) filter (where coalesce(scheduled_at, now()) <= now())
  from procrastinate_jobs where status in ('todo', 'doing')
union all
select 'mails', count(*), min(due_at) filter (where due_at <= now()) from notice where due_at is not null
union all
select 'refunds', count(*), min(due_at) filter (where due_at <= now()) from refund where due_at is not null
union all
select 'refunds_for_review', count(*), min(created_at) from refund where needs_review
union all
select 'dunning', count(*), min(next_action_on)::timestamptz
  from dunning_case where closed_on is null and next_action_on <= current_date and override_path is distinct from 'FREEZE'
union all
select 'inbox', count(*), min(booked_on)::timestamptz from bank_transfer where status = 'UNMATCHED'"""
FAILED: Final = "select count(*) from procrastinate_jobs where status in ('failed', 'aborted')"


class Requests(Collector):
    """How many requests were answered, by HTTP status (0: not at all), and how long that took. Counted in one thread."""

    def __init__(self) -> None:
        self._count: dict[int, int] = {}
        self._seconds = 0.0

    def count(self, status: int, seconds: float) -> None:
        self._count[status] = self._count.get(status, 0) + 1
        self._seconds += seconds

    def collect(self) -> Iterator[CounterMetricFamily]:
        answered = CounterMetricFamily("billing_http_requests", "Requests answered.", labels=["status"])
        for status, count in self._count.copy().items():
            answered.add_metric([str(status)], count)
        yield answered
        yield CounterMetricFamily("billing_http_request_seconds", "Time spent on them.", value=self._seconds)


REQUESTS: Final = Requests()


class Waiting(Collector):
    """What waits in the database: how much of it, and for how long the oldest has been due. Asked at each scrape."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("billing_database_up", "Whether the database answers.")
        try:
            figures = self._figures()
        except psycopg.Error:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from figures

    def _figures(self) -> list[GaugeMetricFamily]:
        waiting = GaugeMetricFamily("billing_waiting", "How much waits.", labels=["what"])
        oldest = GaugeMetricFamily("billing_waiting_oldest_seconds", "How long the oldest is due.", labels=["what"])
        failed = GaugeMetricFamily("billing_jobs_failed", "Jobs that were given up.")
        with self._database.connect(autocommit=True) as connection:
            aged = f"select what, count, coalesce(extract(epoch from now() - oldest), 0)::float from ({WAITING}) w(what, count, oldest)"  # noqa: S608
            for what, count, seconds in connection.execute(aged.encode()):
                waiting.add_metric([what], count)
                oldest.add_metric([what], max(0.0, seconds))
            for (count,) in connection.execute(FAILED):
                failed.add_metric([], count)
        return [waiting, oldest, failed]


def registry_over(database: Database) -> CollectorRegistry:
    """All figures of this process, and what waits in the database."""
    registry = CollectorRegistry()
    for own in (REQUESTS, CHORE_FAILURES, CHORE_DONE, CHORE_ENDED):
        registry.register(own)
    registry.register(ProcessCollector(registry=None))
    registry.register(Waiting(database))
    return registry


@contextmanager
def serving_metrics(database: Database, *, host: str, port: int | None) -> Iterator[int | None]:
    """Answer GET /metrics beside the body, where a port is set (0: any free one); gives the port.

    Raises: SettingsRefused.
    """
    if port is None:
        yield None
        return
    try:
        server, thread = start_http_server(port, addr=host, registry=registry_over(database))
    except OSError as error:
        where = f"{host} port {port}: {error.strerror}"
        told = f"Metrics cannot be served on {where}. Set BILLING_METRICS_PORT to another: each process has its own."
        raise SettingsRefused([told]) from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
