"""The list of all notices: what needs a person or is next, before what is done."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db import models
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils import timezone

from evaltracker.evaluations.choices import NOTICE_OPEN, NOTICE_UNCLEAR, NoticeState
from evaltracker.evaluations.models import Notice
from evaltracker.evaluations.policy import is_owner
from evaltracker.notices.kinds import KINDS
from evaltracker.pages.base import HardenedAdmin
from evaltracker.pages.filters import ScopedFilter, by
from evaltracker.pages.labels import label
from evaltracker.pages.site import site

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
    """Where notices stand; those that need somebody or are next unless asked."""

    title = "state"
    parameter_name = SHOW

    def lookups(
        self, request: HttpRequest, model_admin: ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        return [(name, title) for name, (title, *_) in SHOWN.items()]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """With a name for no choice."""
        none, *others = super().choices(changelist)
        yield {**none, "display": FIRST}
        yield from others

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        """The rows that stand so."""
        chosen = self.value()
        if chosen:
            return queryset.filter(SHOWN[chosen][1])
        return queryset.filter(pk__in=list(most_pressing(queryset)))


class ByKind(ScopedFilter):
    title = "what"
    parameter_name = "kind"
    field_name = "kind"

    def lookups(
        self, request: HttpRequest, model_admin: ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        """Every kind in words."""
        return sorted(((kind, label(kind)) for kind in KINDS), key=_words)

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        """The rows of that kind."""
        chosen = self.value()
        return queryset.filter(kind=chosen) if chosen else queryset


def _words(choice: tuple[str, str]) -> str:
    return choice[1]


@admin.register(Notice, site=site)
class NoticeAdmin(HardenedAdmin):
    """Mails that are or were owed; those that need somebody or are next come first."""

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
        return chosen[2] if chosen else ("due_at",)

    def get_fields(
        self, request: HttpRequest, obj: Notice | None = None
    ) -> tuple[str, ...]:
        """What the mail server said is for the owner and operators."""
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
        return notice.recipient.name if notice.recipient else "a vendor's contact"

    @admin.display(description="state")
    def standing(self, notice: Notice) -> str:
        """Where it stands, in words."""
        return standing_of(notice)

    @admin.display(description="to do")
    def to_do(self, notice: Notice) -> str:
        """Who has to do what, if anybody."""
        if notice.state not in NOTICE_UNCLEAR:
            return ""
        if notice.evaluation is None:
            return "Invite the person again, from the list of users."
        owner = notice.evaluation.owner
        return f"{owner.name} can send it again or close it."


def standing_of(notice: Notice) -> str:
    """Where a notice stands, in words of docs/operations.md."""
    match notice.state:
        case NoticeState.SENT:
            twice = "; may have arrived twice" if notice.maybe_repeated else ""
            return f"Sent{twice}"
        case NoticeState.SUPPRESSED:
            return f"Not sent: {notice.suppressed_because}"
        case NoticeState.UNCERTAIN:
            return "Uncertain: it may or may not have arrived"
        case NoticeState.DEAD:
            return "Refused for good"
        case NoticeState.CLAIMED | NoticeState.HANDING:
            return "Being sent"
    if notice.digest_id:
        return "In the daily mail"
    if notice.attempts:
        return "Put off by the mail server; it is tried again"
    return "Late" if notice.due_at < timezone.now() else "Next"
