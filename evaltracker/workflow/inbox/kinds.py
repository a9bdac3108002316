"""Every other kind of work; each reads a fixed number of times."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import Value
from django.urls import reverse

from evaltracker.evaluations.choices import NOTICE_UNCLEAR, Stage
from evaltracker.evaluations.models import Category, Notice
from evaltracker.kit.text import shortened
from evaltracker.workflow import links
from evaltracker.workflow.inbox.counts import unseen
from evaltracker.workflow.inbox.items import Desk, WorkItem
from stakeholders.choices import Role
from stakeholders.models import Condition, RoleWeight
from trials.choices import MilestoneState
from trials.models import Milestone
from vendors.choices import ProposalState
from vendors.models import ContactRequest, Proposal, Question

OF_BEFORE = "Something has changed since; this is how it stood before."


def conditions(desk: Desk) -> Iterator[WorkItem]:
    """Open conditions that the person has to meet."""
    rows = Condition.objects.filter(
        owner=desk.user,
        closed_at__isnull=True,
        sign_off__visit__evaluation__in=list(desk.evaluations),
    ).select_related("sign_off__visit")
    read = ("text", "due_on", "sign_off__printed_name", "sign_off__visit__evaluation")
    for row in rows.only(*read):
        evaluation = desk.evaluations[row.sign_off.visit.evaluation_id]
        yield desk.item(
            "condition",
            evaluation,
            f"Meet the condition: {shortened(row.text)}",
            f"{row.sign_off.printed_name} gave a conditional approval; this is yours.",
            links.page(evaluation, "sign_offs", f"condition-{row.pk}"),
            row.due_on,
        )


def milestones(desk: Desk) -> Iterator[WorkItem]:
    """Open milestones that the person owns."""
    rows = Milestone.objects.filter(
        owner=desk.user,
        state=MilestoneState.OPEN,
        evaluation__in=list(desk.evaluations),
    ).select_related("trial__candidate")
    read = ("evaluation", "title", "due_at", "trial__candidate__name")
    for row in rows.only(*read):
        evaluation = desk.evaluations[row.evaluation_id]
        trials = links.page(evaluation, "trials")
        of = f" in the trial of {row.trial.candidate}" if row.trial else ""
        yield desk.item(
            "milestone",
            evaluation,
            f"Milestone: {shortened(row.title)}",
            f"You own this milestone{of}.",
            links.trial(row.trial) if row.trial else trials,
            row.due_at,
            alike=f"milestones{of}",
        )


def weights(desk: Desk) -> Iterator[WorkItem]:
    """Weights that the person's role has not said yet."""
    roles = {
        (part.evaluation_id, part.role)
        for part in desk.parts
        if desk.evaluations[part.evaluation_id].stage == Stage.REQUIREMENTS
    }
    if not roles:
        return
    where = {evaluation for evaluation, _ in roles}
    asked: Counter[Any] = Counter(
        Category.objects.filter(evaluation__in=where).values_list(
            "evaluation", flat=True
        )
    )
    said: Counter[Any] = Counter(
        RoleWeight.objects.filter(evaluation__in=where).values_list(
            "evaluation", "role"
        )
    )
    for key, role in sorted(roles, key=str):
        missing = asked[key] - said[key, role]
        if missing > 0:
            evaluation = desk.evaluations[key]
            label = Role(role).label
            yield desk.item(
                "weights",
                evaluation,
                f"Set weights for {label}: {missing} of {asked[key]} categories to go",
                f"You hold the role of {label}; weights are set before any vendor "
                "is seen.",
                reverse("admin:act_on", args=["say-role-weights", key]),
            )


def next_steps(desk: Desk) -> Iterator[WorkItem]:
    """The one next action of every evaluation that the person runs."""
    for evaluation in desk.owned:
        stand = desk.stands.of(evaluation)
        if desk.keeps_out(evaluation.pk):  # what is next may tell of answers
            stand = unseen(evaluation)
        step = stand.step
        before = f" {OF_BEFORE}" if stand.is_of_before else ""
        yield desk.item(
            "next_step",
            evaluation,
            step.what,
            f"You run this evaluation. {step.why}{before}",
            step.link,
            waits=not step.verb,
        )


def questions(desk: Desk) -> Iterator[WorkItem]:
    """Open questions in the person's own evaluations."""
    rows = Question.objects.filter(
        evaluation__in=desk.owned, answered_at__isnull=True
    ).values_list("evaluation", flat=True)
    for key, number in Counter(rows).items():
        evaluation = desk.evaluations[key]
        yield desk.item(
            "questions",
            evaluation,
            f"Answer {number} open question{'s' if number > 1 else ''}",
            "All invited vendors read the answer; none learns who asked.",
            links.page(evaluation, "questions", "questions"),
        )


def proposals(desk: Desk) -> Iterator[WorkItem]:
    """What vendors suggest and whom they ask to let in, in the person's own
    evaluations; one query for both.
    """
    suggested, asked = (
        # SQLite takes no order inside a union.
        model.objects.filter(
            candidate__evaluation__in=desk.owned, state=ProposalState.OPEN
        )
        .order_by()
        .values_list(Value(kind), "candidate__evaluation")
        for model, kind in ((Proposal, "proposals"), (ContactRequest, "colleagues"))
    )
    rows = suggested.union(asked, all=True).order_by()
    for (kind, key), number in Counter(rows).items():
        evaluation, many = desk.evaluations[key], "s" if number > 1 else ""
        if kind == "proposals":
            what = f"Rule on {number} suggested requirement{many}"
            why = "A vendor thinks that something is missing; accept or decline it."
            link = links.page(evaluation, "questions", "proposals")
        else:
            what = f"Answer {number} vendor{many} asking to let a colleague in"
            why = "The colleague gets a link of their own once you say yes."
            link = links.page(evaluation, "invitations", "contact-requests")
        yield desk.item(kind, evaluation, what, why, link)


def unclear_notices(desk: Desk) -> Iterator[WorkItem]:
    """Mails that did not surely arrive, in the person's own evaluations."""
    rows = Notice.objects.filter(
        evaluation__in=desk.owned, state__in=NOTICE_UNCLEAR
    ).values_list("evaluation", flat=True)
    for key, number in Counter(rows).items():
        evaluation = desk.evaluations[key]
        yield desk.item(
            "notices",
            evaluation,
            f"See to {number} mail{'s' if number > 1 else ''} that did not go through",
            "They were refused, or may not have arrived; decide what happens to them.",
            links.page(evaluation, "notices", "unclear"),
        )
