"""Money we send by the bank: returned transfers, and what the bank reports of them and of refunds."""

from alembic import op

revision = "0012"
down_revision = "0011"

RUNTIME = "billing_runtime"
JOURNAL_KINDS = (
    "INVOICE VOID WRITE_OFF RECEIPT DEBIT MATCH CHARGE CREDIT_APPLIED REFUND COST OPENING_BALANCE REVERSAL"
    " FEE PAYOUT PAYOUT_ARRIVAL DISPUTE RETURN"
).split()

STATEMENTS = (
    """
    create table transfer_return (
        id uuid primary key default uuid7(),
        bank_transfer_id uuid not null references bank_transfer (id),
        status varchar not null
            constraint transfer_return_known_status_check check (status in ('PENDING', 'SUCCEEDED', 'FAILED')),
        payer_account jsonb not null,
        actor text not null,
        reason text not null,
        attempts smallint not null default 0,
        due_at timestamptz,
        accepted_at timestamptz,
        provider_reference text,
        problem text,
        created_at timestamptz not null,
        settled_at timestamptz,
        constraint transfer_return_only_pending_is_due_check check ((status = 'PENDING') = (due_at is not null)),
        constraint transfer_return_only_pending_is_unsettled_check check ((status = 'PENDING') = (settled_at is null)))""",
    "create index transfer_return_bank_transfer_id_idx on transfer_return (bank_transfer_id)",
    "create unique index transfer_return_once_key on transfer_return (bank_transfer_id) where status <> 'FAILED'",
    "create index transfer_return_due_at_idx on transfer_return (due_at) where due_at is not null",
    """
    create table payout_report (
        id uuid primary key default uuid7(),
        bank_file_id uuid not null references bank_file (id),
        order_id uuid not null,
        kind varchar not null
            constraint payout_report_known_kind_check check (kind in ('ACCEPTED', 'REJECTED', 'PAID', 'RETURNED')),
        amount_cents bigint,
        currency text,
        booked_on date,
        reference text,
        said text,
        bank_transfer_id uuid references bank_transfer (id),
        recorded_at timestamptz not null default now(),
        outcome varchar constraint payout_report_known_outcome_check
            check (outcome in ('SETTLED', 'CONTRADICTED', 'PASSED_OVER')),
        settled_at timestamptz,
        constraint payout_report_money_moved_check check ((kind in ('PAID', 'RETURNED')) = (amount_cents is not null)),
        constraint payout_report_brought_back_check check ((kind = 'RETURNED') = (bank_transfer_id is not null)),
        constraint payout_report_outcome_check check ((outcome is null) = (settled_at is null)))""",
    "create index payout_report_bank_file_id_idx on payout_report (bank_file_id)",
    "create index payout_report_order_id_idx on payout_report (order_id)",
    "create index payout_report_unsettled_idx on payout_report (id) where outcome is null",
    "create index payout_report_brought_back_idx on payout_report (bank_transfer_id) where kind = 'RETURNED'",
    "alter table journal drop constraint journal_known_kind_check",
    f"alter table journal add constraint journal_known_kind_check check (kind in ({', '.join(map(repr, JOURNAL_KINDS))}))",
    f"grant select, insert on transfer_return, payout_report to {RUNTIME}",
    (
        "grant update (status, attempts, due_at, accepted_at, provider_reference, problem, settled_at)"
        f" on transfer_return to {RUNTIME}"
    ),
    f"grant update (outcome, settled_at) on payout_report to {RUNTIME}",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for table in ("transfer_return", "payout_report"):
        op.execute(
            f"create trigger append_only before delete or truncate on {table}"
            " for each statement execute function refuse_change()"
        )
        op.execute(f"alter table {table} enable always trigger append_only")
