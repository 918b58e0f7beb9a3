"""A database to read from: tenants, plans, and as many invoices and payments as asked for, kept between runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from storage.embedded import EmbeddedServer, attached
from storage.engine import Database
from storage.migrate import migrate

TENANTS = 2_000

ROWS = """
insert into tenant (external_id, name, country, currency, created_on)
select 't' || k, 'Club ' || md5(k::text), (array['SE','NO','DK','FI'])[1 + k % 4],
       (array['SEK','NOK','DKK','EUR'])[1 + k % 4], date '2022-01-01' + k % 900
  from generate_series(1, {tenants}) as g(k);
insert into plan (code, name, tier, amount_cents, currency, interval, interval_count)
select 'plan' || k, 'Plan ' || k, k, 10000 * k, 'SEK', 'MONTH', 1 from generate_series(1, 6) as g(k);
insert into subscription (external_id, tenant_id, plan_id, status, amount_cents, currency, amount_eur_cents, started_on,
                          current_period_start, current_period_end)
select 's' || t.n, t.id, p.id, 'ACTIVE', p.amount_cents, 'SEK', p.amount_cents / 11, date '2024-01-01', date '2026-11-01',
       date '2026-12-01'
  from (select id, row_number() over (order by external_id) as n from tenant) t
  join (select id, tier, amount_cents from plan) p on p.tier = 1 + t.n % 6;
create temp table place as select id, currency, row_number() over (order by external_id) as n from tenant;
insert into invoice (external_id, tenant_id, number, ocr, issuer_type, customer_name, currency, total_cents, tax_cents,
                     issued_on, due_on, paid_cents, subscription_id)
select 'i' || k, p.id, 'F-' || k, (1000000 + k)::text, case when k % 3 = 0 then 'PLATFORM' else 'TENANT' end,
       'Customer ' || k % 5000, p.currency, 10000 + k % 90000, (10000 + k % 90000) / 5,
       date '2022-01-01' + (k::bigint * 1780 / {rows})::int, date '2022-01-31' + (k::bigint * 1780 / {rows})::int,
       case when k % 20 = 0 then 0 else 10000 + k % 90000 end, s.id
  from generate_series(1, {rows}) as g(k)
  join place p on p.n = 1 + k % {tenants}
  join subscription s on s.tenant_id = p.id;
insert into payment (external_id, tenant_id, invoice_id, method, provider, provider_reference, amount_cents, allocated_cents,
                     fee_cents, currency, paid_at, outcome)
select 'p' || k, i.tenant_id, i.id, (array['CARD','BANKGIRO','SWISH'])[1 + k % 3], 'sandbox', 'ch_' || k, 10000 + k % 90000,
       0, 150, i.currency, i.issued_on + interval '10 days', 'SUCCEEDED'
  from generate_series(1, {rows}) as g(k) join invoice i on i.external_id = 'i' || k;
create view revenue_by_month as
select date_trunc('month', p.paid_at at time zone 'UTC')::date as month, s.plan_id, t.country, count(*)::int as payments,
       sum(p.amount_cents)::bigint as amount_cents, 'SEK'::text as currency
  from payment p join tenant t on t.id = p.tenant_id join subscription s on s.tenant_id = t.id
 where p.paid_at >= '2022-01-01'
 group by 1, 2, 3;
create table revenue_row as
select uuid7() as id, row_number() over () as place, r.* from (select * from revenue_by_month order by month, plan_id, country) r;
alter table revenue_row add primary key (id), add foreign key (plan_id) references plan;
grant select on revenue_row, revenue_by_month to billing_runtime;
"""
FOR_THE_PEER = r"""
comment on table payment is E'@foreignKey (invoice_id) references invoice (id)\n@foreignKey (tenant_id) references tenant (id)'
"""
"""References that statements prove here are no foreign keys that it could find: it is told of those it is asked for."""


@contextmanager
def books(folder: Path, rows: int) -> Iterator[tuple[EmbeddedServer, Database]]:
    """The server with a database of `rows` invoices and payments, made at the first call."""
    name = f"reads_{rows}"
    with attached(folder) as server:
        with server.connect_as_superuser() as superuser:
            known = superuser.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
            if known is None:
                superuser.execute(f"create database {name} template billing owner billing_owner")
        database = server.database(name)
        if known is None:
            migrate(database)
            with server.connect_as_superuser(name) as superuser:
                _fill(superuser, rows)
                superuser.execute(FOR_THE_PEER)
        yield server, database


def _fill(superuser: psycopg.Connection[Any], rows: int) -> None:
    print(f"making {rows} invoices and payments, once", flush=True)
    superuser.execute("set session_replication_role = replica")  # rows by the million, without their journals
    superuser.execute("set synchronous_commit = off")
    for statement in ROWS.format(rows=rows, tenants=TENANTS).split(";\n"):
        if statement.strip():
            superuser.execute(statement)
    superuser.execute("vacuum (analyze)")
