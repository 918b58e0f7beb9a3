"""Dunning cases, the actions taken in them, and the overrides they obeyed."""

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Its tables come with the code that needs them."""
