"""The list of all notices: what needs a person or is next, before what is done."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.core.paginator import Paginator
from django.db import models
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from evaltracker.evaluations.choices import (
    NOTICE_OPEN,
    NOTICE_UNCLEAR,
    NoticeState,
)
from evaltracker.evaluations.models import Evaluation, Notice, User, Webhook
from evaltracker.evaluations.policy import is_owner
from evaltracker.notices.calendars import calendar_of, dates_of
from evaltracker.notices.kinds import KINDS, TYPES
from evaltracker.notices.selectors import notices_in
from evaltracker.notices.services.digests import owner_of_feed
from evaltracker.notices.services.scheduling import (
    check_settle_notice,
    resend_notice,
    resolve_notice,
)
from evaltracker.notices.services.webhooks import (
    add_webhook,
    new_webhook_secret,
    remove_webhook,
    renew_secret,
    resume_webhook,
    webhooks_of,
)
from evaltracker.pages.base import HardenedAdmin, ScopedFilter, by, label
from evaltracker.pages.fields import ReasonForm
from evaltracker.pages.search import filters_of, page_number
from evaltracker.pages.site import site
from evaltracker.pages.tabs import waits_on
from evaltracker.pages.workspace import (
    JOURNAL,
    InEvaluation,
    JournalPart,
    OnEvaluation,
    evaluation_page,
    show,
)


class OnUnclear(InEvaluation[Notice]):
    tab = "notices"
    model = Notice
    target_name = "notice"
    form_class = ReasonForm
    rule = check_settle_notice

    def heading(self, target: Notice) -> str:
        to = target.recipient or target.webhook or target.address
        return f"{self.title} to {to}"


class ResendNotice(OnUnclear):
    title = "Send the notice again"
    verb = "Send again"
    help = "If it did arrive the first time, it arrives twice; it says so itself."
    success = "It goes out with the next sweep, within half a minute."
    service = resend_notice


class ResolveNotice(OnUnclear):
    title = "Close the notice"
    verb = "Close without sending"
    help = "Enter how you know it arrived, or why it is no longer needed."
    success = "The notice is closed."
    service = resolve_notice


class SecretForm(forms.Form):
    """Its secret is made with the form and shown on it, and nowhere else."""

    secret = forms.CharField(widget=forms.HiddenInput, initial=new_webhook_secret)


class WebhookForm(SecretForm):
    url = forms.CharField(
        label="Address of the webhook",
        max_length=2000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=(
            "It begins with https://. Stored like a password and never shown again: "
            "anybody who has it can post there."
        ),
    )
    types = forms.MultipleChoiceField(
        label="Events",
        choices=[(name, it["text"]) for name, it in TYPES.items()],
        widget=forms.CheckboxSelectMultiple,
    )


class AddWebhook(OnEvaluation):
    title = "Add a webhook"
    verb = "Add webhook"
    help = (
        "A program of yours is told what happened, with a link. It is told no words, "
        "names, prices, scores or verdicts."
    )
    success = "The webhook is added. It hears of the next event."
    tab = "notices"
    beside = "webhooks"
    needs_proof = True
    in_dialog = False
    template = "evaluations/webhook.html"
    service = add_webhook
    form_class = WebhookForm


class OnWebhook(InEvaluation[Webhook]):
    tab = "notices"
    beside = "webhooks"
    model = Webhook
    related = ("evaluation__owner",)
    target_name = "webhook"


class NewSecret(OnWebhook):
    title = "Make a new secret"
    verb = "Use this secret"
    help = "For 24 hours both secrets sign, so give your program the new one today."
    success = "The new secret signs from now on."
    needs_proof = True
    in_dialog = False
    template = "evaluations/webhook.html"
    service = renew_secret
    form_class = SecretForm


class ResumeWebhook(OnWebhook):
    title = "Resume the webhook"
    verb = "Resume"
    success = "Resumed. It now gets what it missed."
    service = resume_webhook


class RemoveWebhook(OnWebhook):
    title = "Remove the webhook"
    verb = "Remove"
    success = "Removed. It gets no more events."
    dangerous = True
    service = remove_webhook


SHOW = "show"
# What is done is read from its end, what is to come from its beginning.
SHOWN = {
    "unclear": ("Needs a person", Q(state__in=NOTICE_UNCLEAR), ("due_at",)),
    "sent": ("Sent", Q(state=NoticeState.SENT), ("-due_at",)),
    "suppressed": ("Not sent", Q(state=NoticeState.SUPPRESSED), ("-due_at",)),
    "all": ("All", Q(), ("-due_at",)),
}
# More are not looked through row by row.
MOST = 500
FIRST = "Needs a person, or next"
# Each half is the condition of an index, so that what is done is not read.
TO_DO = Q(state__in=NOTICE_OPEN, digest__isnull=True) | Q(state__in=NOTICE_UNCLEAR)


def most_pressing(queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """The ids of what is to do, the earliest first; at most MOST.

    Asked for by themselves, and ordered by no column that has an index of all rows:
    else the planner walks that index, past all that was ever sent.
    """
    due: Any = F("due_at") + datetime.timedelta(0)
    wanted = queryset.filter(TO_DO).order_by(due)
    return wanted.values_list("pk", flat=True)[:MOST]


class ByStanding(ScopedFilter):
    title = "state"
    parameter_name = SHOW

    def lookups(
        self, request: HttpRequest, model_admin: ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        return [(name, title) for name, (title, *_) in SHOWN.items()]

    def choices(self, changelist: Any) -> Iterator[Any]:
        none, *others = super().choices(changelist)
        yield {**none, "display": FIRST}
        yield from others

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        chosen = self.value()
        if chosen:
            return queryset.filter(SHOWN[chosen][1])
        return queryset.filter(pk__in=list(most_pressing(queryset)))


class ByKind(ScopedFilter):
    title = "what"
    parameter_name = "kind"

    def lookups(
        self, request: HttpRequest, model_admin: ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        return sorted(((kind, label(kind)) for kind in KINDS), key=itemgetter(1))

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        chosen = self.value()
        if chosen:
            return queryset.filter(kind=chosen)
        return queryset


@admin.register(Notice, site=site)
class NoticeAdmin(HardenedAdmin):
    empty_text = (
        "No mail is next and none needs a person. Choose “Sent” or “Not sent” among "
        "the filters for those that are done."
    )
    list_display = ("due_at", "standing", "what", "to", "evaluation", "to_do")
    list_filter = (ByStanding, ByKind, by("evaluation"))
    detail_acts = ("resend-notice", "resolve-notice")
    fields = (
        "evaluation",
        "what",
        "to",
        "due_at",
        "standing",
        "to_do",
        "attempts",
        "next_try_at",
        "sent_at",
        "last_error",
    )
    readonly_fields = ("what", "to", "standing", "to_do")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """What is to come begins with what is late; what is done with the newest."""
        chosen = SHOWN.get(request.GET.get(SHOW, ""))
        if chosen:
            return chosen[2]
        return ("due_at",)

    def get_fields(
        self, request: HttpRequest, obj: Notice | None = None
    ) -> tuple[str, ...]:
        user: Any = request.user
        runs = user.is_superuser or (
            obj is not None
            and obj.evaluation is not None
            and is_owner(user, obj.evaluation)
        )
        return tuple(field for field in self.fields if runs or field != "last_error")

    @admin.display(description="what", ordering="kind")
    def what(self, notice: Notice) -> str:
        return label(notice.kind)

    @admin.display(description="to", ordering="recipient")
    def to(self, notice: Notice) -> str:
        """The person; an outsider's address is not shown here."""
        if notice.webhook:
            return str(notice.webhook)
        if notice.recipient:
            return notice.recipient.name
        return "a vendor's contact"

    @admin.display(description="state")
    def standing(self, notice: Notice) -> str:
        return standing_of(notice)

    @admin.display(description="to do")
    def to_do(self, notice: Notice) -> str:
        if notice.state not in NOTICE_UNCLEAR:
            return ""
        if notice.evaluation is None:
            return "Invite the person again, from the list of users."
        owner = notice.evaluation.owner
        return f"{owner.name} can send it again or close it."


