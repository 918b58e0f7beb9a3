"""`costs.csv` and `balances.csv`: the platform's costs, and what its accounts held when these books began.

A cost has no key: it is known by its content and by which of several equal ones it is, so the same file twice books
nothing new, and two equal rows in one file are two. An account has one opening balance a day and currency.
"""

from procedures.import_books import cells
from procedures.import_books.columns import day, signed_cents, text
from procedures.import_books.source import Source

COSTS = Source(
    noun="cost",
    file="costs.csv",
    columns=(
        day("booked_on"),
        text("account", cells.cost_account),
        signed_cents("amount_cents", zero=False),
        text("currency", cells.currency),
        text("description", cells.words(characters_max=500)),
    ),
    checks=("select line, 'booked_on is in the future' from staged_cost where booked_on > %(today)s",),
    weighs="select line, currency, booked_on as day, amount_cents as cents from staged_cost",
)

# What was booked of one day, account and currency in several rows, before there could only be one, counts together.
OPENING_BALANCE = """
    create temporary table opening_balance on commit drop as
    select j.occurred_on as "on", e.account, sum(e.amount_cents)::bigint as amount_cents, e.currency
      from accounting_entry against
      join journal j on j.id = against.journal_id and j.kind = 'OPENING_BALANCE'
      join accounting_entry e on e.journal_id = j.id and e.account <> against.account
     where against.account = '2099'
     group by j.occurred_on, e.account, e.currency"""

BALANCES = Source(
    noun="balance",
    file="balances.csv",
    key=("on", "account", "currency"),
    columns=(
        day("on"),
        text("account", cells.balance_account),
        signed_cents("amount_cents", zero=False),
        text("currency", cells.currency),
    ),
    books='select null::uuid as id, "on", account, amount_cents, currency from opening_balance',
    shared=(OPENING_BALANCE,),
    checks=("""select line, 'the day is in the future' from staged_balance where "on" > %(today)s""",),
    weighs='select line, currency, "on" as day, amount_cents as cents from staged_balance',
)
