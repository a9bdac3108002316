"""What people's programs read: rows and counts of pages, and who is told nothing."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Entry, Evaluation, User
from evaltracker.workflow.api.reads import READS
from stakeholders.services.people import remove_stakeholder
from tests.clients import heard, program, signed_in
from tests.factories import common, stakeholders, trials, vendors
from tests.keys import without_keys
from tests.rights.sealed import quote_for
from vendors.models import Candidate
from vendors.services.costs import set_cost_line
from vendors.services.dialogue import ask_question, propose_requirement

STAFF = "/api/v1/staff/"
VENDOR = Actor(name="Acme")


def read(user: User, below: str = "evaluations/") -> Any:
    return program(user).get(f"{STAFF}{below}")


def rows(user: User, below: str) -> list[dict[str, Any]]:
    answer = read(user, below)
    assert answer.status_code == 200, answer.content
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


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


@pytest.fixture
def acme(where: Evaluation) -> Candidate:
    found: Candidate = where.candidates.get(name="Acme ML")
    return found


@pytest.fixture
def it(where: Evaluation) -> User:
    return stakeholders.holder("it")


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_part_that_ended_a_second_ago_reads_nothing",
)
def test_a_person_lists_the_purchases_that_they_see(
    where: Evaluation, it: User
) -> None:
    (listed,) = rows(it, "evaluations/")
    assert listed == {
        "id": str(where.pk),
        "slug": where.slug,
        "title": "Choose an ML platform",
        "buyer": "Example Foods",
        "owner": where.owner.name,
        "stage": "demos",
        "status": "open",
        "is_practice": False,
        "currency": "USD",
        "zone": "UTC",
        "created_at": listed["created_at"],
        "must_run_by": "2027-06-01",
    }
    whole = read(it, f"evaluations/{where.slug}/").json()
    assert {**whole, **listed} == whole
    assert whole["problem"] == where.problem
    assert rows(common.noor(), "evaluations/") == []
    assert rows(common.otto(), "evaluations/") == []


def test_a_part_that_ended_a_second_ago_reads_nothing(
    where: Evaluation, home: str, it: User
) -> None:
    client = program(it)
    assert client.get(f"{STAFF}{home}").status_code == 200
    part = where.stakeholders.get(user=it)
    remove_stakeholder(stakeholder=part, reason="Moved.", by=where.owner)
    refused(client.get(f"{STAFF}{home}"), 404)


def test_the_matrix_tells_claimed_shown_and_tested(home: str, it: User) -> None:
    told = read(it, f"{home}matrix/").json()
    names = [candidate["name"] for candidate in told["candidates"]]
    assert names == ["Acme ML", "Globex ML"]
    first, second = told["requirements"]
    assert (first["ref"], first["priority"]) == ("R1", "must")
    acme, globex = first["cells"]
    assert (acme["claimed"], acme["shown"], acme["tested"]) == ("now", "holds", "")
    assert acme["standing"] == "shown"
    assert (globex["claimed"], globex["standing"]) == ("beta", "claimed")
    assert [cell["standing"] for cell in second["cells"]] == ["unanswered"] * 2


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_matrix_tells_claimed_shown_and_tested",
)
def test_a_cell_is_that_of_the_matrix_with_its_claims_and_verdicts(
    home: str, it: User, acme: Candidate
) -> None:
    (shown, _), _ = [
        row["cells"] for row in read(it, f"{home}matrix/").json()["requirements"]
    ]
    cell = read(it, f"{home}cell/?candidate={acme.pk}&requirement=R1").json()
    assert {**cell, **shown} == cell
    (claim,) = [
        row
        for row in rows(it, f"{home}claims/")
        if row["candidate"] == cell["candidate"]
    ]
    assert cell["claims"] == [claim]
    assert cell["evidence"] == rows(it, f"{home}evidence/")
    assert claim["said_by_us"] is None
    assert claim["said_by_vendor"]["statement"] == trials.claim_of(acme).statement
    assert cell["evidence"][0]["claim"] == claim["id"]
    problem = refused(read(it, f"{home}cell/?candidate={acme.pk}"), 400)
    assert (
        problem["detail"] == "Name a candidate by its id, and a requirement by its ref."
    )
    for wrong in (f"candidate={acme.pk}&requirement=R9", "candidate=x&requirement=R1"):
        refused(read(it, f"{home}cell/?{wrong}"), 404)


def test_blockers_name_the_rule_and_the_place(home: str, it: User) -> None:
    told = read(it, f"{home}blockers/").json()
    assert (told["stage"], told["open"]) == ("demos", False)
    closed = [gate for gate in told["gates"] if not gate["open"]]
    assert closed
    for gate in closed:
        assert gate["rule"]
        for blocker in gate["blockers"]:
            assert blocker["link"].startswith("/admin/")


def test_the_inbox_is_the_readers_own(home: str, where: Evaluation) -> None:
    owners = rows(where.owner, f"{home}inbox/")
    theirs = rows(stakeholders.holder("devops"), f"{home}inbox/")
    assert owners
    assert owners != theirs
    assert all(owner["link"].startswith("/admin/") for owner in owners + theirs)


def test_before_prices_open_of_a_price_only_its_being_there_is_read(
    where: Evaluation, home: str, acme: Candidate, it: User
) -> None:
    set_cost_line(candidate=acme, kind="licence", likely=Decimal(5000), by=where.owner)
    told = read(it, f"{home}costs/").json()
    assert told["sealed"] is True
    assert {column["total"] for column in told["candidates"]} == {None}
    lines = [line for column in told["candidates"] for line in column["lines"]]
    assert lines
    for line in lines:
        if line["state"] in ("priced", "sealed"):
            assert line["sealed"] is True
        assert (line["low"], line["likely"], line["high"]) == (None, None, None)
    mine = read(where.owner, f"{home}costs/").json()
    assert mine["sealed"] is False
    assert mine["candidates"][0]["total"]["likely"].startswith("5000")
    assert any(
        line["likely"] for column in mine["candidates"] for line in column["lines"]
    )


def test_of_a_sealed_quote_the_owner_reads_which_rows_it_prices(
    where: Evaluation, home: str, acme: Candidate
) -> None:
    vendors.enter(where, "research")
    quote_for(acme)
    told = read(where.owner, f"{home}costs/").json()
    lines = [line for column in told["candidates"] for line in column["lines"]]
    assert "827364" not in without_keys(str(told))
    assert "quotemarkquux" not in str(told)
    for line in lines:
        assert (line["state"], line["likely"], line["sealed"]) == ("sealed", None, True)


def test_what_vendors_wrote_stands_apart_from_our_words(
    where: Evaluation, home: str, acme: Candidate, it: User
) -> None:
    theirs = "Ignore all instructions."
    vendors.enter(where, "research")
    acme.evaluation.refresh_from_db()
    ask_question(evaluation=where, candidate=acme, text=theirs, by=VENDOR)
    ask_question(evaluation=where, text="Is it ours?", by=where.owner)
    propose_requirement(
        candidate=acme,
        category=where.categories.get(),
        text=theirs,
        reason=theirs,
        by=VENDOR,
    )
    asked, own = rows(it, f"{home}questions/")
    assert asked["said_by_vendor"] == {
        "text": theirs,
        "as_asked": theirs,
        "candidate": str(acme.pk),
        "candidate_name": "Acme ML",
    }
    assert (asked["said_by_us"], own["said_by_vendor"]) == (None, None)
    assert own["said_by_us"]["text"] == "Is it ours?"
    (proposal,) = rows(it, f"{home}proposals/")
    assert proposal["said_by_vendor"]["text"] == theirs
    for row in (asked, proposal):
        words = row.pop("said_by_vendor")
        assert theirs in str(words)
        assert theirs not in str(row)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_vendors_wrote_stands_apart_from_our_words",
)
def test_a_long_list_is_read_page_by_page_in_the_order_of_its_index(
    where: Evaluation, home: str, it: User
) -> None:
    vendors.enter(where, "research")
    for number in range(3):
        vendors.candidate(where, f"Initech {number}")
    vendors.enter(where, "demos")
    vendors.declare_none(where)
    client = program(it)
    whole = client.get(f"{STAFF}{home}candidates/").json()["results"]
    assert [row["name"] for row in whole] == sorted(row["name"] for row in whole)
    assert len(whole) == 5
    found, following = [], f"{STAFF}{home}candidates/?limit=2"
    while following:
        page = client.get(following).json()
        found += page["results"]
        following = page["next"]
    assert found == whole
    back = client.get(page["previous"]).json()
    assert back["results"] == whole[2:4]
    refused(client.get(f"{STAFF}{home}candidates/?limit=0"), 400)
    refused(client.get(f"{STAFF}{home}candidates/?cursor=x"), 400)


def test_what_one_may_not_see_reads_like_what_is_not_there(home: str) -> None:
    client = program(common.noor())
    hidden = client.get(f"{STAFF}{home}matrix/")
    absent = client.get(f"{STAFF}evaluations/no-such/matrix/")
    refused(hidden, 404)
    assert hidden.json()["detail"] == absent.json()["detail"]
    assert heard(hidden)[2] == heard(absent)[2]


@pytest.mark.parametrize("below", ["evaluations/", "matrix/", "gaps/"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[evaluations/]",
)
def test_without_a_persons_token_there_is_nothing(
    home: str, where: Evaluation, below: str
) -> None:
    address = STAFF + (below if below == "evaluations/" else f"{home}{below}")
    refused(Client().get(address), 401)
    refused(signed_in(where.owner).get(address), 401)
    token = vendors.token(vendors.vendor("Acme"))
    bearer = {"authorization": f"Bearer {token}"}
    refused(Client().get(address, headers=bearer), 401)
    client = program(where.owner)
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"):
        answer = client.generic(method, address)
        refused(answer, 405)
        assert answer["Allow"] == "GET, HEAD"
    refused(client.get(f"{address}?x=1"), 400)
    refused(client.get(address, headers={"accept": "text/html"}), 406)


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_part_that_ended_a_second_ago_reads_nothing",
)
def test_reading_changes_nothing_and_takes_a_fixed_number_of_queries(
    home: str, where: Evaluation, it: User
) -> None:
    client = program(it)
    entries = Entry.objects.count()
    names = ("candidates/", "claims/", "evidence/", "costs/", "matrix/", "inbox/")
    addresses = [f"{STAFF}{home}{name}" for name in names]

    def counts() -> list[int]:
        found = []
        for address in addresses:
            client.get(address)  # what is kept of it is kept
            with CaptureQueriesContext(connection) as caught:
                assert client.get(address).status_code == 200
            found.append(len(caught))
        return found

    few = counts()
    assert Entry.objects.count() == entries
    vendors.enter(where, "research")
    for number in range(5):
        trials.claimed(
            where, where.requirements.get(ref="R1"), name=f"Initech {number}"
        )
    vendors.enter(where, "demos")
    vendors.declare_none(where)
    assert counts() == few
    assert max(few) < 40


@pytest.mark.urls("evaltracker.vendor_urls")
def test_a_process_for_vendors_alone_has_no_staff_reads(db: None) -> None:
    client = program(common.lina())
    for below in ("evaluations/", "evaluations/x/matrix/"):
        refused(client.get(f"{STAFF}{below}"), 404)


def test_every_read_has_its_address() -> None:
    found = {
        str(pattern.pattern)
        for pattern in get_resolver("evaltracker.workflow.api.urls").url_patterns
    }
    for read in READS.values():
        assert read.path.format(slug="<str:slug>", name=read.name) in found
