"""What is lost with a subscription that was paused between its cancellation and its end stands under the pause alone."""

from importlib import import_module

from alembic import op

revision = "0027"
down_revision = "0026"

CHURN = import_module("storage.migrations.versions.0013_mrr_movements").CHURN
LOCKED = "c.mrr_eur_cents, 'CANCELLATION'"
LEFT = """case when exists (select from mrr_movement m where m.history_id = h.id) then c.mrr_eur_cents else 0 end
               as mrr_eur_cents,
           'CANCELLATION'"""


def upgrade() -> None:
    assert CHURN.count(LOCKED) == 1
    op.execute(CHURN.replace("create view", "create or replace view").replace(LOCKED, LEFT))
