"""What people's programs read, and who is told nothing."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from evaltracker.evaluations.models import Entry, Evaluation, User
from tests.cast import common, stakeholders, trials, vendors
from tests.clients import program, signed_in

STAFF = "/api/v1/staff/"
BELOW = ("matrix/", "blockers/", "inbox/")


def read(user: User, below: str = "evaluations/") -> Any:
    return program(user).get(f"{STAFF}{below}")


def refused(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    problem: dict[str, Any] = answer.json()
    return problem


@pytest.fixture
def where(db: None) -> Evaluation:
    """An evaluation in demos: R1 shown by Acme, claimed by Globex; R2 unanswered."""
    made = trials.platform("must", "should")
    first = made.requirements.get(ref="R1")
    acme = trials.claimed(made, first)
    trials.claimed(made, first, name="Globex ML", availability="beta")
    vendors.enter(made, "demos")
    trials.demo(acme, held=True)
    trials.verdict(trials.claim_of(acme), "demo")
    return made


@pytest.fixture
def home(where: Evaluation) -> str:
    return f"evaluations/{where.slug}/"


def test_a_person_lists_the_purchases_that_they_see(where: Evaluation) -> None:
    listed = read(stakeholders.holder("it")).json()
    assert (listed["next"], listed["previous"]) == (None, None)
    assert listed["results"] == [
        {
            "slug": where.slug,
            "title": "Choose an ML platform",
            "buyer": "Example Foods",
            "owner": where.owner.name,
            "stage": "demos",
            "status": "open",
            "must_run_by": "2027-06-01",
        }
    ]
    assert read(common.noor()).json()["results"] == []


def test_the_matrix_tells_claimed_shown_and_tested(home: str) -> None:
    told = read(stakeholders.holder("it"), f"{home}matrix/").json()
    assert [candidate["name"] for candidate in told["candidates"]] == [
        "Acme ML",
        "Globex ML",
    ]
    first, second = told["requirements"]
    assert (first["ref"], first["priority"]) == ("R1", "must")
    acme, globex = first["cells"]
    assert (acme["claimed"], acme["shown"], acme["tested"]) == ("now", "holds", "")
    assert acme["standing"] == "shown"
    assert (globex["claimed"], globex["standing"]) == ("beta", "claimed")
    assert [cell["standing"] for cell in second["cells"]] == ["unanswered"] * 2


def test_blockers_name_the_rule_and_the_place(home: str) -> None:
    told = read(stakeholders.holder("it"), f"{home}blockers/").json()
    assert (told["stage"], told["open"]) == ("demos", False)
    closed = [gate for gate in told["gates"] if not gate["open"]]
    assert closed
    for gate in closed:
        assert gate["rule"]
        for blocker in gate["blockers"]:
            assert blocker["link"].startswith("/admin/")


def test_the_inbox_is_the_readers_own(home: str, where: Evaluation) -> None:
    owners = read(where.owner, f"{home}inbox/").json()["results"]
    theirs = read(stakeholders.holder("devops"), f"{home}inbox/").json()["results"]
    assert owners
    assert owners != theirs
    assert all(owner["link"].startswith("/admin/") for owner in owners + theirs)


@pytest.mark.parametrize("below", BELOW)
def test_what_one_may_not_see_reads_like_what_is_not_there(
    home: str, below: str
) -> None:
    noor = common.noor()
    hidden = read(noor, f"{home}{below}")
    absent = read(noor, f"evaluations/no-such/{below}")
    refused(hidden, 404)
    assert hidden.content == absent.content


@pytest.mark.parametrize("below", ["evaluations/", *BELOW])
def test_without_a_session_there_is_nothing(
    home: str, where: Evaluation, below: str
) -> None:
    address = STAFF + (below if below == "evaluations/" else f"{home}{below}")
    problem = refused(Client().get(address), 401)
    assert problem["detail"] == "Sign in to the admin first."
    token = vendors.token(vendors.vendor("Acme"))
    bearer = {"authorization": f"Bearer {token}"}
    refused(Client().get(address, headers=bearer), 401)
    outsider = common.person("vera")
    type(outsider).objects.filter(pk=outsider.pk).update(is_staff=False)
    outsider.refresh_from_db()
    refused(signed_in(outsider).get(address), 403)
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(signed_in(where.owner), method)(address)
        assert answer.status_code in (403, 405)
    refused(signed_in(where.owner).get(f"{address}?x=1"), 400)
    refused(signed_in(where.owner).get(address, headers={"accept": "text/html"}), 406)


def test_no_price_and_no_score_is_told(home: str, where: Evaluation) -> None:
    for below in BELOW:
        words = str(read(stakeholders.holder("pm"), f"{home}{below}").json()).lower()
        for sealed in ("price", "cost_line", "scorer_help", "sheet"):
            assert sealed not in words


def test_reading_changes_nothing_and_takes_a_fixed_number_of_queries(
    home: str, where: Evaluation
) -> None:
    client = program(stakeholders.holder("it"))
    entries = Entry.objects.count()
    addresses = [
        f"{STAFF}evaluations/",
        *(f"{STAFF}{home}{name}" for name in BELOW[:2]),
    ]

    def counts() -> list[int]:
        found = []
        for address in addresses:
            with CaptureQueriesContext(connection) as caught:
                assert client.get(address).status_code == 200
            found.append(len(caught))
        return found

    counts()
    few = counts()
    assert Entry.objects.count() == entries
    vendors.enter(where, "research")
    for number in range(5):
        vendors.candidate(where, f"Initech {number}")
    vendors.enter(where, "demos")
    assert counts() == few
    assert few[1] <= 13


@pytest.mark.urls("evaltracker.vendor_urls")
def test_a_process_for_vendors_alone_has_no_staff_reads(db: None) -> None:
    for below in ("evaluations/", *(f"evaluations/x/{name}" for name in BELOW)):
        refused(signed_in(common.lina()).get(f"{STAFF}{below}"), 404)


def test_every_route_is_walked_above() -> None:
    """A new route needs its line above, or it is not known to be tight."""
    found = {
        str(pattern.pattern).removeprefix("evaluations/<str:slug>/")
        for pattern in get_resolver("evaltracker.workflow.api").url_patterns
    }
    assert found == {"evaluations/", *BELOW}
