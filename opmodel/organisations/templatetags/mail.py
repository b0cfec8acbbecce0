"""What mail templates need: their context went through JSON, so a day arrives as text."""

from datetime import date

from django import template

register = template.Library()


@register.filter
def day(text: str) -> date:
    """The day a context holds as "2026-11-30"; `{{ closes_on|day|date:"DATE_FORMAT" }}` shows it."""
    return date.fromisoformat(text)
