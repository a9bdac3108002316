"""How a notice is named on a page."""

from django import template

from evaltracker.evaluations.models import Notice

register = template.Library()


@register.simple_tag
def notice_name(notice: Notice, subjects: dict[str, str]) -> str:
    """“Milestone due: Half-time review”."""
    kind = notice.kind.replace(".", " ").replace("_", " ").capitalize()
    about = subjects.get(notice.subject_id, "")
    return f"{kind}: {about}" if about else kind
