"""The forms of the other items: spec and data -> what a template shows; posted form -> data for `items.clean`."""

from assessments.views.item_forms.page import Page
from assessments.views.item_forms.posted import data_from_post, more_rows
from assessments.views.item_forms.shown import context

__all__ = ["Page", "context", "data_from_post", "more_rows"]
