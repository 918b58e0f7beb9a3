"""What was collected, refunded and paid in fees a tenant, plan and day."""

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Its tables come with the code that needs them."""
