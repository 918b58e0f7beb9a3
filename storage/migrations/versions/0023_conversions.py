"""Movements that settle in another currency than the payer's, and the journals that move them between both."""

from alembic import op

revision = "0023"
down_revision = "0022"

JOURNAL_KINDS = (
    "INVOICE VOID WRITE_OFF RECEIPT DEBIT MATCH CHARGE CREDIT_APPLIED REFUND COST OPENING_BALANCE REVERSAL"
    " FEE PAYOUT PAYOUT_ARRIVAL DISPUTE RETURN PRORATION_CREDIT CONVERSION_OUT CONVERSION_IN"
).split()

STATEMENTS = (
    "alter table provider_movement add column presented_cents bigint, add column presented_currency text",
    (
        "alter table provider_movement add constraint provider_movement_presented_check"
        " check ((presented_cents is null) = (presented_currency is null))"
    ),
    (
        "create index provider_movement_presented_idx on provider_movement (provider, occurred_on)"
        " where presented_currency is not null"
    ),
    "alter table journal drop constraint journal_known_kind_check",
    f"alter table journal add constraint journal_known_kind_check check (kind in ({', '.join(map(repr, JOURNAL_KINDS))}))",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
