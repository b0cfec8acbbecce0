"""Terms of the glossary in a text become buttons that open their definition, without a script."""

import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from assessments.glossary import Marker
from assessments.templatetags.content import said

register = template.Library()
# What follows a term closely stands in its button too: a button is a box, and a full stop alone begins no line.
TERM = '<button type="button" class="term" popovertarget="term-{0}" aria-describedby="term-{0}"><span>{1}</span>{2}</button>'
CLOSE = re.compile(r"[.,;:!?)]*")


@register.filter
def terms(text: str, marker: Marker) -> SafeString:
    """A text with its terms marked; the page then needs a definition of each of `marker.used`."""
    parts = marker.split(text)
    if not any(term for _part, term in parts):
        return said(text)
    marked: list[str] = []
    close = ""
    for (part, term), (after, _term) in zip(parts, [*parts[1:], ("", None)], strict=True):
        rest = part.removeprefix(close)
        close = CLOSE.match(after)[0] if term else ""
        marked.append(format_html(TERM, term.number, part, close) if term else rest)
    return format_html_join("", "{}", ((part,) for part in marked))
