"""Files on pages: a link with how many there are, or the list itself."""

from typing import Any
from uuid import UUID

from django import template
from django.template.context import Context

from evaltracker.errors import why_not
from evaltracker.evaluations.topic_types import TOPICS, Subject, key_of
from evaltracker.pages.acts import address_of
from evaltracker.talk.rules import (
    check_attach_files,
    file_counts,
    files_on,
    may_remove_file,
)

register = template.Library()


@register.inclusion_tag("files/link.html", takes_context=True)
def files_link(
    context: Context, topic: str, subject_id: UUID, *, about: str = ""
) -> dict[str, Any]:
    """A link to the files of a row, with how many they are; for its readers."""
    evaluation = context["evaluation"]
    user = context["request"].user
    if not TOPICS[topic].is_open_to(user, evaluation):
        return {"address": ""}
    return {
        "address": f"{address_of('attach-files')}{key_of(topic, subject_id)}/",
        "number": file_counts(user, evaluation, topic).get(subject_id, 0),
        "about": about,
    }


@register.inclusion_tag("files/list.html", takes_context=True)
def attached_files(context: Context, subject: Subject) -> dict[str, Any]:
    """The files of a subject, whether the reader may attach more, and which they may
    remove: their own, while files can be attached. The same queries for any number."""
    request = context["request"]
    user = request.user
    files = list(files_on(subject))
    may = why_not(check_attach_files, subject, user) is None
    return {
        "request": request,
        "files": files,
        "attach": address_of("attach-files", subject) if may else "",
        "removable": {file.pk for file in files if may and may_remove_file(user, file)},
    }


@register.inclusion_tag("files/card.html", takes_context=True)
def files_card(context: Context, topic: str, subject_id: UUID) -> dict[str, Any]:
    """The files on what a page is about; nothing for whom it is sealed."""
    subject = TOPICS[topic].find(context["request"].user, subject_id)
    if subject is None:
        return {"subject": None}
    return {**attached_files(context, subject), "subject": subject}
