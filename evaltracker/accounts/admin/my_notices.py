"""Notification settings: one's own mails and one's own calendar."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils import timezone

from evaltracker.evaluations.choices import MailRhythm
from evaltracker.evaluations.models import User
from evaltracker.kit.work_calendar import countries, next_morning
from evaltracker.notices.calendars import dates_of
from evaltracker.notices.mail import link_to
from evaltracker.notices.services.preferences import (
    OWN,
    change_preferences,
    check_stop_feed,
    renew_feed,
    stop_feed,
)
from evaltracker.pages.acts import Act, Confirm, register_act
from evaltracker.pages.query import check_query
from evaltracker.pages.site import site
from evaltracker.pages.zone_field import ZoneField


def my_notices(request: HttpRequest) -> HttpResponse:
    """What holds for the reader now."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    check_query(request)
    user: Any = request.user
    morning = next_morning(
        timezone.now(), user.time_zone, user.country, user.subdivision
    )
    return site.page(
        request,
        "evaluations/my_notices.html",
        title="Notification settings",
        crumbs=[("Notification settings", "")],
        daily=user.mail_rhythm == MailRhythm.DAILY,
        morning=morning,
        dates=dates_of(user),
    )


def my_calendar(request: HttpRequest) -> HttpResponse:
    """Ask (GET); make an address and show it, once, in the answer to a POST."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    check_query(request)
    user: Any = request.user
    address, sentence, status = "", "", HTTPStatus.OK
    if request.method == "POST":
        # What the page showed, so that a reload does not end the address just copied.
        if request.POST.get("seen", "") != _state(user):
            sentence = "A new address was made a moment ago. Make another one?"
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
    """Tells one address from the next without saying anything of it."""
    return user.feed_made_at.isoformat() if user.feed_made_at else ""


class PreferencesForm(forms.Form):
    """One's own rhythm, zone and days off."""

    mail_rhythm = forms.ChoiceField(
        label="What blocks nobody else comes",
        choices=MailRhythm.choices,
        widget=forms.RadioSelect,
        help_text="What blocks others, such as a signature that is asked of you, "
        "always comes at once.",
    )
    time_zone = ZoneField(help_text="Dates in pages and mails are shown in this zone.")
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


class OnMyself(Act[None]):
    """An act of a person on how they are told themselves."""

    def allowed(self, user: User, target: Any) -> bool:
        """Everybody who signs in."""
        return user.is_active

    def cancel_url(self, target: Any) -> str:
        return reverse("admin:my_notices")

    def context(self, target: Any, user: User) -> dict[str, Any]:
        return {
            "crumbs": [
                ("Notification settings", self.cancel_url(target)),
                (self.title, ""),
            ]
        }


@register_act
class ChangeMyNotices(OnMyself):
    """Say how one wants to be told."""

    name = "change-my-notices"
    title = "Change notification settings"
    verb = "Save"
    success = "Saved. It also applies to mails that are already due."
    form_class = PreferencesForm
    service = change_preferences

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {name: getattr(user, name) for name in OWN}

    def arguments(self, target: Any, data: Mapping[str, Any]) -> dict[str, Any]:
        """All of it at once."""
        return {"values": data}


@register_act
class StopCalendar(OnMyself):
    """End the address of one's calendar."""

    name = "stop-calendar"
    title = "Stop serving my calendar"
    verb = "Stop"
    help = "The address stops working, for your own programs too."
    success = "Your calendar has no address any more."
    form_class = Confirm
    dangerous = True
    service = stop_feed
    rule = check_stop_feed

    def judged(self, target: None) -> tuple[Any, ...]:
        """Nothing but the person."""
        return ()


site.register_page("my/notices/", my_notices, "my_notices")
site.register_page("my/calendar/", my_calendar, "my_calendar")
