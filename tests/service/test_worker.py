"""The worker: what was left behind is finished, and tenants are told, once."""

import asyncio
import re
import smtplib
from collections.abc import AsyncIterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner

from graphql_api.cli import main
from graphql_api.postbox import MailServer, OutboxFolder
from graphql_api.settings import Settings
from graphql_api.worker import Worker
from procedures.notify_tenant import MailNotTaken, notify_all
from storage.engine import Database
from storage.jobs import JobRunner
from tests.books import LittleBooks
from tests.refunds.desk import Desk, desk_over
from tests.refunds.gateway import Fault


@pytest.fixture
async def desk(database: Database, runtime: psycopg.Connection[Any]) -> AsyncIterator[Desk]:
    async with desk_over(database, LittleBooks(runtime)) as made:
        yield made


async def work_once(desk: Desk, folder: Path) -> tuple[int, int]:
    settings = Settings(data_dir=folder)
    async with Worker.over(settings, desk.database, desk.registry, now=lambda: desk.at) as worker:
        done = await worker.run_once()
    return done["refunds"], done["mails"]


def mails(folder: Path) -> list[EmailMessage]:
    return [
        message_from_bytes(path.read_bytes(), policy=policy.default)  # type: ignore[misc]
        for path in sorted((folder / "outbox").glob("*.eml"))
    ]


async def test_a_refund_without_an_answer_is_finished_and_its_tenant_told_once(desk: Desk, tmp_path: Path) -> None:
    tenant = desk.little.tenant("Björkens Boule", email="kassor@example.org")
    desk.gateway.faults = [Fault.REPLY_LOST]
    done = await desk.refund(desk.paid(125_000, tenant=tenant), 50_000, notify_tenant=True)
    assert (desk.row(done.refund_id)[0], done.notification_queued) == ("PENDING", False)

    desk.at += timedelta(minutes=1)
    assert (await work_once(desk, tmp_path), await work_once(desk, tmp_path)) == ((1, 1), (0, 0))

    assert desk.row(done.refund_id) == ("SUCCEEDED", False, 2, "CN-2026-000001")
    [mail] = mails(tmp_path)
    assert (mail["To"], mail["Subject"]) == ("kassor@example.org", "Återbetalning av 500,00\xa0kr")
    assert mail["Date"].datetime == desk.at
    text = mail.get_content()
    assert re.search(r"för faktura F-\d+\.", text)
    assert "Kreditnota: CN-2026-000001" in text


@pytest.mark.parametrize(
    ("country", "language", "begins"),
    [("SE", None, "Återbetalning"), ("NO", None, "Refund"), ("NO", "sv", "Återbetalning"), ("SE", "de", "Refund")],
)
async def test_a_tenant_is_told_in_its_language(
    desk: Desk, tmp_path: Path, country: str, language: str | None, begins: str
) -> None:
    tenant = desk.little.tenant(email="a@example.org", country=country, language=language)
    await desk.refund(desk.paid(10_000, tenant=tenant), 5_000, notify_tenant=True)

    await work_once(desk, tmp_path)

    assert [mail["Subject"].split()[0] for mail in mails(tmp_path)] == [begins]


async def test_a_tenant_without_an_address_is_not_told(desk: Desk, tmp_path: Path) -> None:
    done = await desk.refund(desk.paid(10_000, tenant=desk.little.tenant()), 5_000, notify_tenant=True)

    assert not done.notification_queued
    assert await work_once(desk, tmp_path) == (0, 0)


async def test_a_mail_that_is_not_taken_is_tried_again_later(desk: Desk, tmp_path: Path) -> None:
    await desk.refund(desk.paid(10_000), 5_000, notify_tenant=True)
    (tmp_path / "outbox").write_text("in the way")
    postbox = OutboxFolder(folder=tmp_path / "outbox", sender="billing@example.org")

    assert await notify_all(at=desk.at, books=desk.books, postbox=postbox) == 0
    assert await notify_all(at=desk.at, books=desk.books, postbox=postbox) == 0
    (tmp_path / "outbox").unlink()
    desk.at += timedelta(minutes=2)

    assert await notify_all(at=desk.at, books=desk.books, postbox=postbox) == 1
    assert desk.little.one("select attempts, sent_at is not null, due_at from notice") == (2, True, None)


