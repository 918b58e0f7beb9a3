"""The balances that a bank's statements give: nothing is booked for them, they are kept to hold the books against."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import psycopg

from providers.settlement_files import StatementBalance

BALANCE = """
insert into bank_balance (bank_file_id, provider, account, currency, from_day, to_day, opening_cents, closing_cents, sequence)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict on constraint bank_balance_once_key do nothing"""


def keep_balances(
    cursor: psycopg.Cursor[Any], balances: Iterable[StatementBalance], *, bank_file_id: UUID, provider: str
) -> None:
    """Keep those that are not known yet from another file."""
    cursor.executemany(
        BALANCE,
        [
            (
                bank_file_id, provider, balance.account, balance.opening.currency, balance.from_day, balance.to_day,
                balance.opening.cents, balance.closing.cents, balance.sequence,
            )
            for balance in balances
        ],
    )  # fmt: skip
