"""Acts that move an evaluation: advance, send back, cancel, waive a rule."""

import http
import http.client
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evaltracker.decision.admin.comparison import how_they_stand
from evaltracker.decision.models import Decision, Succession, Waiver
from evaltracker.decision.services.ownership import check_hand_on
from evaltracker.decision.services.promise_checks import may_follow, start_next
from evaltracker.environment import SERVE_VENDOR_API, vendor_database
from evaltracker.errors import why_not
from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.models import Evaluation, User, Visit
from evaltracker.evaluations.policy import is_owner
from evaltracker.evaluations.topic_types import Topic, register_topic
from evaltracker.pages.acts import Outcome
from evaltracker.pages.fields import (
    OfferingForm,
    ReasonForm,
    day_field,
    form_of,
    text_field,
)
from evaltracker.pages.workspace import (
    OnEvaluation,
    evaluation_page,
    page_address,
    show,
)
from evaltracker.requirements.plan import Plan, PlanRow, PlanRowState
from evaltracker.toolbox.days import local_day
from evaltracker.workflow.admin.my_work import sign_of
from evaltracker.workflow.gates import GateContext, gates_of
from evaltracker.workflow.gates.context import (
    Blocker,
    GateReport,
    first_closed,
    in_the_way,
    kept_from,
    menders_of,
    reports_for,
)
from evaltracker.workflow.inbox import NextStep, my_work, next_step
from evaltracker.workflow.inbox.glances import Awaited, waiting_on
from evaltracker.workflow.inbox.items import step_after
from evaltracker.workflow.services.stages import advance, cancel, send_back, waive_gate
from stakeholders.policy import is_leadership
from stakeholders.selectors import (
    objectives_in_conflict,
    parts_without_weights,
    plan_of,
)
from vendors.admin.access import (
    BAD,
    CHECKS,
    GOOD,
    LATER,
    WARN,
    AccessStep,
    SuggestedFix,
)
from vendors.admin.access import AccessDiagnosis as VendorAccessLook
from vendors.admin.base import open_answers, undeclared_by
from vendors.isolation.roles import faults_of
from vendors.policy import may_read_answers, unbarred, where_unbarred
from vendors.selectors.dialogue import count_unseen

WORDS = {
    PlanRowState.DONE: ("done", "good"),
    PlanRowState.NOW: ("now", "info"),
    PlanRowState.LATE: ("too late", "bad"),
    PlanRowState.AHEAD: ("ahead", ""),
}


def plan_rows(plan: Plan, evaluation: Evaluation) -> list[tuple[str, PlanRow, Any]]:
    names = [row.stage.replace("_", " ").capitalize() for row in plan.rows]
    return [
        (evaluation.say(name), row, WORDS[row.state])
        for name, row in zip(names, plan.rows, strict=True)
    ]


