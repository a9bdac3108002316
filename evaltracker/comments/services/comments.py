"""Saying something about a subject, answering, resolving and withdrawing."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from evaltracker.comments.notices import Mentioned
from evaltracker.comments.policy import (
    check_comment,
    check_read_mention,
    check_reopen_thread,
    check_resolve_thread,
    check_withdraw_comment,
)
from evaltracker.errors import Invalid, NotFound, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.models import Comment, Mention, User
from evaltracker.evaluations.policy import lock
from evaltracker.evaluations.topics import Subject
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.toolbox.text import read_text

LONGEST = 2_000
MOST_ON_ONE = 200
MOST_MENTIONED = 20


@transaction.atomic
def add_comment(
    *,
    subject: Subject,
    text: str,
    by: User,
    mentions: Collection[User] = (),
    parent: Comment | None = None,
) -> Comment:
    """Say something about a subject, or answer; who is mentioned gets a notice.

    Raises:
        NotFound: sealed from them. Forbidden: no part in the evaluation.
        Refused: the decision is frozen, the thread is resolved, or too much was said.
        Invalid: no text, too long, or somebody is mentioned who may not see it.

    """
    evaluation = lock(subject.evaluation)
    seen = subject.topic.find(by, subject.subject_id, subject.part)
    if seen is None:
        raise NotFound
    check_comment(seen, by)
    said = _read(text)
    people = _mentioned(seen, mentions, by)
    root = _thread(seen, parent)
    place = {"topic": seen.topic.name, "subject_id": seen.subject_id, "part": seen.part}
    if Comment.objects.filter(evaluation=evaluation, **place).count() >= MOST_ON_ONE:
        raise Refused(
            f"There are {MOST_ON_ONE} comments here already, and no more are taken. "
            "Meet, and write down what you agree on."
        )
    comment = Comment.objects.create(
        **place,
        evaluation=evaluation,
        about=seen.name[:200],
        parent=root,
        author=by,
        text=said,
    )
    if root is not None:
        _answer_mentions(root, by)
    _mention(comment, people)
    _record(comment, "replied" if root else "added", by)
    return comment


@transaction.atomic
def resolve_thread(*, comment: Comment, by: User) -> Comment:
    """Close a comment with its replies; who was mentioned in it waits no more.

    Raises:
        NotFound: sealed from them. Forbidden: no part in the evaluation.
        Refused: a reply, resolved already, or the decision is frozen.

    """
    comment = _locked(comment)
    check_resolve_thread(comment, by)
    comment.resolved_at, comment.resolved_by = timezone.now(), by
    comment.save(update_fields=["resolved_at", "resolved_by"])
    _record(comment, "resolved", by)
    return comment


@transaction.atomic
def reopen_thread(*, comment: Comment, by: User) -> Comment:
    """Open a resolved thread again.

    Raises:
        NotFound: sealed from them. Forbidden: no part in the evaluation.
        Refused: it is open, or the decision is frozen.

    """
    comment = _locked(comment)
    check_reopen_thread(comment, by)
    comment.resolved_at = comment.resolved_by = None
    comment.save(update_fields=["resolved_at", "resolved_by"])
    _record(comment, "reopened", by)
    return comment


@transaction.atomic
def withdraw_comment(*, comment: Comment, by: User) -> Comment:
    """Take back what one said: the text goes, that there was one stays.

    Raises:
        NotFound: sealed from them. Forbidden: somebody else's.
        Refused: withdrawn already, or the decision is frozen.

    """
    comment = _locked(comment)
    check_withdraw_comment(comment, by)
    comment.text, comment.withdrawn_at = "", timezone.now()
    comment.save(update_fields=["text", "withdrawn_at"])
    _record(comment, "withdrawn", by)
    return comment


@transaction.atomic
def read_mention(*, comment: Comment, by: User) -> Comment:
    """Say that one has read what one was mentioned in; nobody else is told.

    Raises:
        Forbidden: not mentioned in it. Refused: read or answered already.

    """
    comment = _locked(comment)
    check_read_mention(comment, by)
    comment.mentions.filter(person=by).update(answered_at=timezone.now())
    return comment


def _locked(comment: Comment) -> Comment:
    """The comment as it is now, its evaluation locked."""
    lock(comment.evaluation)
    return Comment.objects.select_related("evaluation__owner").get(pk=comment.pk)


def _read(text: str) -> str:
    """The text as it is kept."""
    try:
        said = read_text(text, limit=LONGEST)
    except ValueError as error:
        raise Invalid(str(error), errors={"text": [str(error)]}) from error
    if not said:
        sentence = "Write your comment first."
        raise Invalid(sentence, errors={"text": [sentence]})
    return said


def _mentioned(
    subject: Subject, mentions: Collection[User], by: User
) -> Collection[User]:
    """Those who are mentioned, each of whom may read it; never the author."""
    asked = {person.pk: person for person in mentions if person.pk != by.pk}
    if len(asked) > MOST_MENTIONED:
        sentence = f"Mention at most {MOST_MENTIONED} people."
        raise Invalid(sentence, errors={"mentions": [sentence]})
    readers = subject.topic.audience(subject.evaluation)
    seen = set(readers.filter(pk__in=asked).values_list("pk", flat=True))
    if hidden := [person.name for key, person in asked.items() if key not in seen]:
        sentence = f"{hidden[0]} may not see {subject.topic.noun} here."
        raise Invalid(sentence, errors={"mentions": [sentence]})
    return list(asked.values())


def _thread(subject: Subject, parent: Comment | None) -> Comment | None:
    """The comment that is answered: the first of its thread."""
    if parent is None:
        return None
    root = Comment.objects.get(pk=parent.parent_id or parent.pk)
    there = (root.topic, root.subject_id, root.part)
    if there != (subject.topic.name, subject.subject_id, subject.part):
        raise NotFound
    if root.resolved_at:
        raise Refused("This thread is resolved. Reopen it to answer.")
    return root


def _mention(comment: Comment, people: Collection[User]) -> None:
    """Ask them to read it, each by a notice."""
    for person in people:
        mention = Mention.objects.create(comment=comment, person=person)
        owe_now(
            kind=Mentioned.name,
            evaluation=comment.evaluation,
            subject_id=mention.pk,
            occurrence="",
            recipient=person,
        )


def _answer_mentions(root: Comment, by: User) -> None:
    """Whoever replies in a thread has answered what mentioned them in it."""
    here = Comment.objects.filter(pk=root.pk) | Comment.objects.filter(parent=root)
    Mention.objects.filter(
        comment__in=here.values("pk"), person=by, answered_at__isnull=True
    ).update(answered_at=timezone.now())


def _record(comment: Comment, what: str, by: User) -> None:
    """That somebody said something where; never what."""
    journal.record(
        evaluation=comment.evaluation,
        action=f"comment.{what}",
        subject=comment,
        by=by,
        after={"about": comment.about},
    )
