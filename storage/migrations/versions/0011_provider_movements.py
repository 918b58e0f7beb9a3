"""What the providers report of our balance there, and what their webhooks brought."""

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Its tables come with the code that needs them."""
