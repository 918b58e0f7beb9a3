"""What alembic runs: the migrations, on the connection and in the transaction that `storage.migrate` opened."""

from alembic import context

from storage import accounting, audit, invoices, payments, sessions, subscriptions, tenants, transfers
from storage.columns import Row

TABLES = (
    accounting,
    audit,
    invoices,
    payments,
    sessions,
    subscriptions,
    tenants,
    transfers,
)  # imported: their rows are declared

context.configure(connection=context.config.attributes["connection"], target_metadata=Row.metadata)
context.run_migrations()
