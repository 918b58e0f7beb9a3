import pytest

from billing.matching.names import is_named_in, likeness, name_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Åsa Öberg", "ÅSA ÖBERG"),
        ("Åsa Öberg", "OBERG, ASA"),
        ("Åsa Öberg", "Aasa Oeberg"),
        ("Åsa Öberg", "Åsa Öberg".encode().decode("cp1252")),
        ("Søren Müller", "Soeren Mueller"),
        ("Søren Müller", "SOREN MULLER"),
        ("Réne Dalén", "rene dalen"),
        ("Ekby Boule AB", "EKBY BOULE"),
        ("IF Norrvik", "Norrvik IF"),
        ("Norrvik Petanque ASA", "NORRVIK PETANQUE"),
        ("Kvarnsund Petanque ry", "KVARNSUND PETANQUE"),
        ("Åsa Öberg", "Åsa Öberg c/o"),
    ],
)
def test_spelling_order_case_and_company_forms_make_no_other_name(one: str, other: str) -> None:
    assert likeness(one, other) >= 0.95


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Signe Sandman", "Sandman Isgne"),
        ("Göran Bergström", "GÖRN BERGSTRÖM"),
        ("Anna Svensson", "Anna Maria Svensson"),
        ("Ekby Boule", "Ekbyy BK"),
    ],
)
def test_a_slip_or_a_middle_name_leaves_names_alike(one: str, other: str) -> None:
    assert likeness(one, other) >= 0.65


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna Svensson", "Hans Bergström"),
        ("Anna Svensson", "Anna Lindgren"),
        ("Malmö Boule", "Lund Boule"),
        ("Ekby Boule", "Norrvik Boule"),
        ("Firma Exempel 23 AB", "Firma Exempel 32 HB"),
        ("Anna", ""),
        ("", ""),
        ("!!", "Anna"),
    ],
)
def test_different_people_clubs_and_numbered_firms_are_not_alike(one: str, other: str) -> None:
    assert likeness(one, other) <= 0.4


def test_likeness_does_not_depend_on_the_side() -> None:
    for one, other in [("Anna Svensson", "Svenson Ana"), ("Ekby Boule", "Ekby"), ("A B C", "C D")]:
        assert likeness(one, other) == likeness(other, one)


def test_a_club_called_by_nothing_but_forms_still_has_a_name() -> None:
    assert likeness("Bouleklubben", "BOULEKLUBBEN") == 1
    assert name_key("IF BK") == "bk if"


def test_a_name_is_named_in_a_text_when_all_its_telling_words_are() -> None:
    assert is_named_in("Karl Jönsson", ("avser", "karl", "jonsson"))
    assert is_named_in("Karl Jönsson", ("jonson", "karl"))
    assert is_named_in("Norrvik Boule", ("for", "norrvik", "boule"))
    assert not is_named_in("Lund Boule", ("anna", "lund"))
    assert not is_named_in("Karl Jönsson", ("karl",))
    assert not is_named_in("Ekby", ("by",))
    assert not is_named_in("Moa", ("moa",))
    assert not is_named_in("Karl Jönsson", ())


def test_the_name_that_banks_write_like_a_norwegian_company_is_kept() -> None:
    assert name_key("Åsa Öberg") == name_key("OBERG ASA") == "asa oberg"
