"""One's own mails and one's own calendar."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from evaltracker.accounts.admin.own_account import OnPage, own_zone
from evaltracker.evaluations.choices import MailRhythm
from evaltracker.evaluations.models import User
from evaltracker.notices.calendars import dates_of
from evaltracker.notices.mail import link_to
from evaltracker.notices.services.digests import (
    OWN,
    change_preferences,
    renew_feed,
    stop_feed,
)
from evaltracker.pages.base import check_query
from evaltracker.pages.site import site
from evaltracker.toolbox.days import countries, next_morning


@require_safe
def my_notices(request: HttpRequest) -> HttpResponse:
    check_query(request)
    user: Any = request.user
    return site.page(
        request,
        "evaluations/my_notices.html",
        title="Notification settings",
        crumbs=[("Notification settings", "")],
        daily=user.mail_rhythm == MailRhythm.DAILY,
        morning=next_morning(
            timezone.now(), user.time_zone, user.country, user.subdivision
        ),
        dates=dates_of(user),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def my_calendar(request: HttpRequest) -> HttpResponse:
    """Ask (GET); make an address and show it, once, in the answer to a POST."""
    check_query(request)
    user: Any = request.user
    address = ""
    sentence = ""
    status = HTTPStatus.OK
    if request.method == "POST":
        # What the page showed, so that a reload does not end the address just copied.
        if request.POST.get("seen", "") != _state(user):
            sentence = "You made a new address a moment ago. Make another one?"
            status = HTTPStatus.CONFLICT
        else:
            secret = renew_feed(by=user)
            address = link_to(reverse("calendar_feed", args=[secret]))
    response = site.page(
        request,
        "evaluations/my_calendar.html",
        title="Address of my calendar",
        crumbs=[
            ("Notification settings", reverse("admin:my_notices")),
            ("Calendar", ""),
        ],
        address=address,
        sentence=sentence,
        seen=_state(user),
        status=status,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _state(user: User) -> str:
    if user.feed_made_at:
        return user.feed_made_at.isoformat()
    return ""


class PreferencesForm(forms.Form):
    mail_rhythm = forms.ChoiceField(
        label="What blocks nobody else comes",
        choices=MailRhythm.choices,
        widget=forms.RadioSelect,
        help_text="Mails about work that blocks others always come at once.",
    )
    time_zone = own_zone()
    country = forms.ChoiceField(
        required=False,
        choices=lambda: [("", "None: only weekends are off"), *countries()],
        help_text="Its public holidays are days off for you: no daily mail comes then.",
    )
    subdivision = forms.CharField(
        label="State or province",
        required=False,
        max_length=20,
        help_text="Its code, such as BY for Bavaria, where its holidays differ.",
    )


class OnMyself(OnPage[None]):
    homes = (("Notification settings", "admin:my_notices"),)

    def allowed(self, user: User, target: Any) -> bool:
        return user.is_active


class ChangeMyNotices(OnMyself):
    title = "Change notification settings"
    verb = "Save"
    success = "Saved. It also applies to mails that are already due."
    form_class = PreferencesForm
    service = change_preferences

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {name: getattr(user, name) for name in OWN}

    def arguments(self, target: Any, data: Mapping[str, Any]) -> dict[str, Any]:
        return {"values": data}


class StopCalendar(OnMyself):
    title = "End my calendar address"
    verb = "Stop"
    help = "The address stops working, for your own programs too."
    success = "Calendar address ended."
    dangerous = True
    service = stop_feed

    def judged(self, target: None) -> tuple[Any, ...]:
        return ()


site.register_page("my/notices/", my_notices, "my_notices")


site.register_page("my/calendar/", my_calendar, "my_calendar")
