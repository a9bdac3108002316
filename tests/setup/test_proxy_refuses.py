"""What the shipped proxy refuses itself: a page for people, a problem for programs."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.services import free_port
from tests.setup.proxied import Proxy, needs_nginx, proxied
from tests.setup.test_proxy import MEGABYTE, call

pytestmark = [
    needs_nginx,
    pytest.mark.filterwarnings("ignore:Unverified HTTPS request"),
]
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PROGRAM = "application/json"
VENDORS = "vendor-pages.invalid"
# How each is brought about, and what people read.
REFUSALS: dict[int, tuple[dict[str, Any], str]] = {
    400: ({"headers": {"X-Long": "x" * 70_000}}, "This request cannot be read"),
    404: ({"headers": {"Host": VENDORS}}, "This page is not here"),
    413: ({"method": "POST", "data": b"x" * (13 * MEGABYTE)}, "This is too large"),
    503: ({}, "Back in a minute"),
}


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    """One before a product that is away."""
    nobody = f"127.0.0.1:{free_port()}"
    with proxied(web=nobody, vendor_api=nobody) as proxy:
        yield proxy


@pytest.mark.parametrize("status", REFUSALS)
@pytest.mark.parametrize("accept", [BROWSER, PROGRAM])
def test_people_get_a_page_and_programs_a_problem(
    proxy: Proxy, status: int, accept: str
) -> None:
    how, heading = REFUSALS[status]
    headers = {"Accept": accept, **how.get("headers", {})}
    answer = call(f"{proxy.https}/admin/", **{**how, "headers": headers})
    assert answer.status_code == status
    if accept == PROGRAM:
        assert answer.headers["Content-Type"] == "application/problem+json"
        problem = answer.json()
        assert (problem["status"], problem["type"]) == (status, "about:blank")
        assert {"title", "detail", "code"} <= problem.keys()
    else:
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert f"<h1>{heading}</h1>" in answer.text
        assert "@" not in re.sub(r"@media", "", answer.text)
        # It stands alone: nothing is loaded from anywhere.
        assert set(re.findall(r'(?:src|href)="([^"]*)"', answer.text)) == {"data:,"}
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_address_that_is_too_long_is_refused_before_the_rest_is_read(
    proxy: Proxy,
) -> None:
    answer = call(f"{proxy.https}/admin/?x={'x' * 40_000}")
    assert answer.status_code == 414
    assert "<h1>This address is too long</h1>" in answer.text


def test_calls_of_the_api_get_a_problem_whatever_they_accept(proxy: Proxy) -> None:
    answer = call(f"{proxy.https}/api/v1/staff/x/", headers={"Accept": BROWSER})
    assert (answer.status_code, answer.json()["status"]) == (503, 503)
    assert answer.headers["Retry-After"] == "10"


def test_the_vendors_host_speaks_alike(proxy: Proxy) -> None:
    headers = {"Host": VENDORS, "Accept": BROWSER}
    answer = call(f"{proxy.https}/vendor/", headers=headers)
    assert answer.status_code == 503
    assert "<h1>Back in a minute</h1>" in answer.text


def test_passwords_that_come_too_fast_wait_or_are_refused(proxy: Proxy) -> None:
    def post(_: int) -> tuple[int, str] | None:
        try:
            answer = call(f"{proxy.https}/admin/login/", method="POST", timeout=3)
        except requests.Timeout:
            return None
        return answer.status_code, answer.headers.get("Retry-After", "")

    with ThreadPoolExecutor(60) as posters:
        answers = list(posters.map(post, range(60)))
    # Some were handed on, some held back, and the rest is told when to come again.
    assert {(503, "10"), (429, "2"), None} <= set(answers)
    assert call(f"{proxy.https}/admin/login/").status_code == 503
