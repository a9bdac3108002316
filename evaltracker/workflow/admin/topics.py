"""Parts of the memo, and the decision itself, can be talked about."""

from django.db.models import Q, QuerySet
from django.urls import reverse

from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.topics import Topic, register_topic
from evaltracker.pages.workspace import page_address
from vendors.admin.conflict_question import open_answers
from vendors.policy import unbarred, where_unbarred

# By what names it in an address: the headings of the memo before its appendix.
MEMO_PARTS = {
    "why": "Why this one",
    "costs": "What it really costs",
    "change": "What would change our mind",
    "sure": "How sure the first place is",
    "options": "Options compared",
    "brief": "The brief, answered",
    "dissent": "Dissent",
    "conditions": "Conditions",
    "waived": "Rules waived and knock-outs excused",
    "eliminated": "Eliminated",
    "appendix": "Appendix",
}


def decisions_of(user: User) -> QuerySet[Evaluation]:
    """Evaluations that `user` sees, where no interest bars them."""
    rows: QuerySet[Evaluation] = Evaluation.objects.visible_to(user)
    return rows.filter(where_unbarred(user, "")).select_related("owner")


def memos_of(user: User) -> QuerySet[Evaluation]:
    """Those of them whose memo `user` may read; of their own, also a former one's."""
    opened = Q(prices_opened_at__isnull=False, stage=Stage.DECISION)
    return decisions_of(user).filter(Q(owner=user) | Q(status=Status.DECIDED) | opened)


def who_reads_memo(evaluation: Evaluation, people: QuerySet[User]) -> QuerySet[User]:
    """The owner alone until the decision stage has come and prices are open."""
    opened = evaluation.prices_opened_at and evaluation.stage == Stage.DECISION
    if not opened and evaluation.status != Status.DECIDED:
        people = people.filter(pk=evaluation.owner_id)
    return unbarred(evaluation, people)


def about_decision(row: Evaluation, part: str) -> tuple[Evaluation, str, str] | None:
    """The decision as a whole."""
    return None if part else (row, "The decision", page_address(row, "decision"))


def about_memo(row: Evaluation, part: str) -> tuple[Evaluation, str, str] | None:
    """One of its parts."""
    if part not in MEMO_PARTS:
        return None
    page = f"{reverse('admin:memo', args=[row.slug])}#discussed"
    return row, f"Memo: {MEMO_PARTS[part]}", page


register_topic(
    Topic(
        name="decision",
        noun="the decision",
        rows=decisions_of,
        people=unbarred,
        describe=about_decision,
        tab="decision",
        ask_before=open_answers,
        after_decision=True,
        takes_files=True,
    )
)
register_topic(
    Topic(
        name="memo",
        noun="a part of the memo",
        rows=memos_of,
        people=who_reads_memo,
        describe=about_memo,
        tab="memo",
        ask_before=open_answers,
    )
)
