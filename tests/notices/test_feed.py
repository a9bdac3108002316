"""A calendar of one's own at an address that nobody can guess."""

import datetime

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from evaltracker.errors import Refused
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.notices.services.digests import renew_feed, stop_feed
from evaltracker.serving.logs import hide_secrets
from tests.clients import signed_in
from tests.factories import common, stakeholders
from trials.services.milestones import add_milestone

pytestmark = pytest.mark.django_db


def feed(secret: str, method: str = "get") -> HttpResponse:
    answer: HttpResponse = getattr(Client(), method)(f"/calendar/{secret}.ics")
    return answer


@pytest.fixture
def dana() -> User:
    """She owns a milestone whose title names a vendor; Ivan owns another one."""
    where = common.evaluation()
    stakeholders.stakeholders(where)
    for role, title in (("devops", "Acme delivers"), ("it", "Ivan's own")):
        add_milestone(
            evaluation=where,
            title=title,
            owner_user=stakeholders.holder(role),
            due_on=timezone.localdate() + datetime.timedelta(days=9),
            due_time=datetime.time(9),
            by=where.owner,
        )
    return stakeholders.holder("devops")


def test_it_holds_ones_own_dates_and_names_no_vendor(dana: User) -> None:
    answer = feed(renew_feed(by=dana))

    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    assert answer["Cache-Control"] == "no-store"
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["SUMMARY"] == "A milestone – Choose an ML platform"
    assert b"Acme" not in answer.content
    assert b"Ivan" not in answer.content


def test_a_new_address_ends_the_old_one_and_stopping_ends_it_all(dana: User) -> None:
    old = renew_feed(by=dana)
    new = renew_feed(by=dana)
    dana.refresh_from_db()
    assert new not in dana.feed_digest
    assert [feed(name).status_code for name in (old, new, "", "x")] == [
        404,
        200,
        404,
        404,
    ]
    stop_feed(by=dana)
    assert feed(new).status_code == 404
    with pytest.raises(Refused):
        stop_feed(by=dana)


def test_who_has_left_or_lost_sight_shows_nothing(dana: User) -> None:
    secret = renew_feed(by=dana)
    Evaluation.objects.get().readers.remove(dana)
    assert b"VEVENT" not in feed(secret).content
    User.objects.filter(pk=dana.pk).update(is_active=False)
    assert feed(secret).status_code == 404


def test_it_is_read_only(dana: User) -> None:
    secret = renew_feed(by=dana)
    assert feed(secret, "head").status_code == 200
    for method in ("post", "put", "delete"):
        assert feed(secret, method).status_code in (403, 405)


def test_the_log_does_not_tell_the_address() -> None:
    said = hide_secrets(None, "", {"request": "GET /calendar/s3cr3t.ics", "n": 1})
    assert said["request"] == "GET /calendar/…"


def test_the_page_shows_the_address_once_and_a_reload_makes_no_other(
    dana: User,
) -> None:
    client = signed_in(dana)
    page = "/admin/my/calendar/"
    assert b"/calendar/" not in client.get(page).content.replace(page.encode(), b"")
    shown = client.post(page, {"seen": ""})
    assert b"http://testserver/calendar/" in shown.content
    assert "no-store" in shown["Cache-Control"]
    again = client.post(page, {"seen": ""})
    assert again.status_code == 409
    assert b"http://testserver/calendar/" not in again.content


def test_one_says_how_one_is_told(dana: User) -> None:
    client = signed_in(dana)
    assert b"in one mail at 09:00" in client.get("/admin/my/notices/").content
    wanted = {
        "mail_rhythm": "each",
        "time_zone": "Europe/Berlin",
        "country": "DE",
        "subdivision": "XX",
    }
    url = "/admin/act/change-my-notices/"
    refused = client.post(url, wanted)
    assert refused.status_code == 400
    assert "DE has no" in refused.content.decode()
    assert client.post(url, {**wanted, "subdivision": "BY"}).status_code == 302
    dana.refresh_from_db()
    assert (dana.mail_rhythm, dana.subdivision) == ("each", "BY")


def test_the_account_log_tells_of_the_address_and_not_its_words(dana: User) -> None:
    secret = renew_feed(by=dana)
    stop_feed(by=dana)
    told = list(dana.account_entries.order_by("at").values_list("detail", "by"))
    assert told == [("calendar made", dana.pk), ("calendar stopped", dana.pk)]
    assert secret not in str(told)
