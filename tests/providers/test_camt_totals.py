"""Summaries, balances and identities of a camt file."""

from datetime import date

import pytest

from providers import Deposit, Money, SettledPayment, StatementBalance
from tests.providers.bank_files import ACCOUNT, BANKGIRO, DAY, balance, camt, entry, notification, transaction
from tests.providers.camt_items import findings, notified, of, stated, warnings

NIL = "00000000-0000-0000-0000-000000000000"


def summary(side: str, count: int, total: str) -> str:
    return f"<TxsSummry><{side}><NbOfNtries>{count}</NbOfNtries><Sum>{total}</Sum></{side}></TxsSummry>"


def net(amount: str, side: str) -> str:
    stated = f"<TtlNetNtry><Amt>{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd></TtlNetNtry>"
    return f"<TxsSummry><TtlNtries>{stated}</TtlNtries></TxsSummry>"


def page_of(number: str, *, is_last: bool) -> str:
    return f"<StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{str(is_last).lower()}</LastPgInd></StmtPgntn>"


@pytest.mark.parametrize(
    ("side", "count", "total"),
    [("TtlNtries", 3, "8"), ("TtlNtries", 2, "4.00"), ("TtlCdtNtries", 2, "3.00"), ("TtlCdtNtries", 2, "3"), ("TtlDbtNtries", 1, "5.00"), ("TtlDbtNtries", 0, "0")],
)  # fmt: skip
def test_a_summary_may_count_what_is_booked_or_all_that_is_listed(side: str, count: int, total: str) -> None:
    pending = entry("5.00", side="DBIT", status="PDNG")
    entries = (
        (entry("1.00"), entry("2.00"), pending) if (side, count) != ("TtlNtries", 2) else (entry("1.00"), entry("3.00"))
    )
    assert of(Deposit, notified(*entries, head=summary(side, count, total)))


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (summary("TtlCdtNtries", 3, "3.00"), "the number of credits is stated as 3, it is 2"),
        (summary("TtlCdtNtries", 2, "3.01"), "the sum of credits is stated as 3.01, it is 3.00"),
        (summary("TtlDbtNtries", 1, "5"), "the number of debits is stated as 1, it is 0"),
        (summary("TtlNtries", 2, "9"), "the sum of entries is stated as 9, it is 3.00"),
        (net("3.01", "CRDT"), "the net of entries is stated as 3.01, it is 3.00"),
        (net("3", "DBIT"), "the net of entries is stated as -3, it is 3.00"),
        (
            "<TxsSummry><TtlNtries><TtlNetNtryAmt>999.00</TtlNetNtryAmt><CdtDbtInd>DBIT</CdtDbtInd></TtlNtries></TxsSummry>",
            "the net of entries is stated as -999.00, it is 3.00",
        ),
        (summary("TtlNtries", 2, "three"), "'three' in the summary is no number"),
    ],
)
def test_a_summary_that_does_not_hold_refuses_the_file(head: str, found: str) -> None:
    assert findings(notified(entry("1.00"), entry("2.00"), head=head))[0] == found


def test_a_net_without_a_side_may_be_of_either() -> None:
    head = "<TxsSummry><TtlNtries><TtlNetNtryAmt>3.00</TtlNetNtryAmt></TtlNtries></TxsSummry>"
    assert of(Deposit, notified(entry("1.00"), entry("2.00"), head=head))
    assert not of(Deposit, notified(entry("3.00", side="DBIT"), head=head))


def test_balances_are_read_with_their_days() -> None:
    head = (
        balance("OPBD", "100.00", side="DBIT")
        + balance("CLBD", "20.00", day=date(2026, 3, 3))
        + balance("CLAV", "7.00")
    )
    content = stated(entry("130.00"), entry("10.00", side="DBIT"), entry("9.00", status="PDNG"), head=head)
    assert of(StatementBalance, content) == [
        StatementBalance(
            account=ACCOUNT,
            opening=Money(-10_000, "SEK"),
            closing=Money(2_000, "SEK"),
            from_day=DAY,
            to_day=date(2026, 3, 3),
        )
    ]


def test_balances_that_the_entries_do_not_explain_refuse_the_file() -> None:
    content = stated(entry("130.00"), head=balance("PRCD", "100.00") + balance("CLBD", "230.01"))
    assert findings(content) == ["opening balance and entries make 230.00 SEK, the closing balance is 230.01 SEK"]


def test_a_balance_alone_is_none() -> None:
    assert of(StatementBalance, stated(entry("1.00"), head=balance("CLBD", "230.01"))) == []


