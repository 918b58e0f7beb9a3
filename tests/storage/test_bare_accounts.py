"""Keys of before: an account that came by its IBAN is known by its number."""

from importlib import import_module

import psycopg

BARE_ACCOUNTS = import_module("storage.migrations.versions.0031_bare_accounts")

BEFORE = (
    "payment:SE1150000000054401060156:2026-11-28:7800:SEK:TC1",
    "deposit:SE1150000000054401060156:2026-11-28:7800:SEK:EC1",
    "deposit:54401060156:2026-11-28:7800:SEK:EC1",
    "debit:5440-1060156:2026-11-28:-100:SEK:E:2",
    "payment:SE1150000000054401060156:2026-11-28:100:SEK:T",
    "payment:5440-1060156:2026-11-28:100:SEK:T",
    "payment:FI2112345600000785:2026-11-28:100:EUR:T",
    "bankgiro:9912346:2026-11-28:100:SEK:00001",
)


def test_keys_of_before_become_those_of_the_bare_account(owner: psycopg.Connection[tuple[str]]) -> None:
    owner.cursor().executemany(
        "insert into bank_identity values ('bankgirot', %s, uuid7(), 1)", [(key,) for key in BEFORE]
    )

    with owner.transaction():
        owner.execute("alter table bank_identity disable trigger append_only")
        owner.execute(BARE_ACCOUNTS.BARE)
        owner.execute("alter table bank_identity enable always trigger append_only")

    keys = [key for (key,) in owner.execute("select key from bank_identity order by key")]
    assert keys == [
        "bankgiro:9912346:2026-11-28:100:SEK:00001",
        "debit:54401060156:2026-11-28:-100:SEK:E:2",
        "deposit:54401060156:2026-11-28:7800:SEK:EC1",
        "deposit:SE1150000000054401060156:2026-11-28:7800:SEK:EC1",
        "payment:54401060156:2026-11-28:100:SEK:T",
        "payment:54401060156:2026-11-28:7800:SEK:TC1",
        "payment:FI2112345600000785:2026-11-28:100:EUR:T",
        "payment:SE1150000000054401060156:2026-11-28:100:SEK:T",
    ]
