"""The admin's frame in a real browser, under the real Content-Security-Policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from evaltracker.evaluations.models import Evaluation
    from tests.browser import Watched

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = (
    "/admin/",
    "/admin/evaluations/evaluation/",
    "/admin/evaluations/requirement/",
    "/admin/evaluations/entry/",
    "/admin/evaluations/notice/",
    "/admin/password_change/",
    "/admin/nowhere/",
)


def test_every_page_of_the_shell_is_silent_and_accessible(
    watched: Watched, purchase: Evaluation
) -> None:
    watched.open("/admin/login/")
    assert watched.barriers() == []
    watched.log_in("lina")
    detail = f"/admin/evaluations/evaluation/{purchase.pk}/change/"
    for path in (*PAGES, detail):
        watched.open(path)
        assert watched.barriers() == [], path
    # The browser itself reports a 404 on its console.
    watched.complaints = [line for line in watched.complaints if "404" not in line]