def test_balances_of_several_days_in_one_statement_are_not_guessed_at() -> None:
    days = [balance(kind, "1.00", day=date(2026, 3, day)) for day in (2, 3) for kind in ("OPBD", "CLBD")]
    assert of(StatementBalance, stated(head="".join(days))) == []


def test_a_page_of_a_longer_statement_is_read_without_its_totals() -> None:
    page = page_of("2", is_last=False)
    content = stated(entry("1.00"), head=page + balance("OPBD", "100.00") + balance("CLBD", "500.00"))
    assert [deposit.amount.cents for deposit in of(Deposit, content)] == [100]
    assert of(StatementBalance, content) == []
    assert warnings(content) == ["Statement N1 is one of several pages: no totals or balances were read."]


@pytest.mark.parametrize(
    ("number", "is_last", "is_read"), [("1", False, False), ("2", False, False), ("2", True, False), ("1", True, True)]
)
def test_a_page_of_a_longer_message_is_read_like_a_page_of_its_statement(
    number: str, is_last: bool, is_read: bool
) -> None:
    page = page_of(number, is_last=is_last).replace("StmtPgntn", "MsgPgntn")
    statement = notification(entry("1.00"), entry("2.00"), head=summary("TtlCdtNtries", 3, "6.00"))
    content = camt(statement, message="053", head=page)
    if is_read:
        assert findings(content)[0] == "the number of credits is stated as 3, it is 2"
        return
    assert warnings(content) == ["Statement N1 is one of several pages: no totals or balances were read."]
    assert of(Deposit, content)[0].identities[0].endswith(":N1 1" if number == "1" else ":N1 page 2 1")


@pytest.mark.parametrize("side", ["TtlNtries", "TtlCdtNtries", "TtlDbtNtries"])
def test_a_page_that_states_any_total_is_told(side: str) -> None:
    page = page_of("1", is_last=False)
    assert warnings(stated(entry("1.00"), head=page)) == []
    assert len(warnings(stated(entry("1.00"), head=page + summary(side, 7, "9.00")))) == 1


def test_a_statement_says_itself_which_page_it_is_rather_than_its_message() -> None:
    whole = notification(entry("1.00"), head=page_of("1", is_last=True) + summary("TtlCdtNtries", 1, "1.00"))
    content = camt(whole, message="053", head=page_of("2", is_last=False).replace("StmtPgntn", "MsgPgntn"))
    assert warnings(content) == []
    assert of(Deposit, content)[0].identities[0].endswith(":N1 1")


def test_accounts_and_currencies_of_one_file_are_kept_apart() -> None:
    kronor = notification(entry("1.00"), head=balance("OPBD", "0.00") + balance("CLBD", "1.00"))
    euro = notification(
        entry("2.00", currency="EUR"),
        account="SE3550000000054910000003",
        head=balance("OPBD", "0.00", currency="EUR") + balance("CLBD", "2.00", currency="EUR"),
    )
    content = camt(kronor, euro, message="053")
    assert [(item.account, item.amount) for item in of(Deposit, content)] == [
        (ACCOUNT, Money(100, "SEK")),
        ("SE3550000000054910000003", Money(200, "EUR")),
    ]
    assert [(item.account, item.closing) for item in of(StatementBalance, content)] == [
        (ACCOUNT, Money(100, "SEK")),
        ("SE3550000000054910000003", Money(200, "EUR")),
    ]


def test_a_gap_between_the_statements_of_an_account_is_told() -> None:
    statements = [notification(head=f"<ElctrncSeqNb>{number}</ElctrncSeqNb>") for number in (7, 8, 10)]
    assert warnings(camt(*statements, message="053")) == [
        f"Statements of account {ACCOUNT} are missing between 8 and 10."
    ]


def test_a_repeated_bank_reference_does_not_lose_a_payment() -> None:
    same = transaction("50.00", servicer_reference="SAME", unique_id="6E1D0A9C-0000-4000-8000-000000000001")
    content = notified(
        entry("100.00", same, same, servicer_reference="E"), entry("100.00", same, same, servicer_reference="E")
    )
    identities = [key for paid in of(SettledPayment, content) for key in paid.identities]
    assert len(identities) == len(set(identities)) == 8
    assert [paid.identities for paid in of(SettledPayment, content)][:2] == [
        (
            "payment:58411009823:2026-03-02:5000:SEK:SAME",
            "uetr:58411009823:2026-03-02:5000:SEK:6e1d0a9c-0000-4000-8000-000000000001",
        ),
        (
            "payment:58411009823:2026-03-02:5000:SEK:SAME#2",
            "uetr:58411009823:2026-03-02:5000:SEK:6e1d0a9c-0000-4000-8000-000000000001#2",
        ),
    ]
    assert [deposit.identities for deposit in of(Deposit, content)] == [
        ("deposit:58411009823:2026-03-02:10000:SEK:E",),
        ("deposit:58411009823:2026-03-02:10000:SEK:E#2",),
    ]


