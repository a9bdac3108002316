"""What people do with comments: write, answer, resolve, reopen, withdraw, read."""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest

from evaltracker.comments.policy import (
    check_comment,
)
from evaltracker.comments.reading import Thread, discuss_address, speakers, threads_on
from evaltracker.comments.services.comments import (
    LONGEST,
    add_comment,
    read_mention,
    reopen_thread,
    resolve_thread,
    withdraw_comment,
)
from evaltracker.evaluations.models import Comment, Evaluation, User
from evaltracker.evaluations.topics import TOPICS, Subject, find_subject
from evaltracker.pages.acts import address_of, register_act
from evaltracker.pages.workspace import SEALS, InEvaluation


class PeopleToMention(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Colleagues to tick, by name."""

    def label_from_instance(self, obj: Any) -> str:
        name: str = obj.name
        return name


class CommentForm(forms.Form):
    """What is said, and who is asked to read it."""

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
        help_text="They get a notice. Only people who may see this are listed.",
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
        self.replying = self._thread_answered(threads)
        if self.replying:
            spoke = [user.pk for user in speakers([self.replying])]
            told = [pk for pk in spoke if people.filter(pk=pk).exists()]
            self.initial["mentions"] = told[:1]

    def _thread_answered(self, threads: Sequence[Thread]) -> Thread | None:
        """The thread that the form answers, if any."""
        asked = str(self["parent"].value() or "")
        return next((it for it in threads if str(it.root.pk) == asked), None)


@register_act
class Discuss(InEvaluation[Subject]):
    """What was said about something, and a form to say more."""

    title = "Discuss"
    verb = "Comment"
    success = "Your comment is added."
    form_class = CommentForm
    template = "comments/discuss.html"
    prefill = ("parent",)
    target_name = "subject"
    service = add_comment
    rule = check_comment

    def load(self, user: User, target_id: str) -> Subject:
        return find_subject(user, target_id)

    def ask_before(self, request: HttpRequest, target: Subject) -> None:
        target.topic.ask_before(request, target.evaluation)

    def form_kwargs(self, target: Subject, user: User) -> dict[str, Any]:
        """Who may be mentioned: those who may see it, but not oneself."""
        people = target.topic.audience(target.evaluation).exclude(pk=user.pk)
        return {"people": people, "threads": threads_on(target)}

    def context(self, target: Subject, user: User) -> dict[str, Any]:
        found = {**super().context(target, user), "tab": target.topic.tab}
        refusal = self.why_not(user, target)
        return {**found, "subject": target, "refusal": refusal, "in_act": True}

    def cancel_url(self, target: Subject) -> str:
        """The thread itself; its page leads to what it is about."""
        return address_of(self.name, target)


class OnComment(InEvaluation[Comment]):
    """An act on a comment, which ends in its thread."""

    model = Comment
    target_name = "comment"
    related = ("evaluation__owner", "author", "parent")

    def evaluation(self, target: Comment) -> Evaluation:
        return target.evaluation

    def ask_before(self, request: HttpRequest, target: Comment) -> None:
        TOPICS[target.topic].ask_before(request, target.evaluation)

    def context(self, target: Comment, user: User) -> dict[str, Any]:
        return {
            **super().context(target, user),
            "tab": TOPICS[target.topic].tab,
            "comment": target,
        }

    def heading(self, target: Comment) -> str:
        return f"{self.title}: {target.about}"

    def cancel_url(self, target: Comment) -> str:
        """Where its thread stands."""
        return discuss_address(target.topic, target.subject_id, target.part)


@register_act
class ResolveThread(OnComment):
    title = "Resolve thread"
    verb = "Resolve"
    help = "Nobody who is mentioned in it is waited for. It can be opened again."
    success = "The thread is resolved."
    service = resolve_thread


@register_act
class ReopenThread(OnComment):
    title = "Reopen thread"
    verb = "Reopen"
    success = "The thread is open again."
    service = reopen_thread


@register_act
class WithdrawComment(OnComment):
    title = "Withdraw comment"
    verb = "Withdraw"
    help = "Its text is deleted. That you wrote a comment stays, as “withdrawn”."
    success = "Your comment is withdrawn."
    dangerous = True
    service = withdraw_comment


@register_act
class ReadMention(OnComment):
    title = "Mark as read"
    verb = "Mark as read"
    help = "It leaves My work. Nobody is told."
    success = "It is marked as read."
    service = read_mention


# What the journal keeps to itself of comments: where those were that one may not
# read.


def open_comments(user: User, evaluation: Evaluation, ids: Collection[str]) -> set[str]:
    """Comments that the reader may see."""
    seen = Comment.objects.visible_to(user).filter(evaluation=evaluation, pk__in=ids)
    return {str(key) for key in seen.values_list("pk", flat=True)}


SEALS.register("comment", open_comments)
