"""The list of evaluations: all of a team's purchases at a glance, one line each."""

import datetime
import json
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from unfold.views import ChangeList

from evaltracker.decision.models import (
    ContractTerm,
    Decision,
    Letter,
    PromiseCheck,
    Waiver,
)
from evaltracker.decision.selectors.contract_terms import is_near, term_of
from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.models import Evaluation, User, name_columns
from evaltracker.evaluations.policy import is_owner, may_start_evaluations
from evaltracker.pages.acts import Act, Outcome
from evaltracker.pages.base import HardenedAdmin, ScopedChangeList, by, check_query
from evaltracker.pages.fields import day_field, form_of
from evaltracker.pages.site import site
from evaltracker.pages.tabs import waits_on
from evaltracker.pages.templatetags.evaltracker import badge, day
from evaltracker.pages.workspace import OnEvaluation, page_address
from evaltracker.toolbox.days import today_in
from evaltracker.toolbox.text import shortened
from evaltracker.workflow.inbox import WorkItem, my_work
from evaltracker.workflow.inbox.glances import (
    Glance,
    glances,
    grouped,
    news,
    snoozed_lines,
    split_snoozed,
)
from evaltracker.workflow.inbox.kinds import AHEAD, LETTERS_FRESH
from evaltracker.workflow.models import AskedAct
from evaltracker.workflow.services.sign_offs import (
    mark_news_seen,
    snooze_work,
    wake_work,
)
from evaltracker.workflow.services.stages import send_test_invitation
from stakeholders.models import APPROVALS, Condition, SignOffRule
from stakeholders.policy import has_a_say, lendings_today, voices
from vendors.admin.invitations import ContactsField, ContactsForm, Telling
from vendors.models import Candidate
from vendors.policy import where_unbarred

TOLD = 110


@cache
def stage_picture(stage: str, status: str) -> SafeString:
    now = Stage(stage)
    is_open = status == Status.OPEN
    steps = [
        "done" if not is_open or step.position < now.position else "now"
        for step in Stage
        if step.position <= now.position
    ]
    rest = ["ahead"] * (len(Stage) - len(steps))
    return render_to_string(
        "evaltracker/charts/steps.html",
        {
            "steps": [*steps, *rest],
            "words": now.label if is_open else Status(status).label,
        },
    )


def how_late(glance: Glance) -> SafeString:
    if glance.late:
        return badge(f"late: {glance.late}", "bad")
    if glance.too_late:
        return badge("will be late", "bad")
    return badge("nothing late", "good")


