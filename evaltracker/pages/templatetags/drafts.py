"""Marks of forms that keep what is typed in them (static/evaltracker/drafts.js)."""

from django import template
from django.template.context import Context
from django.utils.html import format_html

from evaltracker.pages.draft_keys import draft_key, draft_name, draft_owner

register = template.Library()


@register.simple_tag(takes_context=True)
def draft_person(context: Context) -> str:
    """The attribute that says whose drafts may stay in the tab."""
    return format_html('data-person="{}"', draft_owner(context["request"].user))


@register.simple_tag(takes_context=True)
def keep_draft(context: Context, address: str) -> str:
    """The attributes of a form that is sent to `address` and keeps what is typed.

    Only pages that are never stored may hold such a form: its key is in it.
    """
    reader = context["request"].user
    return format_html(
        'data-draft="{}" data-draft-key="{}"',
        draft_name(reader, address),
        draft_key(reader),
    )


@register.simple_tag(takes_context=True, name="draft_name")
def name_of_draft(context: Context, address: str) -> str:
    """What a form that is sent to `address` is called in the tab; blank for none."""
    return draft_name(context["request"].user, address) if address else ""
