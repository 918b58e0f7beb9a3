"""What banks state of our accounts' balances."""

from alembic import op

revision = "0018"
down_revision = "0017"

RUNTIME = "billing_runtime"
STATEMENTS = (
    """
    create table bank_balance (
        id uuid primary key default uuid7(),
        bank_file_id uuid not null references bank_file (id),
        provider text not null,
        account text not null,
        currency text not null,
        from_day date not null,
        to_day date not null,
        opening_cents bigint not null,
        closing_cents bigint not null,
        sequence text,
        recorded_at timestamptz not null default now(),
        constraint bank_balance_days_check check (from_day <= to_day),
        constraint bank_balance_once_key
            unique (provider, account, currency, from_day, to_day, opening_cents, closing_cents))""",
    "create index bank_balance_bank_file_id_idx on bank_balance (bank_file_id)",
    f"grant select, insert on bank_balance to {RUNTIME}",
    (
        "create trigger append_only before update or delete or truncate on bank_balance"
        " for each statement execute function refuse_change()"
    ),
    "alter table bank_balance enable always trigger append_only",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
