"""The workspace of an evaluation: where it is, what is next, what stands in the way."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from evaltracker.errors import why_not
from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.models import Evaluation, User, Visit
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.workspace import evaluation_page, show
from evaltracker.workflow.admin.how_candidates_stand import how_they_stand
from evaltracker.workflow.admin.my_work import sign_of
from evaltracker.workflow.admin.plan_rows import draw
from evaltracker.workflow.admin.stage_acts import next_stage
from evaltracker.workflow.gates import Look
from evaltracker.workflow.gates.reports import first_closed, kept_from, reports_for
from evaltracker.workflow.inbox import NextStep, my_work, next_step
from evaltracker.workflow.inbox.steps import step_after
from evaltracker.workflow.models import Decision, Succession, Waiver
from evaltracker.workflow.selectors import local_day, plan_of
from evaltracker.workflow.services.handing_on import check_hand_on
from stakeholders.policy import is_leadership
from stakeholders.selectors import objectives_in_conflict
from vendors.admin.conflict_question import undeclared_by
from vendors.policy import may_read_answers
from vendors.selectors.sent import count_unseen

BRIEF_SHOWN = 400
BEFORE_DEMOS = (Stage.REQUIREMENTS, Stage.RESEARCH)


@evaluation_page("overview", "Overview", order=10, route="")
def overview(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """The stepper, the next action, the rules of this stage, the plan, the visits."""
    user: Any = request.user
    owner = is_owner(user, evaluation)
    look = Look(evaluation)
    visits = look.visits
    plan = plan_of(evaluation, visits)
    reports = reports_for(user, evaluation, look) if evaluation.is_open else []
    return show(
        request,
        evaluation,
        "workflow/overview.html",
        title=evaluation.title,
        tab="overview",
        crumbs=[(str(evaluation), "")],
        step=the_step(evaluation, user, look) if evaluation.is_open else None,
        reports=reports,
        closed=sum(not report.open for report in reports),
        following=next_stage(evaluation),
        notes=stage_notes(evaluation, visits),
        plan=draw(plan, evaluation) if plan else None,
        visits=list(reversed(visits)),
        clashes=objectives_in_conflict(evaluation)
        if evaluation.is_open and evaluation.stage in BEFORE_DEMOS
        else [],
        waivers=Waiver.objects.filter(visit__evaluation=evaluation).select_related(
            "waived_by__user", "visit"
        ),
        chosen=chosen_in(evaluation),
        **answers(evaluation, user),
        **kin(evaluation, user),
        is_owner=owner,
        may_waive=evaluation.is_open and is_leadership(user, evaluation),
        may_send_back=owner and evaluation.stage != Stage.REQUIREMENTS,
    )


def answers(evaluation: Evaluation, user: User) -> dict[str, Any]:
    """How candidates stand, and how many answers are new, as the reader may see."""
    stand = how_they_stand(evaluation, user)
    closed = stand.unasked or stand.closed
    unseen = {} if closed else count_unseen(user, [evaluation])
    return {
        "stand": stand,
        "unseen": sum(unseen.values()),
        # In requirements there is nothing of them to read.
        "undeclared": undeclared_by(user, evaluation)
        if evaluation.stage != Stage.REQUIREMENTS
        else [],
    }


def kin(evaluation: Evaluation, user: User) -> dict[str, Any]:
    """What it was started from, what from it, and whether the reader hands it on."""
    here = Q(evaluation=evaluation) | Q(origin=evaluation)
    ties = list(Succession.objects.filter(here).values_list("evaluation", "origin"))
    relatives = {key for tie in ties for key in tie} - {evaluation.pk}
    origins = {origin for _, origin in ties}
    seen: list[Evaluation] = []
    if ties:
        seen += Evaluation.objects.visible_to(user).filter(pk__in=relatives)
    return {
        "origin": next((one for one in seen if one.pk in origins), None),
        "followers": [one for one in seen if one.pk not in origins],
        "may_hand_on": why_not(check_hand_on, evaluation, user) is None,
    }


def chosen_in(evaluation: Evaluation) -> str:
    """The name of whom the purchase was decided for; blank until then."""
    if evaluation.status != Status.DECIDED:
        return ""
    decision = Decision.objects.filter(evaluation=evaluation, decided_at__isnull=False)
    names = decision.values_list("candidate__name", flat=True)
    return names.first() or ""


def the_step(evaluation: Evaluation, user: User, look: Look) -> NextStep | None:
    """The one thing that this reader does next; None if others are awaited."""
    if is_owner(user, evaluation):
        return step_for(evaluation, user, look)
    mine = my_work(user, evaluation)
    if not mine:
        return None
    first = mine[0]
    return NextStep(
        first.what, first.why, first.link, sign_of(first)[1], waits=first.waits
    )


def step_for(evaluation: Evaluation, owner: User, look: Look) -> NextStep:
    """The next step, or what comes before it where it tells of answers."""
    closed = first_closed(look)
    if closed and closed[0].tells and not may_read_answers(owner, evaluation):
        return step_after(evaluation, kept_from(owner, evaluation, [closed[1]]))
    return next_step(evaluation, look)


def stage_notes(evaluation: Evaluation, visits: list[Visit]) -> dict[str, str]:
    """A line under each stage of the stepper: since when, or how often."""
    notes = {}
    for stage in Stage:
        stays = [visit for visit in visits if visit.stage == stage]
        if not stays:
            continue
        newest = stays[-1]
        times = f", {len(stays)}th stay" if len(stays) > 3 else ""
        times = {2: ", 2nd stay", 3: ", 3rd stay"}.get(len(stays), times)
        word = "until" if newest.left_at else "since"
        day = local_day(newest.left_at or newest.entered_at, evaluation.zone)
        notes[str(stage)] = f"{word} {day:%-d %b}{times}"
    return notes