def test_a_reference_that_only_says_there_is_none_is_no_identity() -> None:
    content = notified(entry("1.00", transaction("1.00", servicer_reference="NOTPROVIDED", unique_id=NIL)))
    assert of(SettledPayment, content)[0].identities == ()


@pytest.mark.parametrize(
    "written", ["SE1150000000058411009823", "SE11 5000 0000 0584 1100 9823", "5841-100 98 23", "058411009823"]
)
def test_an_account_is_the_same_however_it_is_written(written: str) -> None:
    content = notified(
        entry("1.00", transaction("1.00", servicer_reference="P"), servicer_reference="E"), account=written
    )
    assert [item.identities for item in of(SettledPayment, content)] == [("payment:58411009823:2026-03-02:100:SEK:P",)]
    assert [item.identities for item in of(Deposit, content)] == [("deposit:58411009823:2026-03-02:100:SEK:E",)]


def test_a_deposit_is_known_by_the_number_that_was_paid_to_and_by_that_of_its_reference() -> None:
    paid = transaction("1.00", servicer_reference="P", payee="98144434")
    content = notified(entry("1.00", paid, reference="BG52827999 00444-1", servicer_reference="E"))
    assert [item.identities for item in of(Deposit, content)] == [
        (
            "deposit:58411009823:2026-03-02:100:SEK:E",
            "bankgiro:52827999:2026-03-02:100:SEK:00444",
            "bankgiro:98144434:2026-03-02:100:SEK:00444",
        )
    ]


def test_an_account_abroad_stays_as_it_is() -> None:
    content = notified(entry("1.00", servicer_reference="E"), account="FI2112345600000785")
    assert [item.identities for item in of(Deposit, content)] == [("deposit:FI2112345600000785:2026-03-02:100:SEK:E",)]


def test_what_the_bank_books_anew_is_another_payment_though_its_uetr_is_the_same() -> None:
    def told(day: date, reference: str) -> tuple[str, ...]:
        paid = transaction("1.00", servicer_reference=reference, unique_id="6E1D0A9C-0000-4000-8000-000000000001")
        return of(SettledPayment, notified(entry("1.00", paid, day=day)))[0].identities

    assert set(told(date(2026, 3, 2), "P1")).isdisjoint(told(date(2026, 3, 3), "P2"))


def test_a_reference_of_any_length_makes_a_key_of_bounded_length() -> None:
    content = notified(entry("1.00", transaction("1.00", servicer_reference="P" * 900), servicer_reference="E" * 900))
    assert {len(key) for item in of(SettledPayment, content) for key in item.identities} == {
        8 + 11 + 1 + 10 + 1 + 7 + 1 + 64
    }


def test_an_entry_without_references_is_told_by_its_place_in_the_statement() -> None:
    content = notified(entry("1.00"), entry("1.00"))
    assert [deposit.identities for deposit in of(Deposit, content)] == [
        ("deposit:58411009823:2026-03-02:100:SEK:N1 1",),
        ("deposit:58411009823:2026-03-02:100:SEK:N1 2",),
    ]


def test_an_entry_of_a_later_page_is_not_taken_for_one_of_the_first() -> None:
    pages = [stated(entry("1.00"), head=page_of(number, is_last=number == "02")) for number in ("1", "00001", "02")]
    assert [of(Deposit, content)[0].identities for content in pages] == [
        ("deposit:58411009823:2026-03-02:100:SEK:N1 1",),
        ("deposit:58411009823:2026-03-02:100:SEK:N1 1",),
        ("deposit:58411009823:2026-03-02:100:SEK:N1 page 2 1",),
    ]


def test_a_payment_that_is_notified_alone_and_listed_in_a_batch_is_the_same() -> None:
    one, other = (transaction(amount, servicer_reference=f"P{amount}") for amount in ("60.00", "40.00"))
    alone = of(SettledPayment, notified(entry("60.00", one, servicer_reference="E1")))
    batch = of(SettledPayment, stated(entry("100.00", one, other, servicer_reference="E2")))
    assert alone[0].identities == batch[0].identities


def test_the_payee_of_a_deposit_is_named_when_there_is_one() -> None:
    several = notified(entry("2.00", transaction("1.00", payee=BANKGIRO), transaction("1.00", payee="58056201")))
    assert [deposit.payee for deposit in of(Deposit, several)] == [None]
