"""What a bank says of payment orders, read from pain.002."""

from io import BytesIO

import pytest

from billing.money import Money
from providers.bankgirot.plugin import BankgirotFiles
from providers.settlement_files import BankFileInvalid, Item, OrderReport, SettledPayment
from providers.settlement_files import Warning as Told
from tests.providers.bank_files import camt, entry, notification, transaction
from tests.providers.bank_orders import KEY, pain002, payment_status, transaction_status
from tests.providers.third_party.iso20022 import objections

OTHER = "0199aabbccdd7eef8001122334455668"
CLOSED = "The bank refused it: the account is closed (AC04)."


def read(content: bytes) -> list[Item]:
    recognised = BankgirotFiles().recognise(content[:4096])
    assert recognised is not None
    return list(recognised.read(BytesIO(content)))


def refused(said: str, key: str = KEY) -> OrderReport:
    return OrderReport(order_key=key, is_refused=True, said=said)


@pytest.mark.third_party
@pytest.mark.parametrize("version", ["03", "12"])
def test_the_reports_of_these_tests_are_valid_by_the_official_schema(version: str) -> None:
    content = pain002(
        payment_status(transaction_status(reason="AC04", note="Konto stängt")), group="PART", version=version
    )
    assert objections(f"pain.002.001.{version}", content) == []


@pytest.mark.parametrize("version", ["03", "10", "15"])
def test_a_refused_transaction_is_told_with_the_banks_reason_in_words(version: str) -> None:
    content = pain002(payment_status(transaction_status(reason="AC04", note="Konto stängt")), version=version)

    assert BankgirotFiles().recognise(content).name == f"pain.002.001.{version}"  # type: ignore[union-attr]
    assert read(content) == [refused("The bank refused it: the account is closed (AC04); Konto stängt.")]


def test_a_refusal_of_the_whole_message_or_payment_is_one_of_its_order() -> None:
    assert read(pain002(group="RJCT", reason="AC04")) == [refused(CLOSED)]
    assert read(pain002(payment_status(status="RJCT", reason="AC04"))) == [refused(CLOSED)]
    assert read(pain002(payment_status(), group="RJCT", reason="AC04")) == [refused(CLOSED)]


def test_what_is_said_of_a_transaction_counts_more_than_what_is_said_of_all() -> None:
    content = pain002(
        payment_status(
            transaction_status(reason="AC04"),
            transaction_status(OTHER, status="ACCP"),
            status="PART",
        ),
        group="PART",
    )

    assert read(content) == [
        refused(CLOSED),
        OrderReport(order_key=OTHER, is_refused=False, said="The bank has it (ACCP)."),
    ]


def test_a_transaction_without_a_status_has_that_of_its_payment_or_message() -> None:
    assert read(pain002(payment_status(transaction_status(status=None), status="RJCT", reason="AC04"))) == [
        refused(CLOSED)
    ]
    assert read(pain002(payment_status(transaction_status(status=None)), group="RJCT", reason="AC04")) == [
        refused(CLOSED)
    ]


@pytest.mark.parametrize("status", ["ACTC", "RCVD", "PDNG", "ACCP", "ACSP", "ACSC", "ACWC", "ACCC"])
def test_nothing_but_a_refusal_settles_anything(status: str) -> None:
    [report] = read(pain002(payment_status(transaction_status(status=status))))

    assert isinstance(report, OrderReport)
    assert not report.is_refused


@pytest.mark.parametrize("code", ["AM05", "DUPL", "DU01", "DU04"])
def test_a_repetition_that_is_refused_leaves_the_order_as_it_is(code: str) -> None:
    """The file came to the bank twice: what was refused is the second, and the first pays."""
    assert read(pain002(payment_status(transaction_status(reason=code)))) == [
        Told(text=f"Order {KEY} came to the bank twice: it refused the repetition and keeps the first.")
    ]


def test_parts_of_which_nothing_is_said_are_left_as_they_are() -> None:
    assert read(pain002(payment_status(status="PART"), group="PART")) == []


def test_a_status_that_nobody_knows_is_told_and_changes_nothing() -> None:
    assert read(pain002(payment_status(transaction_status(status="XXXX")))) == [
        Told(text=f"Order {KEY} has the status XXXX, of which nothing is known here.")
    ]


def test_an_unknown_reason_is_told_as_it_is_and_none_as_none() -> None:
    assert read(pain002(group="RJCT", reason="ZZ99")) == [refused("The bank refused it: ZZ99.")]
    assert read(pain002(group="RJCT")) == [refused("The bank refused it: the bank gave no reason.")]


@pytest.mark.parametrize(
    "content",
    [
        pain002().replace(b"<OrgnlMsgId>" + KEY.encode() + b"</OrgnlMsgId>", b""),
        pain002(payment_status("<TxInfAndSts><TxSts>RJCT</TxSts></TxInfAndSts>")),
        pain002(group="RJCT")[:-40],
        pain002(group="RJCT").replace(b"CstmrPmtStsRpt", b"SomethingElse"),
    ],
)
def test_a_report_that_does_not_say_what_it_is_about_is_refused_whole(content: bytes) -> None:
    with pytest.raises(BankFileInvalid):
        read(content)


def test_a_document_type_is_refused_at_once() -> None:
    content = pain002(group="RJCT").replace(b"?>\n", b"?>\n<!DOCTYPE d [<!ENTITY e 'x'>]>\n")
    with pytest.raises(BankFileInvalid, match="document type"):
        read(content)


def test_a_payment_that_comes_back_names_its_order_and_says_why() -> None:
    returned = transaction(
        "500.00", end_to_end_id=KEY, more="<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>", servicer_reference="R1"
    )
    items = read(camt(notification(entry("500.00", returned, reference="N1"))))

    [payment] = [item for item in items if isinstance(item, SettledPayment)]
    assert (payment.end_to_end_id, payment.amount) == (KEY, Money(50_000, "SEK"))
    assert payment.message == "Returned: the account is closed (AC04)."
