"""What people do with comments: write, answer, resolve, reopen, withdraw, read."""

import uuid
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from evaltracker.errors import NotFound
from evaltracker.evaluations.models import AttachedFile, Comment, Evaluation, User
from evaltracker.evaluations.topic_types import TOPICS, Subject
from evaltracker.evaluations.topics import find_subject
from evaltracker.pages.acts import address_of
from evaltracker.pages.base import check_query
from evaltracker.pages.site import site
from evaltracker.pages.workspace import (
    JOURNAL,
    InEvaluation,
    JournalPart,
    phrases_beside,
)
from evaltracker.talk.rules import Thread, check_comment, discuss_address, threads_on
from evaltracker.talk.services import (
    LONGEST,
    MOST_AT_ONCE,
    add_comment,
    attach_files,
    read_mention,
    remove_file,
    reopen_thread,
    resolve_thread,
    withdraw_comment,
)
from evaltracker.toolbox.files import TYPES, attachment


class PeopleToMention(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        name: str = obj.name
        return name


class CommentForm(forms.Form):
    parent = forms.ModelChoiceField(
        Comment.objects.none(),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "There is no such thread here."},
    )
    text = forms.CharField(
        label="Comment",
        widget=forms.Textarea(attrs={"rows": 4, "class": "et-say"}),
        required=False,
        max_length=20_000,
    )
    mentions = PeopleToMention(
        User.objects.none(),
        label="Mention",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="They get a notice, as does “@Ivan” in the text. Only people who may "
        "see this are listed.",
        error_messages={
            "invalid_choice": "Somebody you mentioned may not see this.",
            "invalid_pk_value": "Somebody you mentioned may not see this.",
        },
    )

    def __init__(
        self,
        *args: Any,
        people: QuerySet[User],
        threads: Sequence[Thread],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        mentions: Any = self.fields["mentions"]
        mentions.queryset = people
        parent: Any = self.fields["parent"]
        roots = [thread.root.pk for thread in threads]
        parent.queryset = Comment.objects.filter(pk__in=roots)
        text: Any = self.fields["text"]
        text.needed = f"at most {LONGEST:,} characters"
        if not people:
            del self.fields["mentions"]
        root = str(self["parent"].value() or "")
        self.replying = next(
            (thread for thread in threads if str(thread.root.pk) == root), None
        )
        if self.replying:
            spoke = [user.pk for user in self.replying.speakers]
            mentioned = [pk for pk in spoke if people.filter(pk=pk).exists()]
            self.initial["mentions"] = mentioned[:1]


class OnSubject(InEvaluation[Subject]):
    target_name = "subject"

    def load(self, user: User, target_id: str) -> Subject:
        return find_subject(user, target_id)

    def targets_in(self, evaluation: Evaluation, user: User) -> list[Subject]:
        # After the decision nothing more is said of the brief.
        subjects = [
            TOPICS[name].find(user, evaluation.pk) for name in ("brief", "decision")
        ]
        return [subject for subject in subjects if subject is not None]

    def ask_before(self, request: HttpRequest, target: Subject) -> None:
        target.topic.ask_before(request, target.evaluation)

    def context(self, target: Subject, user: User) -> dict[str, Any]:
        context = super().context(target, user)
        return {**context, "tab": target.topic.tab, "subject": target}


class Discuss(OnSubject):
    title = "Discuss"
    verb = "Comment"
    success = "Your comment is added."
    form_class = CommentForm
    template = "comments/discuss.html"
    prefill = ("parent",)
    service = add_comment
    rule = check_comment

    def form_kwargs(self, target: Subject, user: User) -> dict[str, Any]:
        people = target.topic.audience(target.evaluation).exclude(pk=user.pk)
        return {"people": people, "threads": threads_on(target)}

    def context(self, target: Subject, user: User) -> dict[str, Any]:
        refusal = self.why_not(user, target)
        return {**super().context(target, user), "refusal": refusal, "in_act": True}

    def cancel_url(self, target: Subject) -> str:
        return address_of(self.name, target)


class OnRow[T: Comment | AttachedFile](InEvaluation[T]):
    """On something that hangs on a subject."""

    def ask_before(self, request: HttpRequest, target: T) -> None:
        TOPICS[target.topic].ask_before(request, target.evaluation)

    def context(self, target: T, user: User) -> dict[str, Any]:
        context = super().context(target, user)
        return {**context, "tab": TOPICS[target.topic].tab, self.target_name: target}


class OnComment(OnRow[Comment]):
    model = Comment
    target_name = "comment"
    related = ("evaluation__owner", "author", "parent")
    heading_format = "{title}: {target.about}"

    def cancel_url(self, target: Comment) -> str:
        return discuss_address(target.topic, target.subject_id, target.part)


class ResolveThread(OnComment):
    title = "Resolve thread"
    verb = "Resolve"
    help = "People mentioned in it need not answer. You can open it again."
    success = "The thread is resolved."
    service = resolve_thread


class ReopenThread(OnComment):
    title = "Reopen thread"
    verb = "Reopen"
    success = "The thread is open again."
    service = reopen_thread


class WithdrawComment(OnComment):
    title = "Withdraw comment"
    verb = "Withdraw"
    help = "Its text is deleted. That you wrote a comment stays, as “withdrawn”."
    success = "Your comment is withdrawn."
    dangerous = True
    service = withdraw_comment


class ReadMention(OnComment):
    title = "Mark as read"
    verb = "Mark as read"
    help = "It leaves your list. Nobody gets a mail."
    success = "It is marked as read."
    service = read_mention


# What the journal keeps to itself of comments: where those were that one may not
# read.


def open_rows(
    model: Any, user: User, evaluation: Evaluation, ids: Collection[str]
) -> set[str]:
    seen = model.objects.visible_to(user).filter(evaluation=evaluation, pk__in=ids)
    return {str(key) for key in seen.values_list("pk", flat=True)}


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
        if isinstance(data, (list, tuple)):
            listed = data
        else:
            listed = [data]
        files = [file for file in listed if file]
        if not files:
            raise forms.ValidationError("Choose a file first.", code="required")
        return files


class FilesForm(forms.Form):
    files = ManyFilesField(label="Files", help_text=LIMITS)  # type: ignore[assignment]


class AttachFiles(OnSubject):
    title = "Files"
    verb = "Attach"
    success = "The files are attached."
    form_class = FilesForm
    template = "files/attach.html"
    service = attach_files

    def cancel_url(self, target: Subject) -> str:
        return target.page


class RemoveFile(OnRow[AttachedFile]):
    title = "Remove file"
    verb = "Remove"
    help = "The file is deleted. The journal keeps its name and its SHA-256."
    success = "The file is removed."
    dangerous = True
    model = AttachedFile
    target_name = "file"
    related = ("evaluation__owner",)
    service = remove_file
    heading_format = "{title}: {target.name}"

    def cancel_url(self, target: AttachedFile) -> str:
        topic = TOPICS[target.topic]
        subject = topic.find(target.uploaded_by, target.subject_id)
        if subject:
            return subject.page
        return self.page(target)


def attached_file(request: HttpRequest, file_id: uuid.UUID) -> HttpResponse:
    """The file as an attachment, never run; it was not scanned for viruses."""
    check_query(request)
    user: Any = request.user
    rows = AttachedFile.objects.visible_to(user).kept()
    file = rows.filter(pk=file_id).select_related("evaluation").first()
    if file is None:
        raise NotFound
    TOPICS[file.topic].ask_before(request, file.evaluation)
    return attachment(file.stored_as, name=file.name, content_type=file.content_type)


site.register_page("files/<uuid:file_id>/", attached_file, "attached_file")


JOURNAL.register(
    "talk",
    JournalPart(
        words=phrases_beside(__file__),
        seals={
            "comment": partial(open_rows, Comment),
            "attachedfile": partial(open_rows, AttachedFile),
        },
    ),
)
