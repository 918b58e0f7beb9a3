from uuid import UUID

import pytest

from billing.refusals import BadInput, NotFound
from schema.ids import from_global, parse_global, to_global

KEY = UUID("0198c0de-0000-7000-8000-00000000beef")


def test_a_global_id_leads_back_to_its_row() -> None:
    text = to_global("BankTransfer", KEY)
    assert text == "bank_transfer_0198c0de00007000800000000000beef"
    assert from_global(text, "BankTransfer") == KEY
    assert parse_global(text) == ("bank_transfer", KEY)


def test_an_id_of_another_type_is_not_found() -> None:
    with pytest.raises(NotFound, match="There is no bank transfer invoice_"):
        from_global(to_global("Invoice", KEY), "BankTransfer")


MALFORMED = [
    "",
    "invoice",
    "invoice_",
    "invoice_0198",
    "0198c0de-0000-7000-8000-00000000beef",
    "invoice_" + "G" * 32,
    "invoice_0198C0DE00007000800000000000BEEF",
    "_" + "0" * 32,
    "invoice_" + "0" * 32 + "\n",
    "x" * 100_000,
]


@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_id_names_its_argument(text: str) -> None:
    with pytest.raises(BadInput) as refusal:
        from_global(text, "Invoice", argument="input.invoiceId")
    assert refusal.value.argument == "input.invoiceId"
    assert refusal.value.details() == {"argument": "input.invoiceId"}