class GlancesList(ScopedChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        user: Any = request.user
        rows: list[Any] = list(self.result_list)  # type: ignore[has-type]
        by_key = glances(user, rows)
        for row in rows:
            row.glance = by_key[row.pk]
        self.result_list = rows


@admin.register(Evaluation, site=site)
class EvaluationAdmin(HardenedAdmin):
    empty_text = (
        "You have no part in an evaluation yet. Ask an evaluation's owner to add "
        "you, or start one from My work."
    )
    list_acts = ("start-evaluation", "import-evaluation")
    list_display = ("title", "in_stage", "next_date", "risk", "leader", "owner")
    list_filter = (by("stage"), by("status"))
    search_fields = ("title", "buyer")
    fields = (
        "title",
        "buyer",
        "owner",
        "stage",
        "status",
        "problem",
        "languages",
        "must_run_by",
        "support_wanted",
        "context",
        "source_note",
    )

    def page_of(self, row: Evaluation) -> str:
        return reverse("admin:evaluation_overview", args=[row.slug])

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return GlancesList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.real().select_related("owner")  # type: ignore[no-any-return]

    @admin.display(description="stage", ordering="stage")
    def in_stage(self, row: Evaluation) -> SafeString:
        return stage_picture(row.stage, row.status)

    @admin.display(description="next date")
    def next_date(self, row: Any) -> SafeString | str:
        if row.glance.next_date is None:
            return "–"
        dated = row.glance.next_date
        return format_html(
            '{}<div class="et-soft">{}</div>', day(dated.day), dated.what
        )

    @admin.display(description="risk")
    def risk(self, row: Any) -> SafeString | str:
        if not row.is_open:
            if row.glance.late:
                return f"late: {row.glance.late}"
            return "–"
        return format_html(
            '{}<div class="et-soft" dir="auto">{}</div>',
            how_late(row.glance),
            shortened(row.glance.in_the_way, TOLD),
        )

    @admin.display(description="leader")
    def leader(self, row: Any) -> SafeString | str:
        if not row.glance.leader:
            nobody = row.glance.no_leader or "none yet"
            if row.is_open:
                return nobody
            return "–"
        chosen = badge("chosen", "good") if row.status == Status.DECIDED else ""
        return format_html('<span dir="auto">{}</span> {}', row.glance.leader, chosen)


@admin.register(Decision, site=site)
class DecisionAdmin(HardenedAdmin):
    empty_text = "Nothing is decided yet. You draft a decision in the last stage."
    list_display = ("evaluation", "candidate", "decided_at", "decided_by")
    fields = ("evaluation", "candidate", "rationale", "decided_at", "memo_sha256")

    def page_of(self, row: Decision) -> str:
        return reverse("admin:evaluation_decision", args=[row.evaluation.slug])


@admin.register(Waiver, site=site)
class WaiverAdmin(HardenedAdmin):
    empty_text = "No rule was ever waived."
    list_display = ("rule", "reason", "waived_by", "waived_at")
    ordering = ("-waived_at",)
    fields = ("visit", "gate", "rule", "reason", "waived_by", "waived_at")


SHOWN = 8
# By kind of work: its icon, and the word on its button.
KINDS: dict[str, tuple[str, str]] = json.loads(
    Path(__file__).with_name("kinds_of_work.json").read_text(encoding="utf-8")
)


def work_page(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    today = today_in(user.time_zone)
    items, snoozed = split_snoozed(my_work(user), snoozed_lines(user))
    groups = grouped(items)
    turns = [line for group in groups if group.counts for line in group.lines]
    seen = Evaluation.objects.visible_to(user).real().select_related("owner")
    columns = ["slug", "title", "buyer", "stage", "status", "must_run_by"]
    columns += name_columns("owner")
    latest = seen.only(*columns).order_by("-created_at")
    recent = list(latest[: SHOWN + 1])
    asked_acts = list(
        AskedAct.objects.waiting_on(user).select_related("token", "evaluation")
    )
    return site.page(
        request,
        "workflow/my_work.html",
        title=site.index_title,
        groups=[
            (group, [(line, *sign_of(line.first)) for line in group.lines])
            for group in groups
        ],
        asked=asked_acts,
        total=len(turns) + len(asked_acts),
        late=sum(line.first.late for line in turns),
        snoozed=snoozed,
        tomorrow=today + datetime.timedelta(days=1),
        next_week=today + datetime.timedelta(days=7 - today.weekday()),
        evaluations=[evaluation for evaluation in recent if evaluation.is_open][:SHOWN],
        ended=[evaluation for evaluation in recent if not evaluation.is_open][:SHOWN],
        more=len(recent) > SHOWN,
        may_start=may_start_evaluations(user),
    )


def sign_of(item: WorkItem) -> tuple[str, str]:
    icon, verb = KINDS[item.kind]
    return icon, "Read" if item.waits else verb


site.register_page("", work_page, "index")


@require_safe
def news_page(request: HttpRequest) -> HttpResponse:
    check_query(request)
    user: Any = request.user
    now = timezone.now()
    return site.page(
        request,
        "workflow/news.html",
        title="What is new",
        crumbs=[("What is new", "")],
        news=news(user),
        until=now.isoformat(),
    )


site.register_page("news/", news_page, "news")


class MarkNewsSeen(Act[None]):
    title = "Mark as seen"
    verb = "Mark all as seen"
    help = "For you alone: what comes later is new again."
    success = "Marked as seen."
    form_class = form_of(until=forms.DateTimeField(widget=forms.HiddenInput))
    service = mark_news_seen

    def allowed(self, user: User, target: None) -> bool:
        return True

    def initial(self, target: None, user: User) -> dict[str, Any]:
        return {"until": timezone.now()}

    def destination(self, target: None, made: Any) -> Outcome:
        return reverse("admin:news")


class TestForm(ContactsForm):
    contacts = ContactsField(help_text="Its subject begins with “Test:”.")


class SendTestInvitation(Telling):
    title = "Send a test invitation"
    verb = "Send the test"
    help = (
        "The vendor tries out answering with a made-up list for two weeks. Nothing "
        "counts. It is an evaluation of its own that you own; "
        "it ends by itself."
    )
    success = "The test is open, and its mail leaves within half a minute."
    form_class = TestForm
    service = send_test_invitation

    def destination(self, target: Candidate, made: Any) -> str:
        evaluation: Evaluation = self.evaluation(target)
        return page_address(evaluation, self.tab, f"invitation-{target.pk}")


LINE = {"line": forms.CharField(max_length=300, widget=forms.HiddenInput)}


class OnOwnWork(OnEvaluation):
    prefill: ClassVar[tuple[str, ...]] = ("line",)

    def allowed(self, user: User, target: Any) -> bool:
        return True

    def cancel_url(self, target: Any) -> str:
        return reverse("admin:index")


class SnoozeWork(OnOwnWork):
    title = "Snooze"
    verb = "Snooze"
    help = (
        "Hides it from your list until that day, or until it changes. Mails, reminders "
        "and deadlines continue."
    )
    success = "Snoozed. Reminders and deadlines continue."
    form_class = form_of(**LINE, until=day_field())
    service = snooze_work


class WakeWork(OnOwnWork):
    title = "Bring back"
    verb = "Bring back"
    help = "It is back in your list."
    success = "It is back in your list."
    form_class = form_of(**LINE)
    service = wake_work


@waits_on("sign_offs")
def to_sign(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    if not evaluation.is_open or is_owner(user, evaluation) or not has_a_say(user):
        return None
    own_parts = voices().filter(evaluation=evaluation, user=user)
    lent = lendings_today(evaluation).filter(substitute=user)
    rules: QuerySet[Any] = SignOffRule.objects.filter(
        Q(role__in=own_parts.order_by().values("role"))
        | Q(role__in=lent.order_by().values("stakeholder__role")),
        evaluation=evaluation,
        stage=evaluation.stage,
        evaluation__outlook__is_signed_now=True,
    )
    if evaluation.stage != Stage.REQUIREMENTS:
        rules = rules.filter(where_unbarred(user, "evaluation"))
    # Verdicts on these very words, in the round that goes on.
    stands = Q(
        sign_offs__visit__left_at__isnull=True,
        sign_offs__round=F("sign_offs__visit__round"),
        sign_offs__document__sha256=F("evaluation__outlook__digest"),
    )
    theirs = Q(sign_offs__person=user) | Q(sign_offs__on_behalf_of=user)
    against = ~Q(sign_offs__verdict__in=APPROVALS)
    rules = rules.annotate(
        given=Count("sign_offs", filter=stands & theirs),
        refused=Count("sign_offs", filter=stands & against),
        approved=Count("sign_offs", filter=stands & ~against),
    )
    waiting = rules.filter(given=0, refused=0, approved__lt=F("required"))
    return SignOffRule.objects.filter(pk__in=waiting.order_by().values("pk"))


@waits_on("sign_offs")
def to_meet(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    if not evaluation.is_open:
        return None
    rows: QuerySet[Any] = Condition.objects.filter(owner=user, closed_at__isnull=True)
    return rows.filter(sign_off__visit__evaluation=evaluation)


@waits_on("letters")
def to_send(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    if evaluation.is_open or not is_owner(user, evaluation):
        return None
    rows: QuerySet[Any] = Letter.objects.in_evaluation(evaluation)
    fresh = timezone.now() - LETTERS_FRESH
    return rows.filter(released_at__isnull=True, drafted_at__gte=fresh)


@waits_on("promise_checks")
def to_check(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    if evaluation.is_open or not is_owner(user, evaluation):
        return None
    rows: QuerySet[Any] = PromiseCheck.objects.in_evaluation(evaluation)
    until = today_in(evaluation.zone) + AHEAD
    return rows.filter(closed_at__isnull=True, due_on__lte=until)


@waits_on("promise_checks")
def contract_to_settle(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    if evaluation.is_open:
        return None
    term = term_of(evaluation)
    if term is None or not is_near(term):
        return None
    if user.pk not in (evaluation.owner_id, term.looks_after_id):
        return None
    rows: QuerySet[Any] = ContractTerm.objects.filter(pk=term.pk)
    return rows
