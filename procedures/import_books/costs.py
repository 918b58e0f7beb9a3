"""`costs.csv` and `balances.csv`: the platform's costs, and what its accounts held when these books began.

Neither has a key: a row is known by its content and by which of several equal ones it is, so the same file twice books
nothing new, and two equal rows in one file are two.
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

BALANCES = Source(
    noun="balance",
    file="balances.csv",
    columns=(
        day("on"),
        text("account", cells.balance_account),
        signed_cents("amount_cents", zero=False),
        text("currency", cells.currency),
    ),
    checks=("""select line, 'the day is in the future' from staged_balance where "on" > %(today)s""",),
    weighs='select line, currency, "on" as day, amount_cents as cents from staged_balance',
)
