"""`fx_rates.csv`: units of a currency for one EUR."""

from procedures.import_books import cells
from procedures.import_books.columns import Column, day, text
from procedures.import_books.source import Source

FX_RATES = Source(
    noun="fx_rate",
    file="fx_rates.csv",
    key=("currency", "on"),
    columns=(
        day("on"),
        text("currency", cells.currency),
        Column(name="rate", read=cells.required(cells.exchange_rate), sql="numeric(18, 8)"),
    ),
    books='select null::uuid as id, currency, on_day as "on", rate from fx_rate',
    checks=(
        """
        select line, 'EUR is the reporting currency and has no rate' from staged_fx_rate where currency = 'EUR'""",
    ),
    insert="""
        insert into fx_rate (currency, on_day, rate)
        select currency, "on", rate
          from staged_fx_rate s
         where not exists (select from fx_rate f where f.currency = s.currency and f.on_day = s."on")""",
)