STANDING_BY_STATE: dict[str, str] = {
    NoticeState.UNCERTAIN: "Uncertain: it may or may not have arrived",
    NoticeState.DEAD: "Refused for good",
    NoticeState.CLAIMED: "Being sent",
    NoticeState.HANDING: "Being sent",
}


def standing_of(notice: Notice) -> str:
    if notice.state == NoticeState.SENT:
        if notice.maybe_repeated:
            doubt = "; may have arrived twice"
        else:
            doubt = ""
        return f"Sent{doubt}"
    if notice.state == NoticeState.SUPPRESSED:
        return f"Not sent: {notice.suppressed_because}"
    if notice.state in STANDING_BY_STATE:
        return STANDING_BY_STATE[notice.state]
    if notice.digest_id:
        return "In the daily mail"
    if notice.attempts:
        return "Put off by the mail server; it is tried again"
    if notice.due_at < timezone.now():
        return "Late"
    return "Next"


# Of each list while all are shown; one alone is paged through.
NOTICES_PAGE_SHOWN = 10
PER_PAGE = 50
LAST_ANSWERS = 5
LISTS = {
    "uncertain": "Uncertain",
    "dead": "Refused",
    "next": "Next",
    "sent": "Sent",
    "suppressed": "Not sent",
}
FILTERS = ("state", "kind", "to")


def opened_notices(
    user: User, evaluation: Evaluation, ids: Collection[str]
) -> set[str]:
    """What the mail server said is in the journal, too: for the owner and operators."""
    if is_owner(user, evaluation) or user.is_superuser:
        return set(ids)
    return set()


