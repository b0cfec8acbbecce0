"""How pages show texts of the content: what fell back to English says so."""

from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from assessments.overlays import English

register = template.Library()


@register.filter
def said(text: Any, how: str = "") -> SafeString:
    """A text of the content; an English one among others carries its language, with "tag" also a small visible sign.

    For the text of an element, not for an attribute, which can hold neither.
    """
    if not isinstance(text, English):
        return conditional_escape(text)
    spoken = format_html('<span lang="en">{}</span>', str(text))
    return format_html("{}{}", spoken, english_tag(text)) if how == "tag" else spoken


@register.filter
def english_tag(text: Any) -> SafeString:
    """The small sign alone, for a text that another filter draws; nothing for a text in the reader's language."""
    return format_html(' <span class="tag">{}</span>', _("English")) if isinstance(text, English) else SafeString("")
