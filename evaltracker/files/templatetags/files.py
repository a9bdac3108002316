"""Files on pages: a link with how many there are, or the list itself."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django import template
from django.template.context import Context

from evaltracker.errors import why_not
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.topics import TOPICS, Subject, key_of
from evaltracker.files.policy import check_attach_files, keeps, takes_part
from evaltracker.files.selectors import counts_of, files_on
from evaltracker.pages.acts import address_of

register = template.Library()


class Cabinet:
    """What one page shows of an evaluation's files: read once for all its links."""

    def __init__(self, evaluation: Evaluation, user: User) -> None:
        self.evaluation, self.user = evaluation, user
        self._open: dict[str, bool] = {}

    @cached_property
    def counts(self) -> dict[Any, int]:
        """How many files each thing has that the reader may see."""
        return counts_of(self.user, self.evaluation)

    @cached_property
    def part(self) -> bool:
        """Whether the reader has a part."""
        return takes_part(self.user, self.evaluation)

    def is_open(self, topic: str) -> bool:
        """Whether things of a topic are for the reader's eyes."""
        if topic not in self._open:
            reader = User.objects.filter(pk=self.user.pk)
            readers = TOPICS[topic].people(self.evaluation, reader)
            self._open[topic] = self.part and readers.exists()
        return self._open[topic]


def cabinet_of(context: Context, evaluation: Evaluation) -> Cabinet:
    """The one of this page."""
    request = context["request"]
    kept = request.__dict__.setdefault("file_cabinets", {})
    if evaluation.pk not in kept:
        kept[evaluation.pk] = Cabinet(evaluation, request.user)
    found: Cabinet = kept[evaluation.pk]
    return found


@register.inclusion_tag("files/link.html", takes_context=True)
def files_link(
    context: Context, topic: str, subject_id: UUID, *, about: str = ""
) -> dict[str, Any]:
    """A link to the files of a row, with how many they are; for its readers."""
    cabinet = cabinet_of(context, context["evaluation"])
    if not cabinet.is_open(topic):
        return {"address": ""}
    key = key_of(topic, subject_id)
    return {
        "address": f"{address_of('attach-files')}{key}/",
        "number": cabinet.counts.get((topic, subject_id), 0),
        "about": about,
    }


def shown(context: Context, subject: Subject) -> dict[str, Any]:
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
        "removable": {file.pk for file in files if may and keeps(user, file)},
    }


@register.inclusion_tag("files/list.html", takes_context=True)
def attached_files(context: Context, subject: Subject) -> dict[str, Any]:
    """What is attached to a subject already."""
    return shown(context, subject)


@register.inclusion_tag("files/card.html", takes_context=True)
def files_card(context: Context, topic: str, subject_id: UUID) -> dict[str, Any]:
    """The files on what a page is about; nothing for whom it is sealed."""
    subject = TOPICS[topic].find(context["request"].user, subject_id)
    if subject is None:
        return {"subject": None}
    return {**shown(context, subject), "subject": subject}
