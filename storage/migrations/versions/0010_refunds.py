"""Refunds are ordered here: their intent and outcome, credit notes, notices, the queue, and the key of previews.

The queue's own tables are those of the installed release of its library, which is pinned.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"

RUNTIME = "billing_runtime"
EVENTS = "ORDERED TRIED UNKNOWN ACCEPTED SUCCEEDED FAILED REVERSED CONTRADICTED REVIEW RESOLVED".split()

REFUND_COLUMNS: tuple[sa.Column[Any], ...] = (
    sa.Column("idempotency_key", sa.Text()),
    sa.Column("preview_id", sa.Uuid(), unique=True),
    sa.Column("payer_account", JSONB()),
    sa.Column("notify_tenant", sa.Boolean(), server_default="false", nullable=False),
    sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
    sa.Column("due_at", sa.DateTime(timezone=True)),
    sa.Column("accepted_at", sa.DateTime(timezone=True)),
    sa.Column("needs_review", sa.Boolean(), server_default="false", nullable=False),
    sa.Column("failure_reason", sa.Text()),
)

REFUND_RULES = (
    "alter table refund drop constraint refund_parts_check",
    "alter table refund add constraint refund_parts_check check (surplus_cents between 0 and amount_cents)",
    "alter table refund add constraint refund_only_pending_is_due_check check (status = 'PENDING' or due_at is null)",
    (
        "alter table refund add constraint refund_pending_is_looked_after_check"
        " check (status <> 'PENDING' or due_at is not null or needs_review)"
    ),
    (
        "create unique index refund_once_key on refund (payment_id, amount_cents, actor, coalesce(idempotency_key, ''))"
        " where status <> 'FAILED' and external_id is null"
    ),
    "create index refund_due_at_idx on refund (due_at) where due_at is not null",
    "create index refund_pending_idx on refund (payment_id) where status = 'PENDING'",
    "create index refund_created_at_id_idx on refund (created_at, id)",
    "create unique index refund_credit_note_key on refund (credit_note) where external_id is null",
)

TABLES = (
    """
    create table refund_event (
        id uuid primary key default uuid7(),
        refund_id uuid not null references refund (id),
        at timestamptz not null,
        kind varchar not null constraint refund_event_known_kind_check check (kind in ({events})),
        note text)""",
    "create index refund_event_refund_id_idx on refund_event (refund_id)",
    "create table credit_note_series (year smallint primary key, last integer not null)",
    """
    create table notice (
        id uuid primary key default uuid7(),
        kind varchar not null constraint notice_known_kind_check check (kind in ('REFUND')),
        subject_id uuid not null,
        tenant_id uuid not null references tenant (id),
        created_at timestamptz not null,
        due_at timestamptz,
        attempts smallint not null default 0,
        sent_at timestamptz,
        unique (subject_id, kind),
        constraint notice_only_unsent_is_due_check check (sent_at is null or due_at is null))""",
    "create index notice_due_at_idx on notice (due_at) where due_at is not null",
    "create table signing_key (purpose text primary key, key bytea not null)",
    (
        "insert into signing_key (purpose, key)"
        " values ('refund_preview', sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())"
        " || uuid_send(gen_random_uuid())))"
    ),
)

GRANTS = (
    f"grant select on refund_event, credit_note_series, notice, signing_key to {RUNTIME}",
    f"grant insert on refund_event, credit_note_series, notice to {RUNTIME}",
    f"grant update (last) on credit_note_series to {RUNTIME}",
    f"grant update (due_at, attempts, sent_at) on notice to {RUNTIME}",
    f"grant update (tax_cents, attempts, due_at, accepted_at, needs_review, failure_reason) on refund to {RUNTIME}",
)

QUEUE_TABLES = ("workers", "jobs", "periodic_defers", "events")


def upgrade() -> None:
    for column in REFUND_COLUMNS:
        op.add_column("refund", column)
    for statement in (*REFUND_RULES, *TABLES, *GRANTS):
        op.execute(statement.replace("{events}", ", ".join(f"'{event}'" for event in EVENTS)))
    for events, table in (("update or delete or truncate", "refund_event"), ("delete or truncate", "notice")):
        op.execute(
            f"create trigger append_only before {events} on {table} for each statement execute function refuse_change()"
        )
        op.execute(f"alter table {table} enable always trigger append_only")
    _make_the_queue()


def _make_the_queue() -> None:
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    for name in QUEUE_TABLES:
        op.execute(f"grant select, insert, update, delete on procrastinate_{name} to {RUNTIME}")
    for sequence in ("workers_id", "jobs_id", "periodic_defers_id", "events_id"):
        op.execute(f"grant usage on sequence procrastinate_{sequence}_seq to {RUNTIME}")
