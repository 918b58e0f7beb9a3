"""Money we send by the bank: refunds and returned transfers, on their way and confirmed."""

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Its tables come with the code that needs them."""
