"""Who talks with whom about what, and until when; one sentence for each no."""

from evaltracker.errors import Forbidden, NotFound, Refused
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Comment, User
from evaltracker.evaluations.topics import TOPICS, Subject, is_participant


def subject_of(comment: Comment, by: By) -> Subject:
    """What a comment is about.

    Raises:
        NotFound: it is gone, or not theirs to see.

    """
    user = actor_of(by).user
    topic = TOPICS[comment.topic]
    found = user and topic.find(user, comment.subject_id, comment.part)
    if not found:
        raise NotFound
    return found


def check_comment(subject: Subject, by: By) -> None:
    """People with a part say something, until the decision is frozen.

    Raises:
        Forbidden: no part. NotFound: sealed from them. Refused: it is over.

    """
    evaluation, topic = subject.evaluation, subject.topic
    user = actor_of(by).user
    if user is None or not is_participant(user, evaluation):
        raise Forbidden("Only people with a part in this evaluation comment on it.")
    if not topic.people(evaluation, User.objects.filter(pk=user.pk)).exists():
        raise NotFound
    if topic.is_frozen(evaluation):
        over = evaluation.get_status_display().lower()
        only = (
            " Comment on the decision." if evaluation.status == Status.DECIDED else ""
        )
        raise Refused(f"“{evaluation}” is {over}, so nothing more is said here.{only}")


def check_comment_again(comment: Comment, by: By) -> None:
    """As for a new one, where the comment stands."""
    check_comment(subject_of(comment, by), by)


def check_resolve_thread(comment: Comment, by: By) -> None:
    """Anybody who may answer resolves an open thread."""
    check_comment_again(comment, by)
    if comment.parent_id:
        raise Refused("This is a reply. Resolve the comment that it answers.")
    if comment.resolved_at:
        raise Refused("This thread is resolved already.")


def check_reopen_thread(comment: Comment, by: By) -> None:
    """Anybody who may answer reopens a resolved one."""
    check_comment_again(comment, by)
    if not comment.resolved_at:
        raise Refused("This thread is open.")


def check_withdraw_comment(comment: Comment, by: By) -> None:
    """Its author takes it back, while something can be said there."""
    if comment.author_id != getattr(actor_of(by).user, "pk", None):
        raise Forbidden("Only its author withdraws a comment.")
    check_comment_again(comment, by)
    if comment.withdrawn_at:
        raise Refused("You have withdrawn it already.")


def check_read_mention(comment: Comment, by: By) -> None:
    """Who is mentioned says that they have read it, also once it is frozen."""
    user = actor_of(by).user
    mine = comment.mentions.filter(person=user) if user else comment.mentions.none()
    if not mine.exists():
        raise Forbidden("You are not mentioned in this comment.")
    if not mine.filter(answered_at__isnull=True).exists():
        raise Refused("You have read or answered it already.")