class Advance(OnEvaluation):
    title = "Advance to the next stage"
    verb = "Advance"
    form_class = form_of(
        from_stage=forms.ChoiceField(choices=Stage.choices, widget=forms.HiddenInput)
    )
    template = "workflow/advance.html"
    service = advance

    def heading(self, target: Evaluation) -> str:
        following = next_stage(target)
        if following is None:
            return "The last stage is left by deciding"
        return self.say(f"Advance to {following.label.lower()}")

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {"from_stage": target.stage}

    def context(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {
            **super().context(target, user),
            "following": next_stage(target),
            "reports": reports_for(user, target) if target.is_open else [],
            # The last moment before a good show settles what people want differently.
            "clashes": objectives_in_conflict(target)
            if target.stage == Stage.RESEARCH
            else [],
        }

    def success_message(self, target: Evaluation, outcome: Outcome) -> str:
        target.refresh_from_db(fields=["stage"])
        return f"The evaluation is in {target.get_stage_display().lower()} now."


class SendBackForm(OfferingForm):
    to_stage = forms.ChoiceField(label="Back to")
    reason = text_field(max_length=5000, help_text="Everybody reads it in the journal.")
    offers: ClassVar = {
        "to_stage": lambda about: Stage.choices[: Stage(about.stage).position]
    }


class SendBack(OnEvaluation):
    title = "Send back to an earlier stage"
    verb = "Send back"
    help = (
        "The stage starts again. Signatures stay on record but no longer count, so "
        "everybody signs again."
    )
    success = "Sent back."
    form_class = SendBackForm
    dangerous = True
    service = send_back


class CancelEvaluation(OnEvaluation):
    title = "Cancel the evaluation"
    verb = "Cancel the evaluation"
    help = "It ends without a decision. Nothing in it changes any more."
    success = "The evaluation is cancelled."
    form_class = ReasonForm
    dangerous = True
    service = cancel


class WaiveForm(OfferingForm):
    gate = forms.ChoiceField(label="Rule", widget=forms.RadioSelect)
    reason = text_field(
        max_length=5000, help_text="The decision memo prints it under your name."
    )
    offers: ClassVar = {
        "gate": lambda about: [
            (gate.name, gate.title) for gate in gates_of(about.stage) if gate.waivable
        ]
    }


class WaiveGate(OnEvaluation):
    title = "Waive a rule"
    verb = "Waive the rule"
    help = (
        "The rule no longer keeps the evaluation in this stage, until it is sent back. "
        "You can't undo this."
    )
    success = "The rule is waived."
    form_class = WaiveForm
    dangerous = True
    prefill = ("gate",)
    service = waive_gate


def next_stage(evaluation: Evaluation) -> Stage | None:
    following = Stage(evaluation.stage).position + 1
    if following < len(Stage):
        return list(Stage)[following]
    return None


# So many of what keeps a stage open are named before its fold.
FIRST = 5
BEFORE_DEMOS = (Stage.REQUIREMENTS, Stage.RESEARCH)


@evaluation_page("overview", "Overview", order=10, route="")
def overview(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    user: Any = request.user
    owner = is_owner(user, evaluation)
    look = GateContext(evaluation)
    visits = look.visits
    plan = plan_of(evaluation, visits)
    if evaluation.is_open:
        reports = reports_for(user, evaluation, look)
    else:
        reports = []
    sections = answers(evaluation, user) | kin(evaluation, user)
    if owner:
        sections |= who_is_awaited(evaluation, reports)
    return show(
        request,
        evaluation,
        "workflow/overview.html",
        title=evaluation.title,
        crumbs=[(str(evaluation), "")],
        step=the_step(evaluation, user, look) if evaluation.is_open else None,
        reports=reports,
        closed=sum(not report.open for report in reports),
        first_blockers=in_the_way(reports)[:FIRST],
        following=next_stage(evaluation),
        notes=stage_notes(evaluation, visits),
        plan=plan,
        plan_rows=plan_rows(plan, evaluation) if plan else [],
        visits=list(reversed(visits)),
        clashes=objectives_in_conflict(evaluation)
        if evaluation.is_open and evaluation.stage in BEFORE_DEMOS
        else [],
        waivers=Waiver.objects.filter(visit__evaluation=evaluation).select_related(
            "waived_by__user", "visit"
        ),
        chosen=chosen_in(evaluation),
        weightless=weights_awaited(evaluation) if evaluation.is_open else None,
        is_owner=owner,
        may_waive=evaluation.is_open and is_leadership(user, evaluation),
        may_send_back=owner and evaluation.stage != Stage.REQUIREMENTS,
        **sections,
    )


def answers(evaluation: Evaluation, user: User) -> dict[str, Any]:
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
    here = Q(evaluation=evaluation) | Q(origin=evaluation)
    ties = list(Succession.objects.filter(here).values_list("evaluation", "origin"))
    relatives = {key for tie in ties for key in tie} - {evaluation.pk}
    origins = {origin for _, origin in ties}
    seen: list[Evaluation] = []
    if ties:
        seen += Evaluation.objects.visible_to(user).filter(pk__in=relatives)
    return {
        "origin": next((relative for relative in seen if relative.pk in origins), None),
        "followers": [relative for relative in seen if relative.pk not in origins],
        "may_hand_on": why_not(check_hand_on, evaluation, user) is None,
    }


def chosen_in(evaluation: Evaluation) -> str:
    if evaluation.status != Status.DECIDED:
        return ""
    decision = Decision.objects.filter(evaluation=evaluation, decided_at__isnull=False)
    names = decision.values_list("candidate__name", flat=True)
    return names.first() or ""


def who_is_awaited(
    evaluation: Evaluation, reports: Sequence[GateReport]
) -> dict[str, Any]:
    """Whom the owner may remind: of what comes next, and of all that is closed."""
    closed = [report for report in reports if not report.open]
    rows = waiting_on(evaluation, in_the_way(closed))
    kinds = {blocker.kind for report in closed[:1] for blocker in report.blockers}
    following = next((row for row in rows if row.kind in kinds), None)
    return {"waiting": rows, "awaited": following}


def weights_awaited(evaluation: Evaluation) -> Awaited | None:
    """Who has yet to say what weighs for their role; no gate asks it."""
    lacking = [
        Blocker("", "", "", menders_of([part.user]), "weights", part.get_role_display())
        for part in parts_without_weights(evaluation)
    ]
    return next(iter(waiting_on(evaluation, lacking)), None)


def the_step(evaluation: Evaluation, user: User, look: GateContext) -> NextStep | None:
    if is_owner(user, evaluation):
        closed = first_closed(look)
        if closed and closed[0].tells and not may_read_answers(user, evaluation):
            return step_after(evaluation, kept_from(user, evaluation, [closed[1]]))
        return next_step(evaluation, look)
    mine = my_work(user, evaluation)
    if not mine:
        return None
    first = mine[0]
    return NextStep(
        first.what, first.why, first.link, sign_of(first)[1], waits=first.waits
    )


def stage_notes(evaluation: Evaluation, visits: list[Visit]) -> dict[str, str]:
    notes = {}
    counts = Counter(visit.stage for visit in visits)
    for visit in visits:  # the newest of a stage stays
        word = "until" if visit.left_at else "since"
        day = local_day(visit.left_at or visit.entered_at, evaluation.zone)
        number = counts[visit.stage]
        nth = {2: "2nd", 3: "3rd"}.get(number, f"{number}th")
        if number > 1:
            again = f", {nth} stay"
        else:
            again = ""
        notes[visit.stage] = f"{word} {day:%-d %b}{again}"
    return notes


class NextForm(forms.Form):
    title = forms.CharField(max_length=150)
    must_run_by = day_field(
        required=False,
        label="Must run by",
        help_text="The day it must be in use; the old one is not kept.",
    )
    with_people = forms.BooleanField(
        required=False,
        label="Stakeholders with their roles",
        help_text="They can then see the next evaluation. You become its owner.",
    )
    with_candidates = forms.BooleanField(
        required=False,
        label="Candidates, longlisted again",
        help_text="Without what they claimed, showed or cost; not the eliminated ones.",
    )


class StartNext(OnEvaluation):
    title = "Start the next one from this"
    verb = "Start it"
    success = "The next evaluation is started. Go through its brief first."
    form_class = NextForm
    template = "workflow/start_next.html"
    target_name = "origin"
    service = start_next

    def allowed(self, user: User, target: Evaluation) -> bool:
        return may_follow(user, target)

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """People come along unless somebody says no."""
        return {"title": f"{target.title[:143]} (next)", "with_people": True}

    def context(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {
            **super().context(target, user),
            "requirements": target.requirements.filter(retired_at=None).count(),
            "categories": target.categories.count(),
            "metrics": target.metrics.count(),
            "rules": target.sign_off_rules.count(),
        }

    def destination(self, target: Evaluation, made: Any) -> str:
        return page_address(made, "brief")


# By what names it in an address: the headings of the memo before its appendix.
MEMO_PARTS: dict[str, str] = json.loads(
    Path(__file__).with_name("memo_parts.json").read_text(encoding="utf-8")
)


def decisions_of(user: User) -> QuerySet[Evaluation]:
    rows: QuerySet[Evaluation] = Evaluation.objects.visible_to(user)
    return rows.filter(where_unbarred(user, "")).select_related("owner")


def memos_of(user: User) -> QuerySet[Evaluation]:
    opened = Q(prices_opened_at__isnull=False, stage=Stage.DECISION)
    return decisions_of(user).filter(Q(owner=user) | Q(status=Status.DECIDED) | opened)


def who_reads_memo(evaluation: Evaluation, people: QuerySet[User]) -> QuerySet[User]:
    """The owner alone until the decision stage has come and prices are open."""
    opened = evaluation.prices_opened_at and evaluation.stage == Stage.DECISION
    if not opened and evaluation.status != Status.DECIDED:
        people = people.filter(pk=evaluation.owner_id)
    return unbarred(evaluation, people)


def about_memo(row: Evaluation, part: str) -> tuple[Evaluation, str, str] | None:
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
        describe=lambda row, part: (
            None if part else (row, "The decision", page_address(row, "decision"))
        ),
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


DOOR = "/api/v1/invitations/"
SECONDS = 4
BUILD_AGAIN = "The operator runs `manage.py harden_database` (docs/isolation.md)."


@CHECKS.at(100)
def is_served(look: VendorAccessLook) -> Iterator[AccessStep]:
    """The API is served, by this process or by one whose database role is right."""
    title = "Calls are answered"
    if SERVE_VENDOR_API:
        yield AccessStep(
            title, GOOD, "This process serves it, with the database as its own."
        )
        return
    try:
        role = vendor_database()["USER"]
    except ImproperlyConfigured:
        yield AccessStep(
            title,
            WARN,
            "A process of its own serves it. Which database role it has is not known "
            "here: VENDOR_DATABASE_URL is not set for this one.",
        )
        return
    faults = faults_of(connection, role)
    if faults:
        yield AccessStep(
            title, BAD, f"{faults[0]} {BUILD_AGAIN}", (), tuple(faults[1:])
        )
    else:
        yield AccessStep(
            title, GOOD, f"A process of its own does, as {role}; its rights are whole."
        )


@CHECKS.at(110)
def vendor_access_api_answers(look: VendorAccessLook) -> Iterator[AccessStep]:
    title = "Its address answers"
    address = f"{settings.SITE_URL}{DOOR}"
    if not look.tries:
        mend = SuggestedFix("Try it now", f"{look.here}?try=1")
        yield AccessStep(title, LATER, f"Not tried: {address}", (mend,))
        return
    fault = knock(address)
    if fault:
        yield AccessStep(title, BAD, f"{address}: {fault}")
    else:
        yield AccessStep(
            title,
            GOOD,
            f"{address} asks for a token, as it should. That was tried from here; the "
            "vendor's own network may still keep it from reaching us.",
        )


def knock(address: str) -> str:
    """Empty if that address of ours asks for a token, else what it does instead. It is
    the address that mails and docs name, never one that somebody typed; no redirect is
    followed."""
    parts = urlsplit(address)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    line = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        line.request("GET", parts.path, headers={"Accept": "application/json"})
        answer = line.getresponse()
        body = answer.read(10_000)
    except (OSError, http.client.HTTPException) as error:
        return f"it cannot be reached from here ({type(error).__name__}: {error})."
    finally:
        line.close()
    if answer.status == http.HTTPStatus.UNAUTHORIZED and _is_ours(body):
        return ""
    if answer.status == http.HTTPStatus.TOO_MANY_REQUESTS and _is_ours(body):
        return "it answers 429; too many calls without a token came from our address."
    return (
        f"it answers {answer.status} instead of 401. Something else stands there: look "
        "at the proxy's rules for /api/v1/, and at ALLOWED_HOSTS of the vendor process."
    )


def _is_ours(body: bytes) -> bool:
    try:
        data = json.loads(body)
    except ValueError:
        return False
    return isinstance(data, dict) and {"code", "status", "detail"} <= data.keys()
