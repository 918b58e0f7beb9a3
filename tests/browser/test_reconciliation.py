"""Reconciliation in the console: whose figures they are is always said."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.back_office import BackOffice
from tests.browser.running import Service


@pytest.fixture
def service(demo: Service) -> Service:
    return demo


def test_a_bank_is_chosen_like_a_gateway_and_told_as_the_one_whose_figures_stand_below(office: BackOffice) -> None:
    provider = office.page.get_by_role("combobox", name="Provider")
    chosen = provider.locator("option:checked")
    deposits = office.page.get_by_role("row").filter(has_text="Deposit")
    office.open("/reconciliation?provider=bankgirot")
    expect(chosen).to_have_text("Bankgirot")
    expect(deposits.first).to_be_visible()

    provider.select_option("Sandbox")
    expect(office.page).to_have_url(re.compile("/reconciliation$"))
    expect(chosen).to_have_text("Sandbox")
    expect(deposits).to_have_count(0)

    office.open("/reconciliation?provider=nobody")
    expect(chosen).to_have_text("Sandbox")
    expect(office.page.get_by_role("alert")).to_have_count(0)
