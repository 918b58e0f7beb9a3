"""Sessions of those who signed in with a browser, and sign-ins under way. They come and go: the service may delete them."""

from alembic import op

revision = "0009"
down_revision = "0008"

RUNTIME = "billing_runtime"

SESSION = """
create table session (
    id_hash text primary key,
    issuer text not null,
    actor text not null,
    roles text[] not null,
    authenticated_at timestamptz,
    opened_at timestamptz not null,
    seen_at timestamptz not null,
    expires_at timestamptz not null
)"""

ATTEMPT = """
create table sign_in_attempt (
    state_hash text primary key,
    browser_hash text not null,
    nonce text not null,
    code_verifier text not null,
    return_to text not null,
    max_age_seconds integer not null,
    started_at timestamptz not null,
    expires_at timestamptz not null
)"""


def upgrade() -> None:
    for table, columns in (("session", SESSION), ("sign_in_attempt", ATTEMPT)):
        op.execute(columns)
        op.execute(f"create index {table}_expires_at_idx on {table} (expires_at)")
        op.execute(f"grant select, insert, delete on {table} to {RUNTIME}")
    op.execute(f"grant update (seen_at) on session to {RUNTIME}")
