"""A list of sites and people: what each row means, what it leads to, and every fault at its place. Pure, by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opmodel.organisations.people_list import Fault, Vocabulary, as_text, read, rows_of
from opmodel.organisations.people_plan import Known, KnownPerson, KnownSite, plan

WORDS = Vocabulary(
    countries={"de": "DE", "germany": "DE", "deutschland": "DE", "at": "AT", "österreich": "AT"},
    languages={"en": "en", "de": "de", "deutsch": "de"},
    may_invite=frozenset({"plant_manager", "analyst", "contributor"}),
    is_address=lambda text: text.count("@") == 1 and "." in text.split("@")[1],
)
HEAD = "Site;Region;Country;Name;Email;Role;Language\n"


def made(text: str, known: Known | None = None):
    return plan(*read(text, WORDS), known or Known())


def notes(text: str, known: Known | None = None) -> list[list[str]]:
    result = made(text, known)
    assert result.wrong == ()
    return [[note.key for note in row.notes] for row in result.rows]


def faults(text: str, known: Known | None = None) -> list[tuple[int, str, str, str]]:
    return [(f.row, f.column, f.value, f.key) for f in made(text, known).wrong]


@pytest.mark.parametrize(
    "text",
    [
        "Celje\tEurope\tDE\tAnna Aal\tanna@x.example\tplant manager\tde",
        "Celje;Europe;Deutschland;Anna Aal;ANNA@x.example;Werkleitung;deutsch",
        "Celje,Europe,Germany,Anna Aal,anna@x.example,,de",
        "E-Mail;Werk;Name;Land;Region;Sprache\nanna@x.example;Celje;Anna Aal;de;Europe;de\n",
        "site,email,name,country,region,language,role\r\n"
        '"Celje",anna@x.example,"Anna  Aal",DE,Europe,DE,"Plant Manager"\r\n',
        "\ufeffSite\tRegion\tCountry\tName\tEmail\tLanguage\n\n  Celje \tEurope\tDE\tAnna\u00a0Aal\tanna@x.example\tde\n\n",
    ],
)
def test_the_same_list_in_many_shapes(text):
    """Tabs, semicolons, commas; header or none, English or German; names and codes; stray signs and empty rows."""
    result = made(text)
    assert result.wrong == ()
    assert result.new_sites == (KnownSite("Celje", "Europe", "DE"),)
    (invite,) = result.invites
    assert (invite.email, invite.name, invite.role, invite.language) == (
        "anna@x.example", "Anna Aal", "plant_manager", "de"
    )  # fmt: skip
    assert (invite.sites, invite.again) == (("celje",), False)


def test_rows_keep_the_number_of_their_line():
    text = HEAD + '\n"Celje\nNorth";;;;anna@x.example\n;;;;\nDover;;;;bad\n'
    assert [row.number for row in rows_of(text)] == [1, 3, 6]
    assert faults(text) == [(6, "email", "bad", "no_address")]


def test_what_happens_to_new_sites_and_new_people():
    text = "Celje;;;Anna;anna@x.example\nDover;;;Anna;anna@x.example\nEaston\n;;;Bo;bo@x.example;analyst\n"
    text += "Easton;;;;cy@x.example"
    assert notes(text) == [
        ["site_new", "invite_several"],
        ["site_new", "same_invitation"],
        ["site_new", "nobody"],
        ["invite"],
        ["site_above", "invite"],
    ]
    result = made(text)
    assert [s.name for s in result.new_sites] == ["Celje", "Dover", "Easton"]
    assert [(i.email, i.role, i.sites) for i in result.invites] == [
        ("anna@x.example", "plant_manager", ("celje", "dover")),
        ("bo@x.example", "analyst", ()),
        ("cy@x.example", "plant_manager", ("easton",)),
    ]
    assert result.rows[0].notes[1].values["sites"] == ["Celje", "Dover"]


KNOWN = Known(
    sites={
        "celje": KnownSite("Celje", "Europe", "DE"),
        "dover": KnownSite("Dover"),
        "gone": KnownSite("Gone", is_active=False),
    },
    members={
        "mia@x.example": KnownPerson("plant_manager", frozenset({"celje"})),
        "ana@x.example": KnownPerson("analyst"),
    },
    invitations={
        "ida@x.example": KnownPerson("plant_manager", frozenset({"celje"}), "Ida", "de"),
        "old@x.example": KnownPerson("plant_manager", frozenset({"celje"}), "Old", "de", expired=True),
    },
    refused=frozenset({"root@x.example"}),
)


@pytest.mark.parametrize(
    ("row", "expected", "does"),
    [
        ("celje;europe;de;;mia@x.example", ["site_known", "member_has"], False),
        ("Dover;;;;mia@x.example", ["site_known", "member_gets"], True),
        (";;;;ana@x.example;analyst", ["member_has"], False),
        ("Celje;;;;ida@x.example", ["site_known", "invited_has"], False),
        ("Dover;;;;ida@x.example", ["site_known", "again_further"], True),
        ("Celje;;;;old@x.example", ["site_known", "again_expired"], True),
        ("Dover;Europe;;;", ["site_filled", "nobody"], True),
        ("Celje;;;;", ["site_known", "nobody"], False),
        ("Celje;;;New;new@x.example", ["site_known", "invite"], True),
    ],
)
def test_what_happens_beside_what_is_there(row, expected, does):
    assert notes(row, KNOWN) == [expected]
    assert made(row, KNOWN).does_something is does


def test_an_invitation_sent_again_keeps_its_sites_name_and_language():
    (invite,) = made("Dover;;;;ida@x.example", KNOWN).invites
    assert (invite.sites, invite.name, invite.language, invite.again) == (("celje", "dover"), "Ida", "de", True)
    assert made("Dover;Europe;DE;;", KNOWN).filled_sites == (KnownSite("Dover", "Europe", "DE"),)
    assert made("Dover;;;;mia@x.example", KNOWN).further_sites == (("mia@x.example", ("dover",)),)


@pytest.mark.parametrize(
    ("row", "column", "value", "key"),
    [
        ("Celje;;Atlantis;;a@x.example", "country", "Atlantis", "unknown_country"),
        ("Celje;;;;a@x", "email", "a@x", "no_address"),
        ("Celje;;;;a@x.example;Boss", "role", "Boss", "unknown_role"),
        ("Celje;;;;a@x.example;administrator", "role", "administrator", "role_not_yours"),
        ("Celje;;;;a@x.example;;Klingon", "language", "Klingon", "unknown_language"),
        ("Celje;;;A\u202eB;a@x.example", "name", "A?B", "unprintable"),
        ("Celje\x00;;;;a@x.example", "site", "Celje?", "unprintable"),
        ("Celje;;;Anna;", "email", "Anna", "no_email_for"),
        (";Europe;;;a@x.example;analyst", "site", "Europe", "no_site_for"),
        (";;;;a@x.example", "site", "a@x.example", "manager_without_site"),
        ("Celje;;;;a@x.example;analyst", "site", "Celje", "site_for_others"),
        ("Gone;;;;a@x.example", "site", "Gone", "site_inactive"),
        ("Celje;Asia;;;a@x.example", "region", "Asia", "site_differs"),
        ("Celje;;AT;;a@x.example", "country", "AT", "site_differs"),
        ("Celje;;;;root@x.example", "email", "root@x.example", "refused"),
        ("Celje;;;;ana@x.example", "role", "plant_manager", "member_other_role"),
        (";;;;ida@x.example;analyst", "role", "analyst", "invited_other_role"),
        ("Celje;;;;a@x.example;;;more", "", "more", "extra_cell"),
        ("Celje;a@x.example;;;", "region", "a@x.example", "address_without_header"),
    ],
)
def test_each_fault_names_row_column_and_value(row, column, value, key):
    assert faults(HEAD + "Dover\n" + row if column and key != "address_without_header" else row, KNOWN) == [
        (3 if column and key != "address_without_header" else 1, column, value, key)
    ]


@pytest.mark.parametrize(
    ("first", "second", "column", "value", "key"),
    [
        ("Celje;;;;a@x.example", "celje;;;;A@x.example", "email", "a@x.example", "twice"),
        ("Celje", "Celje", "site", "Celje", "site_twice"),
        (";;;;a@x.example;analyst", ";;;;a@x.example;analyst", "email", "a@x.example", "person_twice"),
        ("Celje;Europe;;;a@x.example", "Celje;Asia;;;b@x.example", "region", "Asia", "site_contradicts"),
        ("Celje;;DE;;a@x.example", "Celje;;AT;;b@x.example", "country", "AT", "site_contradicts"),
        ("Celje;;;Ann;a@x.example", "Dover;;;Bob;a@x.example", "name", "Bob", "person_contradicts"),
        ("Celje;;;;a@x.example", ";;;;a@x.example;analyst", "role", "analyst", "person_contradicts"),
        ("Celje;;;;a@x.example;;en", "Dover;;;;a@x.example;;de", "language", "de", "person_contradicts"),
    ],
)
def test_rows_that_repeat_or_contradict_name_each_other(first, second, column, value, key):
    (fault,) = made(f"{first}\nEaston\n{second}").wrong
    assert (fault.row, fault.column, fault.value, fault.key) == (3, column, value, key)
    assert fault.values["row"] == 1


def test_what_is_left_out_contradicts_nothing():
    text = "Celje;Europe;;Ann;a@x.example\nCelje;;DE;;b@x.example\nDover;;;;a@x.example"
    assert made(text).wrong == ()
    assert made(text).new_sites[0] == KnownSite("Celje", "Europe", "DE")


@pytest.mark.parametrize(
    ("text", "key", "row"),
    [
        ("", "empty", 0),
        ("  \n\t\n", "empty", 0),
        (HEAD, "empty", 0),
        ("Site;Email;Fax\nCelje;a@x.example;1", "unknown_column", 1),
        ("Site;Email;Werk\nCelje;a@x.example;Dover", "column_twice", 1),
        ('Celje;;;;a@x.example\n"Dover;;;;b@x.example', "quotes", 2),
        ('"Celje"x;;;;a@x.example', "quotes", 1),
        ("\n".join(f"Site {i}" for i in range(1001)), "too_many", 0),
    ],
)
def test_a_list_that_is_none_says_why(text, key, row):
    result = made(text)
    assert [(f.key, f.row) for f in result.wrong] == [(key, row)]
    assert not result.does_something


def test_a_thousand_rows_are_read():
    assert len(made("\n".join(f"Site {i};;;;p{i}@x.example" for i in range(1000))).invites) == 1000


def test_one_wrong_row_does_nothing_and_the_others_are_shown():
    result = made("Celje;;;;a@x.example\nDover;;;;bad")
    assert [[n.key for n in row.notes] for row in result.rows] == [["site_new", "invite"], []]
    assert [f.row for f in result.wrong] == [2]


def test_the_digest_is_of_what_is_seen():
    text = "Celje;;;;ida@x.example"
    assert made(text, KNOWN).digest == made(text, KNOWN).digest
    assert made(text, KNOWN).digest != made(text).digest
    assert made(text).digest != made(text + "\nDover").digest


def test_a_spreadsheet_becomes_text_with_the_same_rows():
    sheet = [["Site", "Email"], [None, None], ["Nord; Ost, 1\nA", "a@x.example"], [7.0, True]]
    text = as_text(sheet)
    assert text.splitlines() == ["Site\tEmail", "\t", "Nord; Ost, 1 A\ta@x.example", "7\tTrue"]
    assert [(r.number, r.cells) for r in rows_of(text)] == [
        (1, ("Site", "Email")), (3, ("Nord; Ost, 1 A", "a@x.example")), (4, ("7", "True"))
    ]  # fmt: skip
    assert rows_of(as_text([["North, East"]]))[0].cells == ("North, East", "")


cells = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["", "Celje", "a@x.example", "DE", "analyst", '"', "site", "email"]
)


@given(st.lists(st.lists(cells, max_size=9), max_size=8), st.sampled_from("\t;,"))
def test_no_text_breaks_it(rows, separator):
    """Whatever is pasted: a plan or faults, each in a row that exists."""
    text = "\n".join(separator.join(row) for row in rows)
    result = made(text, KNOWN)
    lines = text.count("\n") + text.count("\r") + 1
    assert all(isinstance(f, Fault) and 0 <= f.row <= lines for f in result.wrong)
    assert len(result.digest) == 64
    assert made(as_text(rows), KNOWN) is not None