JOURNAL.register("notices", JournalPart(seals={"notice": opened_notices}))


@evaluation_page("notices", "Notices", order=130, group="Record")
def notices(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """What is owed to whom. Others than the owner see their own mail only."""
    user: Any = request.user
    owner = is_owner(user, evaluation)
    filters = filters_of(request, FILTERS)
    every = _lists(user, evaluation)
    wanted = {name: _filtered(rows, filters) for name, rows in every.items()}
    page = None
    if (state := filters.get("state")) in LISTS:
        pages = Paginator(wanted[state], PER_PAGE)
        page = pages.page(page_number(request, pages.num_pages))
        lists = {state: list(page)}
    else:
        lists = {name: list(rows[:NOTICES_PAGE_SHOWN]) for name, rows in wanted.items()}
    shown = [row for rows in lists.values() for row in rows]
    subjects = _titles(shown)
    for row in shown:
        about = subjects.get(row.subject_id, "")
        row.named = f"{label(row.kind)}: {about}" if about else label(row.kind)
    return show(
        request,
        evaluation,
        "evaluations/notices.html",
        title="Notices",
        tab="notices",
        lists=[
            {"name": name, "title": LISTS[name], "rows": rows}
            for name, rows in lists.items()
            if rows
        ],
        counts=[(name, title, every[name].count()) for name, title in LISTS.items()],
        options=_options(notices_in(*NoticeState, user=user, evaluation=evaluation))
        if owner
        else [],
        asked=filters,
        page=page,
        query=urlencode(filters),
        without_state=urlencode({k: v for k, v in filters.items() if k != "state"}),
        shown=NOTICES_PAGE_SHOWN,
        is_owner=owner,
        webhooks=_webhooks(evaluation) if owner else [],
    )


def _webhooks(evaluation: Evaluation) -> list[Webhook]:
    webhooks: list[Any] = list(webhooks_of(evaluation))
    for row in webhooks:
        tried = Notice.objects.filter(
            webhook=row, evaluation=evaluation, attempts__gt=0
        ).order_by("-due_at")
        row.last = list(tried[:LAST_ANSWERS])
        row.told = [TYPES[name]["text"] for name in row.types if name in TYPES]
    return webhooks


@waits_on("notices")
def unclear(user: User, evaluation: Evaluation) -> Any:
    if not (evaluation.is_open and is_owner(user, evaluation)):
        return None
    return Notice.objects.filter(evaluation=evaluation, state__in=NOTICE_UNCLEAR)


def _lists(user: User, evaluation: Evaluation) -> dict[str, Any]:
    """What `user` may read of each list: the owner all of it, others their own mail."""
    read = partial(notices_in, user=user, evaluation=evaluation)
    every = {
        "uncertain": read(NoticeState.UNCERTAIN),
        "dead": read(NoticeState.DEAD),
        "next": read(*NOTICE_OPEN).order_by("next_try_at"),
        "sent": read(NoticeState.SENT).order_by("-sent_at"),
        "suppressed": read(NoticeState.SUPPRESSED).order_by("-due_at"),
    }
    if is_owner(user, evaluation):
        return every
    return {name: rows.filter(recipient=user) for name, rows in every.items()}


def _titles(notices: Iterable[Notice]) -> dict[str, str]:
    ids: dict[str, set[str]] = defaultdict(set)
    for notice in notices:
        ids[notice.kind].add(notice.subject_id)
    titles: dict[str, str] = {}
    for kind, subjects in ids.items():
        if kind in KINDS:
            titles |= KINDS[kind].titles(subjects)
    return titles


def _filtered(rows: Any, filters: Mapping[str, str]) -> Any:
    if kind := filters.get("kind"):
        rows = rows.filter(kind=kind)
    if to := filters.get("to"):
        rows = rows.filter(recipient__username=to)
    return rows


def _options(rows: Any) -> list[tuple[str, str, list[tuple[str, str]]]]:
    kinds = rows.order_by("kind").values_list("kind", flat=True).distinct()
    readers = User.objects.filter(pk__in=rows.order_by().values("recipient"))
    people = [(reader.username, reader.name) for reader in readers.order_by("username")]
    return [
        ("kind", "What", [(kind, label(kind)) for kind in kinds]),
        ("to", "To", people),
    ]


# A person's calendar, for programs that cannot sign in: the address is the secret.


@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Their own dates and nobody else's. Whoever has no such address finds nothing."""
    person = owner_of_feed(secret)
    if person is None:
        raise Http404
    return HttpResponse(
        calendar_of(*dates_of(person), name="evaltracker"),
        content_type="text/calendar; charset=utf-8",
        headers={
            "Cache-Control": "no-store",
            "X-Robots-Tag": "noindex",
            "Content-Disposition": 'inline; filename="evaltracker.ics"',
        },
    )
