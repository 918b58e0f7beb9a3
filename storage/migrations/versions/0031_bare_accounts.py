"""A Swedish bank account is the same by its IBAN and by its number: what came under the one is known under the other."""

from alembic import op

revision = "0031"
down_revision = "0030"

# What came under both already keeps both keys.
BARE = r"""
with found as (
    select key, split_part(key, ':', 1) as kind, split_part(key, ':', 2) as account
      from bank_identity
     where provider = 'bankgirot' and key ~ '^(payment|deposit|debit|charge):(SE[0-9]{22}|[0-9 -]+):'),
bare as (
    select distinct on (bare_key) key, bare_key
      from (select key, kind || ':' || ltrim(regexp_replace(account, '^SE[0-9]{5}|[ -]', '', 'g'), '0')
                            || substr(key, length(kind) + length(account) + 2) as bare_key
              from found) made
     order by bare_key, key)
update bank_identity known set key = bare.bare_key
  from bare
 where known.provider = 'bankgirot' and known.key = bare.key and bare.bare_key <> bare.key
   and not exists (select from bank_identity other where (other.provider, other.key) = ('bankgirot', bare.bare_key))"""


def upgrade() -> None:
    op.execute("alter table bank_identity disable trigger append_only")
    op.execute(BARE)
    op.execute("alter table bank_identity enable always trigger append_only")
