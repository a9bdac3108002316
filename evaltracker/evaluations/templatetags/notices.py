"""How a notice is named on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

if TYPE_CHECKING:
    from evaltracker.evaluations.models import Notice

register = template.Library()


@register.simple_tag
def notice_name(notice: Notice, subjects: dict[str, str]) -> str:
    """“Milestone due: Half-time review”."""
    kind = notice.kind.replace(".", " ").replace("_", " ").capitalize()
    about = subjects.get(notice.subject_id, "")
    return f"{kind}: {about}" if about else kind