async def test_a_mail_server_is_spoken_to_and_its_refusal_names_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    class Server:
        sent: list[EmailMessage] = []  # noqa: RUF012 - what all of them have sent

        def __init__(self, host: str, port: int, **_: Any) -> None:
            assert (host, port) == ("mail.example.org", 2525)

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None: ...

        def ehlo(self) -> None: ...

        def has_extn(self, _name: str) -> bool:
            return False

        def send_message(self, mail: EmailMessage) -> None:
            if self.sent:
                raise smtplib.SMTPRecipientsRefused({"kassor@example.org": (550, b"no such user")})
            self.sent.append(mail)

    monkeypatch.setattr(smtplib, "SMTP", Server)
    postbox = MailServer(url="smtp://mail.example.org:2525", sender="billing@example.org")

    await postbox.hand_over(EmailMessage(), key=uuid4())
    with pytest.raises(MailNotTaken) as refused:
        await postbox.hand_over(EmailMessage(), key=uuid4())

    assert [mail["From"] for mail in Server.sent] == ["billing@example.org"]
    assert "kassor" not in str(refused.value)


async def test_the_queue_wakes_a_worker_long_before_it_would_look(desk: Desk, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    async with (
        Worker.over(settings, desk.database, desk.registry, now=lambda: desk.at) as worker,
        worker.running(),
    ):
        await asyncio.sleep(0.5)
        await desk.refund(desk.paid(10_000), 5_000, notify_tenant=True)
        for _ in range(100):
            if mails(tmp_path):
                break
            await asyncio.sleep(0.1)

    assert len(mails(tmp_path)) == 1


async def test_a_job_whose_worker_died_is_put_back(desk: Desk, tmp_path: Path, owner: psycopg.Connection[Any]) -> None:
    await desk.refund(desk.paid(10_000), 5_000, notify_tenant=True)
    owner.execute(
        "with dead as (insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 hour') returning id)"
        " update procrastinate_jobs set status = 'doing', worker_id = (select id from dead) where task_name = 'notify_tenant'"
    )

    async with JobRunner(desk.database, {}).opened() as runner:
        rescued = await runner.rescue()

    assert rescued == 1
    assert desk.little.one("select count(*) from procrastinate_jobs where status = 'doing'") == (0,)


async def test_a_job_of_a_transaction_that_did_not_commit_was_never_there(desk: Desk) -> None:
    class Undone(Exception):
        pass

    async def undone() -> None:
        async with desk.books.transaction() as session:
            await desk.jobs.defer(session, "complete_refunds", at=desk.at)
            raise Undone

    with pytest.raises(Undone):
        await undone()

    assert desk.little.one("select count(*) from procrastinate_jobs") == (0,)


async def test_no_further_mail_is_begun_once_the_worker_was_told_to_stop(desk: Desk, tmp_path: Path) -> None:
    for _ in range(3):
        await desk.refund(desk.paid(10_000), 5_000, notify_tenant=True)
    postbox = OutboxFolder(folder=tmp_path / "outbox", sender="billing@example.org")

    sent = await notify_all(at=desk.at, books=desk.books, postbox=postbox, stopped=lambda: bool(mails(tmp_path)))

    assert (sent, len(mails(tmp_path))) == (1, 1)
    assert desk.little.one("select count(*) from notice where due_at is not null") == (2,)


async def test_a_worker_that_was_told_to_stop_begins_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.gateway.faults = [Fault.REPLY_LOST]
    await desk.refund(desk.paid(20_000), 5_000)
    await desk.refund(desk.paid(10_000), 5_000, notify_tenant=True)
    desk.at += timedelta(minutes=1)
    settings = Settings(data_dir=tmp_path)
    async with Worker.over(settings, desk.database, desk.registry, now=lambda: desk.at) as worker:
        worker.stop()
        assert await worker.run_once() == {}
        assert sum([await chore.work(desk.at) for chore in worker._chores]) == 0

    assert mails(tmp_path) == []
    assert await work_once(desk, tmp_path) == (1, 1)


def test_billing_worker_once_does_what_is_due_and_ends(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILLING_DATA_DIR", str(data_dir))

    done = CliRunner().invoke(main, ["worker", "--once"])

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("Done: bank files 0,")
    assert "dunning 0, dunning pauses 0, mails 0." in done.stdout
