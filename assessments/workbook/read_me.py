"""The first sheet of the workbook: what to do with it, and how the levels are meant."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments.workbook import words
from assessments.workbook.material import Material

Section = tuple[str, list[tuple[str, str]]]


def sections(material: Material) -> list[Section]:
    """Headings, each with its lines of a label and a text."""
    return [_about(material), _steps(material), _levels(material), *_meanings(material)]


def _about(m: Material) -> Section:
    return _("About this workbook"), [
        (_("Organisation"), m.organisation),
        (_("Survey"), m.title),
        (_("Cycle"), m.cycle),
        (_("Answers until"), date_format(m.last_day, "DATE_FORMAT")),
        (_("Downloaded"), _("%(when)s by %(who)s") % {"when": m.made, "who": m.who}),
        (_("Version of the questions"), m.catalogue.version),
    ]


def _steps(m: Material) -> Section:
    if m.locked:
        return _("For reading"), [
            ("", _("Answers cannot be changed at present. This workbook is for reading; it cannot be uploaded."))
        ]
    steps = [
        _("Fill in the coloured cells. Everything else is locked."),
        _("Choose answers from the list in the cell. “%(na)s” needs a reason in the cell beside it.")
        % {"na": words.not_applicable()},
        _(
            "Leave empty what you cannot answer yet. An empty cell deletes nothing; you are asked about cells you emptied."
        ),
        _("Save the workbook as an Excel file (.xlsx) and upload it on the page you downloaded it from."),
        _(
            "You see every change before anything is saved. Where somebody else has answered in the meantime, you choose."
        ),
        _("Leave the codes, the columns and the hidden sheets as they are: your answers are found by them."),
    ]
    return _("What to do"), [(str(n), step) for n, step in enumerate(steps, 1)]


def _levels(m: Material) -> Section:
    c = m.catalogue
    lines = [("", rule) for rule in (c.answering_rule, c.cumulative_rule) if rule]
    labels = {"NA": words.not_applicable(), "DK": words.do_not_know()}
    lines += [(labels.get(answer.code, answer.label), answer.meaning) for answer in c.special_answers]
    return _("How to choose a level"), lines


def _meanings(m: Material) -> list[Section]:
    if not m.catalogue.quantifiers:
        return []
    return [(_("What words mean"), [(word, meaning) for word, meaning in m.catalogue.quantifiers])]
