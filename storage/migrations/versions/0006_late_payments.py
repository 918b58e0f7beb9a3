"""A payment that was pending when it was first imported succeeds on a later day, and at a fee known only then."""

from alembic import op

revision = "0006"
down_revision = "0004"

RUNTIME = "billing_runtime"


def upgrade() -> None:
    op.execute(f"grant update (paid_at, fee_cents) on payment to {RUNTIME}")
