"""Costs as a grid: each cell by the service of the form, amounts under their seal."""

from decimal import Decimal

import pytest

from evaltracker.evaluations.models import Entry
from tests.cast import common, stakeholders, trials
from tests.clients import signed_in
from tests.pages.grids.sending import cell, read, send
from vendors.models import Candidate, CostLine
from vendors.services.costs import set_cost_line

pytestmark = pytest.mark.django_db
GRID = "costs"


@pytest.fixture
def acme(db: None) -> Candidate:
    return trials.claimed(trials.platform("must"))


@pytest.fixture
def licence(acme: Candidate) -> CostLine:
    return set_cost_line(
        candidate=acme,
        kind="licence",
        likely=Decimal(12),
        quantity=200,
        unit="user",
        recurrence="monthly",
        by=acme.evaluation.owner,
    )


def test_a_cell_changes_that_field_alone_and_the_journal_seals_it(
    acme: Candidate, licence: CostLine
) -> None:
    where = acme.evaluation
    change = cell(licence, "likely", "12", "15.5")
    assert send(where.owner, GRID, where, cells=[change]).status_code == 200
    licence.refresh_from_db()
    assert (licence.low, licence.likely, licence.high) == (Decimal("15.5"),) * 3
    assert (licence.quantity, licence.unit) == (Decimal(200), "user")
    entry = Entry.objects.latest("number")
    assert entry.action == "cost.set"
    assert "15.5" not in str(entry.after)


def test_not_stated_takes_the_amounts_away_and_an_amount_makes_it_priced(
    acme: Candidate, licence: CostLine
) -> None:
    where = acme.evaluation
    unsaid = cell(licence, "state", "priced", "unsaid")
    assert send(where.owner, GRID, where, cells=[unsaid]).status_code == 200
    licence.refresh_from_db()
    assert (licence.state, licence.likely) == ("unsaid", None)
    priced = cell(licence, "likely", "", "9")
    assert send(where.owner, GRID, where, cells=[priced]).status_code == 200
    licence.refresh_from_db()
    assert (licence.state, licence.likely) == ("priced", Decimal(9))
    wrong = cell(licence, "low", "9", "99")
    answer = send(where.owner, GRID, where, cells=[wrong])
    assert answer.status_code == 400
    assert "in that order" in answer.json()["refused"][0]["sentence"]


def test_lines_are_added_by_their_kind_once(acme: Candidate, licence: CostLine) -> None:
    where, owner = acme.evaluation, acme.evaluation.owner
    assert "Not asked yet: Acme ML:" in read(owner, GRID, where)["note"]
    rows = [
        {"candidate": "Acme ML", "kind": "training", "likely": "3000"},
        {"candidate": "Acme ML", "kind": "exit"},
    ]
    answer = send(owner, GRID, where, add=rows)
    assert answer.status_code == 200, answer.json()
    made = {line.kind: line.state for line in CostLine.objects.all()}
    assert made == {"licence": "priced", "training": "priced", "exit": "unsaid"}
    answer = send(owner, GRID, where, add=rows[:1])
    assert answer.status_code == 400
    assert "has such a line" in answer.json()["refused"][0]["sentence"]


def test_nobody_else_reads_an_amount_before_prices_open(
    acme: Candidate, licence: CostLine
) -> None:
    where, it = acme.evaluation, stakeholders.holder("it")
    assert len(read(where.owner, GRID, where)["rows"]) == 1
    assert read(it, GRID, where)["rows"] == []
    assert read(common.otto(), GRID, where)["rows"] == []
    page = f"/admin/e/{where.slug}/costs/"
    assert "data-grid" not in signed_in(it).get(page).content.decode()
    assert "data-grid" in signed_in(where.owner).get(page).content.decode()
