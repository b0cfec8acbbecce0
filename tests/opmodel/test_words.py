"""The words of the interface: found like makemessages does, whole in every language, compiled without gettext tools."""

import io

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from django.utils import translation

from opmodel import words


@pytest.fixture(scope="module")
def found() -> Catalog:
    return words.messages()


def test_every_language_says_every_word(found):
    """Nothing missing, nothing left over, nothing unsure, the same placeholders and markup on both sides."""
    assert words.files()
    assert [fault for file in words.files() for fault in words.faults(file, found)] == []


def test_messages_are_found_in_code_and_templates(tmp_path):
    (tmp_path / "templates" / "x").mkdir(parents=True)
    (tmp_path / "opmodel").mkdir()
    (tmp_path / "opmodel" / "a.py").write_text(
        "A = gettext_lazy('lazy'), ngettext('one', 'many', 2), pgettext('month', 'May')\n"
        'B = _("two "\n      "parts %(n)s")\nC = _(variable)\n'
    )
    (tmp_path / "templates" / "x" / "b.html").write_text(
        "<p>\n    {% if it's %}\n  {% translate 'said' %} \"{{ q }}\" ( [ {\n"
        "{% blocktranslate count n=x with a=b %}{{ a }} of {{ n }} %{% plural %}{{ a }} of many{% endblocktranslate %}\n"
        '{# it\'s a note #}{{ v|default:_("none") }}</p>\n'
    )
    catalog = words.messages(tmp_path)
    assert {(m.id, m.context) for m in words.listed(catalog)} == {
        ("lazy", None),
        (("one", "many"), None),
        ("May", "month"),
        ("two parts %(n)s", None),
        ("said", None),
        (("%(a)s of %(n)s %%", "%(a)s of many"), None),
        ("none", None),
    }


GERMAN = (
    'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)


@pytest.mark.parametrize(
    ("po", "fault"),
    [
        ('msgid "Hello"\nmsgstr "Hallo"\n', ""),
        ("", "missing: 'Hello'"),
        ('msgid "Hello"\nmsgstr ""\n', "not translated: 'Hello'"),
        ('#, fuzzy\nmsgid "Hello"\nmsgstr "Hallo"\n', "unsure (fuzzy): 'Hello'"),
        ('msgid "Hello"\nmsgstr "Hallo %(you)s"\n', "other placeholders in 'Hallo %(you)s': 'Hello'"),
        ('msgid "Hello"\nmsgstr "<b>Hallo</b>"\n', "other markup in '<b>Hallo</b>': 'Hello'"),
        ('msgid "Hello"\nmsgstr "Hallo "\n', "other space at an end of 'Hallo ': 'Hello'"),
        ('msgid "Hello"\nmsgstr "Hallo"\n\nmsgid "Bye"\nmsgstr "Tschüs"\n', "no longer used: 'Bye'"),
        ('msgid "Hello"\nmsgstr "Hallo"\n\n#~ msgid "Old"\n#~ msgstr "Alt"\n', "left over from earlier: 'Old'"),
    ],
)  # fmt: skip
def test_each_fault_of_a_language_is_named(tmp_path, po, fault):
    catalog = Catalog()
    catalog.add("Hello")
    file = tmp_path / "de" / "LC_MESSAGES" / "django.po"
    file.parent.mkdir(parents=True)
    file.write_text(GERMAN + po)
    assert words.faults(file, catalog) == ([f"de: {fault}"] if fault else [])


@pytest.mark.parametrize(
    ("forms", "fault"),
    [
        (("ein Werk", "%(n)s Werke"), ""),
        (("%(n)s Werk", "%(n)s Werke"), ""),  # the one may name its number too
        (("ein Werk", "mehrere Werke"), "other placeholders in 'mehrere Werke'"),
        (("ein Werk", ""), "not translated"),
    ],
)
def test_plural_forms_are_whole(forms, fault):
    catalog = Catalog(locale="de")
    message = catalog.add(("one plant", "%(n)s plants"), forms)
    assert list(words.faults_of(message, 2)) == ([fault] if fault else [])


def test_an_update_keeps_what_is_said_adds_what_is_new_and_drops_what_is_gone(tmp_path):
    file = tmp_path / "de" / "LC_MESSAGES" / "django.po"
    old, new = Catalog(), Catalog()
    for catalog, texts in ((old, ["stays", "goes"]), (new, ["stays", "comes"])):
        for text in texts:
            catalog.add(text, locations=[("a.py", 1)])
    words.update(file, old)
    said = words.read(file)
    said.get("stays").string = "bleibt"
    out = io.BytesIO()
    write_po(out, said)
    file.write_bytes(out.getvalue())
    words.update(file, new)
    with file.open("rb") as opened:
        assert {m.id: m.string for m in read_po(opened) if m.id} == {"stays": "bleibt", "comes": ""}
    once = file.read_text()
    words.update(file, new)
    assert file.read_text() == once


def test_what_is_compiled_is_what_django_says():
    with translation.override("de"):
        assert translation.gettext("Sign out") == "Abmelden"
        assert (
            translation.ngettext("One thing waits for you.", "%(n)s things wait for you, the most urgent first.", 1)
            == "Eine Aufgabe wartet auf Sie."
        )
