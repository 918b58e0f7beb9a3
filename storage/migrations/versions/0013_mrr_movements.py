"""Every change of monthly recurring revenue as an appended fact, and its sums a day."""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Its tables come with the code that needs them."""
