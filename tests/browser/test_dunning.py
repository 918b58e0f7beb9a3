"""Dunning taken into one's own hands, and given back."""

import pytest
from playwright.sync_api import expect

from tests.browser.back_office import BackOffice
from tests.browser.running import Service


@pytest.fixture
def service(demo: Service) -> Service:
    return demo


def test_dunning_is_frozen_and_resumed(office: BackOffice) -> None:
    office.open("/dunning?status=OPEN").page.get_by_role("group", name="Dunning").locator("a.row").first.click()
    office.page.get_by_role("button", name="Freeze").click()
    office.give_reason("They dispute it")
    office.says("Frozen until it is resumed.")
    expect(office.page.locator(".page-title")).to_contain_text("Frozen")

    office.page.get_by_role("button", name="Resume").click()
    office.give_reason("Settled by phone")

    office.says("Resumed")
    expect(office.page.locator(".page-title")).to_contain_text("Running")
