"""What the providers report of our balance there, which window of it is known, and what their webhooks brought."""

from alembic import op

revision = "0011"
down_revision = "0010"

RUNTIME = "billing_runtime"
MOVEMENT_KINDS = "CHARGE REFUND FEE DISPUTE PAYOUT DEPOSIT ADJUSTMENT UNCLASSIFIED".split()
JOURNAL_KINDS = (
    "INVOICE VOID WRITE_OFF RECEIPT DEBIT MATCH CHARGE CREDIT_APPLIED REFUND COST OPENING_BALANCE REVERSAL"
    " FEE PAYOUT PAYOUT_ARRIVAL DISPUTE"
).split()

TABLES = (
    """
    create table provider_movement (
        id uuid primary key default uuid7(),
        provider text not null,
        kind varchar not null constraint provider_movement_known_kind_check check (kind in ({movement_kinds})),
        reference text not null,
        subject_reference text,
        subject_aliases text[] not null,
        payment_references text[] not null,
        payout_reference text,
        amount_cents bigint not null,
        currency text not null,
        occurred_at timestamptz not null,
        occurred_on date not null,
        description text not null,
        recorded_at timestamptz not null default now(),
        constraint provider_movement_provider_reference_kind_key unique (provider, reference, kind))""",
    "create index provider_movement_provider_occurred_on_id_idx on provider_movement (provider, occurred_on, id)",
    (
        "create index provider_movement_subject_reference_idx on provider_movement (subject_reference)"
        " where subject_reference is not null"
    ),
    "create index provider_movement_payout_idx on provider_movement (amount_cents) where kind = 'PAYOUT'",
    """
    create table provider_sync (
        provider text primary key,
        id uuid not null default uuid7(),
        synced_from timestamptz not null,
        synced_through timestamptz not null,
        constraint provider_sync_window_check check (synced_from < synced_through))""",
    """
    create table provider_event (
        id uuid primary key default uuid7(),
        provider text not null,
        event_id text not null,
        kind text not null,
        subject_reference text not null,
        received_at timestamptz not null,
        processed_at timestamptz,
        attempts smallint not null default 0,
        due_at timestamptz,
        problem text,
        constraint provider_event_provider_event_id_key unique (provider, event_id),
        constraint provider_event_only_unprocessed_is_due_check check (processed_at is null or due_at is null))""",
    "create index provider_event_due_at_idx on provider_event (due_at) where due_at is not null",
    "alter table journal drop constraint journal_known_kind_check",
    "alter table journal add constraint journal_known_kind_check check (kind in ({journal_kinds}))",
)
GRANTS = (
    f"grant select on provider_movement, provider_sync, provider_event to {RUNTIME}",
    f"grant insert on provider_movement, provider_sync, provider_event to {RUNTIME}",
    f"grant update (synced_from, synced_through) on provider_sync to {RUNTIME}",
    f"grant update (processed_at, attempts, due_at, problem) on provider_event to {RUNTIME}",
)
PROTECTED = (
    ("update or delete or truncate", "provider_movement"),
    ("delete or truncate", "provider_sync"),
    ("delete or truncate", "provider_event"),
)


def upgrade() -> None:
    kinds = {"movement_kinds": _quoted(MOVEMENT_KINDS), "journal_kinds": _quoted(JOURNAL_KINDS)}
    for statement in TABLES:
        op.execute(statement.format(**kinds))
    for grant in GRANTS:
        op.execute(grant)
    for events, table in PROTECTED:
        op.execute(
            f"create trigger append_only before {events} on {table} for each statement execute function refuse_change()"
        )
        op.execute(f"alter table {table} enable always trigger append_only")


def _quoted(words: list[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)
