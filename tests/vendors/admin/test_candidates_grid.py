"""Candidates as a grid: cells by the service of the form, several moved at once."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from evaltracker.evaluations.models import Entry, Evaluation, Notice
from evaltracker.pages.grid import grid_address
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from tests.pages.grids.sending import cell, read, send
from vendors.models import Candidate
from vendors.services.contacts import add_contact

pytestmark = pytest.mark.django_db
GRID = "candidates"


@pytest.fixture
def purchase(db: None) -> Evaluation:
    """In research, with Ivan from IT."""
    where = common.evaluation()
    common.requirement(where, "R1")
    stakeholders.stakeholders(where, "it")
    return vendors.in_research(where)


@pytest.fixture
def pair(purchase: Evaluation) -> list[Candidate]:
    return [vendors.candidate(purchase, name) for name in ("Acme ML", "Globex ML")]


def act(name: str, rows: list[Candidate], **values: Any) -> dict[str, Any]:
    """An act on these rows, as the script sends it."""
    return {"name": name, "rows": [str(row.pk) for row in rows], "values": values}


def contact_of(candidate: Candidate, name: str) -> None:
    """Somebody at its vendor."""
    assert candidate.vendor is not None
    owner, email = candidate.evaluation.owner, f"{name.lower()}@{name.lower()}.example"
    add_contact(vendor=candidate.vendor, name=name, email=email, by=owner)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_bare_address_is_a_contact_and_a_name_alone_is_refused",
)
def test_a_block_of_cells_is_saved_as_by_the_form(
    purchase: Evaluation, pair: list[Candidate]
) -> None:
    first, second = pair
    block = [
        cell(first, "summary", "", "Trains and serves"),
        cell(first, "aliases", "", "AML\nAcme"),
        cell(second, "months_to_live", "", "2.5"),
    ]
    answer = send(purchase.owner, GRID, purchase, cells=block)
    assert answer.status_code == 200, answer.json()
    first.refresh_from_db()
    assert (first.summary, first.aliases) == ("Trains and serves", ["AML", "Acme"])
    changed = Entry.objects.filter(action="candidate.changed")
    assert changed.filter(evaluation=purchase).count() == 2


def test_the_vendor_of_an_invited_candidate_stays(
    purchase: Evaluation, pair: list[Candidate]
) -> None:
    acme = pair[0]
    contact_of(acme, "Vera")
    vendors.released(purchase)
    send(purchase.owner, GRID, purchase, act=act("invite", [acme]))
    theirs, other = str(acme.vendor_id), str(pair[1].vendor_id)
    answer = send(
        purchase.owner, GRID, purchase, cells=[cell(acme, "vendor", theirs, other)]
    )
    assert answer.status_code == 409
    assert "needs a candidate of its own" in answer.json()["refused"][0]["sentence"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_it_is_read_in_as_many_statements_however_many_rows",
)
def test_several_are_shortlisted_and_eliminated_for_one_reason(
    purchase: Evaluation, pair: list[Candidate]
) -> None:
    owner = purchase.owner
    answer = send(owner, GRID, purchase, act=act("shortlist", pair))
    assert answer.json()["sentence"] == "Shortlisted 2."
    assert {row["cells"]["state"] for row in answer.json()["rows"]} == {"Shortlisted"}
    third = vendors.candidate(purchase, "Initech ML")
    answer = send(owner, GRID, purchase, act=act("shortlist", [third, *pair]))
    said = answer.json()
    assert said["done"] == [str(third.pk)]
    assert {it["id"] for it in said["left"]} == {str(row.pk) for row in pair}
    assert said["sentence"].startswith("Shortlisted 1. Not shortlisted: Acme ML (")
    assert send(owner, GRID, purchase, act=act("eliminate", [*pair])).status_code == (
        400
    )
    out = act("eliminate", pair, reason="Too dear")
    assert send(owner, GRID, purchase, act=out).status_code == 200
    gone = Entry.objects.filter(evaluation=purchase, action="candidate.eliminated")
    assert list(gone.values_list("reason", flat=True)) == ["Too dear"] * 2


def test_vendors_are_invited_by_their_own_contacts_and_the_rest_is_named(
    purchase: Evaluation, pair: list[Candidate]
) -> None:
    contact_of(pair[0], "Vera")
    vendors.released(purchase)
    answer = send(purchase.owner, GRID, purchase, act=act("invite", pair))
    said = answer.json()
    assert said["done"] == [str(pair[0].pk)]
    [left] = said["left"]
    assert left["id"] == str(pair[1].pk)
    assert "has no contact yet" in left["why"]
    contact_of(pair[1], "Gus")
    answer = send(purchase.owner, GRID, purchase, act=act("invite", pair[1:]))
    assert answer.status_code == 200, answer.json()
    told = Entry.objects.filter(evaluation=purchase, action="candidate.invited")
    assert sorted(entry.after["told"][0] for entry in told) == [
        "gus@gus.example",
        "vera@vera.example",
    ]
    letters = Notice.objects.filter(evaluation=purchase, kind="invitation")
    assert letters.count() == 2


def test_candidates_are_pasted_and_only_the_owner_may(
    purchase: Evaluation, pair: list[Candidate]
) -> None:
    rows = [{"name": "Build", "kind": "build"}, {"name": "Umbrella"}]
    it = stakeholders.holder("it")
    assert send(it, GRID, purchase, add=rows).status_code == 403
    change = cell(pair[0], "name", "Acme ML", "Other")
    assert send(it, GRID, purchase, cells=[change]).status_code == 403
    answer = send(purchase.owner, GRID, purchase, add=rows)
    assert answer.json()["sentence"] == "2 candidates added."
    assert len(read(purchase.owner, GRID, purchase, "?kind=build")["rows"]) == 1
    assert read(common.otto(), GRID, purchase)["acts"] == []
    page = f"/admin/e/{purchase.slug}/candidates/"
    assert "data-grid" in signed_in(purchase.owner).get(page).content.decode()
    assert "data-grid" not in signed_in(it).get(page).content.decode()


def test_it_is_read_in_as_many_statements_however_many_rows(
    purchase: Evaluation, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    Candidate.objects.bulk_create(
        Candidate(evaluation=purchase, name=f"Number {number}") for number in range(50)
    )
    client, address = signed_in(purchase.owner), grid_address(GRID, purchase)
    with django_assert_max_num_queries(21):
        assert len(client.get(address).json()["rows"]) == 50


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/imports/test_import_candidates_service.py"
    "::test_a_stranger_imports_nothing_and_an_old_plan_is_refused",
)
def test_a_contact_comes_with_its_row_and_only_the_owner_reads_it(
    purchase: Evaluation,
) -> None:
    text = "Name\tVendor\tContact\nAcme ML\tAcme\tPark, Ada <ada@acme.example>"
    paste = {"text": text, "answers": {}, "shown": ""}
    said = send(purchase.owner, GRID, purchase, paste=paste).json()
    if "html" in said:
        paste["shown"] = said["shown"]
        said = send(purchase.owner, GRID, purchase, paste=paste).json()
    assert said["sentence"] == "1 added."
    [shown] = read(purchase.owner, GRID, purchase)["rows"]
    assert shown["cells"]["contact"] == "Park, Ada <ada@acme.example>"
    acme = purchase.candidates.get()
    vendors.released(purchase)
    answer = send(purchase.owner, GRID, purchase, act=act("invite", [acme]))
    assert answer.status_code == 200, answer.json()
    vendors.declare_none(purchase)
    [theirs] = read(stakeholders.holder("it"), GRID, purchase)["rows"]
    assert "contact" not in theirs["cells"]


def test_a_bare_address_is_a_contact_and_a_name_alone_is_refused(
    purchase: Evaluation, pair: list[Candidate]
) -> None:
    acme = pair[0]
    named = cell(acme, "contact", "", "Ada")
    answer = send(purchase.owner, GRID, purchase, cells=[named])
    assert "Ada Park" in answer.json()["refused"][0]["sentence"]
    bare = cell(acme, "contact", "", "ada@acme.example")
    answer = send(purchase.owner, GRID, purchase, cells=[bare])
    assert answer.status_code == 200, answer.json()
    [row] = answer.json()["rows"]
    assert row["cells"]["contact"] == "ada@acme.example <ada@acme.example>"


def test_of_what_has_no_vendor_there_is_nobody_to_write_to(
    purchase: Evaluation,
) -> None:
    made = vendors.candidate(purchase, "Own", "build")
    change = cell(made, "contact", "", "Ada Park <ada@acme.example>")
    answer = send(purchase.owner, GRID, purchase, cells=[change])
    assert "nobody to write to" in answer.json()["refused"][0]["sentence"]
