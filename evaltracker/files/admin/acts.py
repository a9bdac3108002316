"""Attaching files to a subject, several at once, and removing one."""

import uuid
from collections.abc import Collection
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from evaltracker.errors import NotFound
from evaltracker.evaluations.models import AttachedFile, Evaluation, User
from evaltracker.evaluations.topics import TOPICS, Subject, find_subject
from evaltracker.files.services.files import MOST_AT_ONCE, attach_files, remove_file
from evaltracker.pages.acts import register_act
from evaltracker.pages.base import check_query
from evaltracker.pages.site import site
from evaltracker.pages.workspace import SEALS, InEvaluation
from evaltracker.toolbox.files import TYPES, attachment

LIMITS = (
    f"pdf, png, jpeg, txt, csv, xlsx or docx; up to {MOST_AT_ONCE} files and 10 MB at "
    "once. Drag files onto the box, or choose them. They are not scanned for viruses."
)


class ManyFilesInput(forms.ClearableFileInput):
    """A box for several files; browsers take files that are dragged onto it."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files; what they are, the service looks at."""

    def __init__(self, **kwargs: Any) -> None:
        accept = ",".join(f".{ending}" for ending in TYPES)
        box = ManyFilesInput(attrs={"accept": accept, "class": "et-drop"})
        super().__init__(widget=box, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """All that were chosen; an empty one is refused by name, as others are.

        A mapping of files that is not a browser's gives one instead of a list.
        """
        given = data if isinstance(data, (list, tuple)) else [data]
        files = [file for file in given if file]
        if not files:
            raise forms.ValidationError("Choose a file first.", code="required")
        return files


class FilesForm(forms.Form):
    files = ManyFilesField(label="Files", help_text=LIMITS)  # type: ignore[assignment]


@register_act
class AttachFiles(InEvaluation[Subject]):
    """What is attached to something, and a box for more."""

    title = "Files"
    verb = "Attach"
    success = "The files are attached."
    form_class = FilesForm
    template = "files/attach.html"
    target_name = "subject"
    service = attach_files

    def load(self, user: User, target_id: str) -> Subject:
        return find_subject(user, target_id)

    def ask_before(self, request: HttpRequest, target: Subject) -> None:
        target.topic.ask_before(request, target.evaluation)

    def context(self, target: Subject, user: User) -> dict[str, Any]:
        """What the template names."""
        found = {**super().context(target, user), "tab": target.topic.tab}
        return {**found, "subject": target}

    def cancel_url(self, target: Subject) -> str:
        return target.page


@register_act
class RemoveFile(InEvaluation[AttachedFile]):
    """Takes a file away."""

    title = "Remove file"
    verb = "Remove"
    help = "The file is deleted. The journal keeps its name and its SHA-256."
    success = "The file is removed."
    dangerous = True
    model = AttachedFile
    target_name = "file"
    related = ("evaluation__owner",)
    service = remove_file

    def evaluation(self, target: AttachedFile) -> Evaluation:
        return target.evaluation

    def ask_before(self, request: HttpRequest, target: AttachedFile) -> None:
        TOPICS[target.topic].ask_before(request, target.evaluation)

    def heading(self, target: AttachedFile) -> str:
        return f"{self.title}: {target.name}"

    def context(self, target: AttachedFile, user: User) -> dict[str, Any]:
        found = super().context(target, user)
        return {**found, "tab": TOPICS[target.topic].tab}

    def cancel_url(self, target: AttachedFile) -> str:
        """The page of what it is attached to; of the evaluation, once that is gone."""
        topic = TOPICS[target.topic]
        subject = topic.find(target.uploaded_by, target.subject_id)
        return subject.page if subject else self.page(target)


# Attached files, handed out to those who may see what they are attached to.


def attached_file(request: HttpRequest, file_id: uuid.UUID) -> HttpResponse:
    """The file as an attachment, never run; it was not scanned for viruses."""
    check_query(request)
    user: Any = request.user
    rows = AttachedFile.objects.visible_to(user).kept()
    found = rows.filter(pk=file_id).select_related("evaluation").first()
    if found is None:
        raise NotFound
    TOPICS[found.topic].ask_before(request, found.evaluation)
    download: Any = attachment(
        found.stored_as, name=found.name, content_type=found.content_type
    )
    answer: HttpResponse = download
    return answer


site.register_page("files/<uuid:file_id>/", attached_file, "attached_file")


# What the journal keeps to itself of files: names that one may not see.


def open_files(user: User, evaluation: Evaluation, ids: Collection[str]) -> set[str]:
    """Files that the reader may see, also removed ones."""
    seen = AttachedFile.objects.visible_to(user).filter(
        evaluation=evaluation, pk__in=ids
    )
    return {str(key) for key in seen.values_list("pk", flat=True)}


SEALS.register("attachedfile", open_files)
