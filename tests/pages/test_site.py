"""Pages hang into one site that lets staff in and says every no alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import BadRequest, ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory

from evaltracker.errors import Forbidden, Invalid, NotFound, Refused, Stale
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.pages import base as paginator
from evaltracker.pages.base import CappedPaginator
from evaltracker.pages.site import EvaltrackerAdminSite, site
from tests.clients import auditing
from tests.factories import common

if TYPE_CHECKING:
    from collections.abc import Callable

    LogIn = Callable[[User], Client]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused("Not now."), 409),
        (Stale("Changed.", difference="- a\n+ b"), 409),
        (Forbidden("Not you."), 403),
        (PermissionDenied(), 403),
        (NotFound(), 404),
        (Http404("Evaluation 7 of Noor"), 404),
        (Invalid("What is that?"), 400),
        (BadRequest("What is that?"), 400),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[error2-403]",
)
def test_what_a_page_refuses_becomes_a_page_of_that_status(
    db: None, error: Exception, status: int
) -> None:
    def view(request: object) -> HttpResponse:
        raise error

    request = RequestFactory().get("/admin/anything/")
    request.user = common.lina()
    answer = site.admin_view(view)(request)
    answer.render()  # type: ignore[attr-defined]
    assert answer.status_code == status
    # A page's random tokens may spell a name, never two words.
    assert "of Noor" not in answer.text


def test_a_refused_post_leaves_nothing_behind(db: None) -> None:
    def view(request: object) -> HttpResponse:
        common.person("ghost")
        raise Refused("Not now.")

    request = RequestFactory().post("/admin/anything/")
    request.user = common.lina()
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
    assert site.admin_view(view)(request).status_code == 409
    assert not User.objects.filter(username="ghost").exists()


def test_a_page_or_a_start_page_is_registered_once() -> None:
    own = EvaltrackerAdminSite(name="other")
    own.register_page("plan/", HttpResponse, "plan")
    own.register_page("", HttpResponse, "index")
    for again in (
        ("plan/", "plan2"),
        ("plan2/", "plan"),
        ("", "other"),
        ("o", "index"),
    ):
        with pytest.raises(ImproperlyConfigured):
            own.register_page(again[0], HttpResponse, again[1])


MAIN = ["My work", "Evaluations", "Companies"]


def main_menu(client: Client) -> list[tuple[str, str]]:
    """What the side menu offers outside an evaluation, in its order."""
    page = client.get("/admin/").text
    nav = page[page.index('aria-label="Main"') : page.index("</nav>")]
    return re.findall(r"<span>(.+?)</span>|<summary>(Administration)</summary>", nav)


def test_the_main_menu_names_what_is_outside_an_evaluation(
    as_user: LogIn, purchase: Evaluation
) -> None:
    found = ["".join(names) for names in main_menu(as_user(purchase.owner))]
    assert found[:3] == MAIN
    assert set(found[3:]) <= {"Templates", "People"}


def test_lists_over_all_evaluations_are_for_operators_and_auditors(
    as_user: LogIn, purchase: Evaluation
) -> None:
    for name in ("otto", "audrey"):
        user = common.otto() if name == "otto" else common.person(name)
        if name == "audrey":
            user.user_permissions.add(Permission.objects.get(codename="view_entry"))
        found = ["".join(names) for names in main_menu(as_user(user))]
        lists = found[found.index("Administration") :]
        assert lists[1:5] == ["Requirements", "Stakeholders", "Sign-offs", "Candidates"]
        assert "Journal" in lists
        assert ("Account log" in lists) == (name == "otto")
    assert "Administration" not in str(main_menu(as_user(common.person("ivy"))))


def test_logging_out_takes_a_post(as_user: LogIn, purchase: Evaluation) -> None:
    owner = as_user(purchase.owner)
    assert owner.get("/admin/logout/").status_code == 405
    assert owner.get("/admin/").status_code == 200
    owner.post("/admin/logout/")
    assert owner.get("/admin/").status_code == 302


def test_every_page_carries_the_strict_policy(
    as_user: LogIn, purchase: Evaluation
) -> None:
    owner = as_user(purchase.owner)
    for path in ("/admin/login/", "/admin/", "/admin/evaluations/evaluation/"):
        policy = owner.get(path).headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "unsafe-eval" not in policy
        assert "frame-ancestors 'none'" in policy


def test_a_long_list_is_counted_up_to_the_cap(
    purchase: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Requirement.objects.order_by("pk")
    assert (CappedPaginator(rows, 1).count, CappedPaginator(rows, 1).capped) == (
        2,
        False,
    )
    monkeypatch.setattr(paginator, "CAP", 1)
    assert (CappedPaginator(rows, 1).count, CappedPaginator(rows, 1).capped) == (
        1,
        True,
    )


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_every_page_carries_the_strict_policy",
)
def test_a_list_asks_as_often_for_many_rows_as_for_few(
    as_user: LogIn,
    purchase: Evaluation,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    for number in range(20):
        common.requirement(purchase, f"X{number}", priority="could")
    owner = as_user(auditing(purchase.owner))
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        owner.get("/admin/evaluations/requirement/")
