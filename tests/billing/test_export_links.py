"""Links to exports: what is signed is what is opened."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest

from billing.export_links import ExportClaim, LinkAltered, LinkExpired
from billing.refusals import BadInput

KEY = b"k" * 32
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
CLAIM = ExportClaim(
    file="invoices.csv", asked={"kind": "INVOICES"}, actor="karin@example.test", expires_at=AT + timedelta(minutes=15)
)


def test_a_link_says_what_was_asked_until_it_expires() -> None:
    link = CLAIM.signed(KEY)

    assert ExportClaim.read(link, KEY, file="invoices.csv", at=AT) == CLAIM
    assert ExportClaim.read(link, KEY, file="invoices.csv", at=CLAIM.expires_at - timedelta(seconds=1)) == CLAIM
    with pytest.raises(LinkExpired, match="good until 2026-11-20 12:15:00 UTC"):
        ExportClaim.read(link, KEY, file="invoices.csv", at=CLAIM.expires_at)


@pytest.mark.parametrize("place", range(0, 120, 7))
def test_a_link_that_was_altered_anywhere_is_refused(place: int) -> None:
    link = CLAIM.signed(KEY)
    place %= len(link)
    altered = link[:place] + ("A" if link[place] != "A" else "B") + link[place + 1 :]

    with pytest.raises(LinkAltered):
        ExportClaim.read(altered, KEY, file="invoices.csv", at=AT)


@pytest.mark.parametrize("text", ["", ".", "a.b", "a.b.c", "é.é", "A" * 7_000, CLAIM.signed(b"another key")])
def test_what_was_never_signed_here_is_refused(text: str) -> None:
    with pytest.raises(LinkAltered):
        ExportClaim.read(text, KEY, file="invoices.csv", at=AT)


def test_a_link_is_good_for_its_own_file_alone() -> None:
    with pytest.raises(LinkAltered, match=r"for invoices\.csv, not for payments\.csv"):
        ExportClaim.read(CLAIM.signed(KEY), KEY, file="payments.csv", at=AT)


def test_filters_too_long_for_an_address_are_refused() -> None:
    many = {"kind": "INVOICES", "invoiceFilter": {"tenantIds": [secrets.token_hex(16) for _ in range(400)]}}
    claim = ExportClaim(file="invoices.csv", asked=many, actor="a", expires_at=AT)

    with pytest.raises(BadInput, match="name fewer tenants"):
        claim.signed(KEY)
