"""`plans.csv`: the price list."""

from procedures.import_books import cells
from procedures.import_books.columns import Column, cents, key, percent, text
from procedures.import_books.source import Source
from storage.tenants import INTERVALS

PLANS = Source(
    noun="plan",
    file="plans.csv",
    key=("code",),
    columns=(
        key("code"),
        text("name", booked=False),
        Column(name="tier", read=cells.required(cells.whole(least=0, most=1000)), sql="integer", booked=False),
        cents("amount_cents"),
        text("currency", cells.currency),
        text("interval", cells.choice(*INTERVALS)),
        Column(name="interval_count", read=cells.required(cells.whole(least=1, most=1200)), sql="integer"),
        percent("vat_rate", omissible=True),
    ),
    books="select * from plan",
    update="""
        update plan p set name = s.name, tier = s.tier
          from changed_plan c join staged_plan s using (line)
         where p.id = c.id""",
    insert="""
        insert into plan (id, code, name, tier, amount_cents, currency, interval, interval_count, vat_rate)
        select id, code, name, tier, amount_cents, currency, interval, interval_count, vat_rate
          from staged_plan s
         where not exists (select from plan p where p.code = s.code)
         order by line""",
)
