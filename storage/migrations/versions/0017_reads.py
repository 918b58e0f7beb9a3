"""A page of what is open, the latest issued first, reads no paid invoice."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute("create index invoice_open_issued_idx on invoice (issued_on, id) where outstanding_cents > 0")
