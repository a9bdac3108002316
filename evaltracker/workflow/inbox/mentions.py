"""Comments in which the person is mentioned, and has not answered yet."""

from collections.abc import Iterator

from evaltracker.comments.words import discuss_address
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Mention
from evaltracker.workflow.inbox.items import Desk, WorkItem


def mentions(desk: Desk) -> Iterator[WorkItem]:
    """One for each subject, also of decisions that are made."""
    if not Mention.objects.waiting().filter(person=desk.user).exists():
        return
    rows = Mention.objects.visible_to(desk.user).waiting().filter(person=desk.user)
    if desk.only is not None:
        rows = rows.in_evaluation(desk.only)
    rows = rows.exclude(comment__evaluation__status=Status.CANCELLED)
    said = set()
    for row in rows.select_related(
        "comment__author", "comment__evaluation__owner"
    ).order_by("-comment__written_at"):
        comment = row.comment
        link = discuss_address(comment.topic, comment.subject_id, comment.part)
        if link not in said:
            said.add(link)
            yield WorkItem(
                comment.evaluation,
                f"{comment.author.name} mentioned you: {comment.about}",
                "It waits until you reply or mark it as read.",
                None,
                link,
                "mention",
            )
