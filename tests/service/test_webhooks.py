"""POST /webhooks/{provider}: what is taken, what is refused, and that nothing of it is logged."""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from sandbox_provider.calls import signed

from storage.engine import Database
from tests.books import NOW
from tests.graphql.api import Api, served
from tests.logs import capturing

SECRET = "whispered-in-a-test"
CALL = json.dumps({"id": "evt_1", "kind": "refund", "subject": "sb_re_1", "payer": "Anna Andersson"}).encode()


@pytest.fixture
async def api(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    monkeypatch.setenv("BILLING_SANDBOX_WEBHOOK_SECRET", SECRET)
    async with served(database, tmp_path) as made:
        yield made


async def call(
    api: Api, body: bytes = CALL, *, at: datetime = NOW, secret: str = SECRET, provider: str = "sandbox"
) -> httpx.Response:
    headers = signed(secret, body, str(int(at.timestamp())))
    return await api.client.post(f"/webhooks/{provider}", content=body, headers=headers)


def kept(runtime: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return runtime.execute(
        "select provider, event_id, kind, subject_reference, received_at, due_at, attempts from provider_event"
    ).fetchall()


def jobs(runtime: psycopg.Connection[Any]) -> int:
    found = runtime.execute("select count(*) from procrastinate_jobs where task_name = 'take_in_events'").fetchone()
    return int(found[0]) if found else 0


async def test_a_genuine_call_is_kept_once_and_wakes_the_worker_once(
    api: Api, runtime: psycopg.Connection[Any]
) -> None:
    answers = [await call(api), await call(api), await call(api, at=NOW + timedelta(seconds=20))]

    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (200, {"status": "received"}),
        (200, {"status": "received before"}),
        (200, {"status": "received before"}),
    ]
    assert kept(runtime) == [("sandbox", "evt_1", "refund", "sb_re_1", NOW, NOW, 0)]
    assert jobs(runtime) == 1


@pytest.mark.parametrize(
    ("body", "how"),
    [
        (CALL, {"secret": "guessed"}),
        (CALL, {"secret": ""}),
        (CALL, {"at": NOW - timedelta(days=1)}),
        (CALL, {"at": NOW + timedelta(days=1)}),
        (CALL, {"at": NOW - timedelta(seconds=301)}),
        (b"not JSON", {}),
        (b"\xff\xfe", {}),
        (b"[]", {}),
        (b"", {}),
        (b'{"id": "evt_2", "kind": "refund"}', {}),
        (b'{"id": "evt\\u0000", "kind": "refund", "subject": "x"}', {}),
        (b'{"id": "", "kind": "refund", "subject": "x"}', {}),
        (json.dumps({"id": "e" * 256, "kind": "refund", "subject": "x"}).encode(), {}),
    ],
    ids=[
        "forged", "unsigned", "a day old", "a day ahead", "just too old", "not JSON", "not text", "a list", "nothing",
        "no subject", "a NUL", "no id", "an endless id",
    ],
)  # fmt: skip
async def test_what_is_no_genuine_call_of_these_minutes_is_refused_and_leaves_nothing(
    api: Api, runtime: psycopg.Connection[Any], body: bytes, how: dict[str, Any]
) -> None:
    answer = await call(api, body, **how)

    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (400, "BAD_USER_INPUT")
    assert (kept(runtime), jobs(runtime)) == ([], 0)


@pytest.mark.parametrize(
    ("provider", "status", "code"),
    [
        ("acme", 404, "PROVIDER_UNKNOWN"),
        ("bankgirot", 404, "PROVIDER_UNKNOWN"),  # it makes no calls
        ("stripe", 503, "PROVIDER_NOT_CONFIGURED"),
    ],
)
async def test_who_cannot_call_here_is_told_so(
    api: Api, runtime: psycopg.Connection[Any], provider: str, status: int, code: str
) -> None:
    answer = await call(api, provider=provider)

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code)
    assert kept(runtime) == []


async def test_a_call_is_at_most_a_megabyte(api: Api, runtime: psycopg.Connection[Any]) -> None:
    large = CALL[:-1] + b" " * (1_000_000 - len(CALL)) + b"}"

    assert (await call(api, large)).status_code == 200
    assert (await call(api, large + b" ")).status_code == 413
    assert len(kept(runtime)) == 1


async def test_only_posting_is_answered(api: Api) -> None:
    assert (await api.client.get("/webhooks/sandbox")).status_code in {404, 405}


async def test_neither_the_secret_nor_what_a_call_says_is_logged(api: Api) -> None:
    with capturing() as logged:
        await call(api)
        await call(api, secret="guessed")
        await call(api, b'{"payer": "Anna Andersson"')

    assert [line["status"] for line in logged.events("request")] == [200, 400, 400]
    assert [line["path"] for line in logged.events("request")] == ["/webhooks/{provider}"] * 3
    assert [line["provider"] for line in logged.events("call refused")] == ["sandbox"] * 2
    assert not any(said in logged.text for said in (SECRET, "guessed", "Anna", "evt_1", "sb_re_1", "sandbox-signature"))


async def test_what_a_partners_plugin_runs_into_is_the_callers_mistake_as_far_as_the_caller_is_told(
    api: Api, runtime: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise KeyError("payer Anna Andersson")

    monkeypatch.setattr("sandbox_provider.calls.SandboxWebhooks.verify", broken)
    with capturing() as logged:
        answer = await call(api)

    assert answer.status_code == 400
    assert "Anna" not in answer.text + logged.text
    assert kept(runtime) == []
