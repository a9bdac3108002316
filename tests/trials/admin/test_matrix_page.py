"""The matrix: three marks a cell, filters, and not one word taken for markup."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from evaltracker.evaluations.cells import harmless
from tests.cast import floor1, stakeholders, trials, vendors
from tests.clients import signed_in
from vendors.services.candidates import shortlist
from vendors.services.rulings import rule_not_applicable

if TYPE_CHECKING:
    from evaltracker.evaluations.models import Evaluation, User

pytestmark = pytest.mark.django_db
EVIL = "<script>alert('x')</script>"


@pytest.fixture
def purchase(db: None) -> Evaluation:
    """Must-haves R1 and R2, and R3; Acme ML claims R1 and R2, Globex ML R1."""
    where = trials.platform("must", "must", "should")
    one, two, _ = where.requirements.order_by("ref")
    trials.claimed(where, one, two)
    trials.claimed(where, one, name="Globex ML")
    return where


def body_of(where: Evaluation, query: str = "", user: User | None = None) -> str:
    client = signed_in(user or where.owner)
    answer = client.get(f"/admin/e/{where.slug}/matrix/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def refs(body: str) -> list[str]:
    table = body.split("<tbody>")[1].split("</tbody>")[0] if "<tbody>" in body else ""
    return [ref for ref in ("R1", "R2", "R3") if f'dir="auto">{ref}</span>' in table]


def test_each_cell_tells_three_marks_in_words(purchase: Evaluation) -> None:
    acme = purchase.candidates.get(name="Acme ML")
    trials.verdict(trials.claim_of(acme), "research", "holds")
    body = body_of(purchase)
    said = "Acme ML, R1: claimed now; shown no demo; tested no trial. Standing: Claimed"
    assert said in body
    assert "no claim" in body
    assert f"/admin/cells/{acme.pk}/" in body


def test_a_refuted_must_have_is_told_beside_its_marks(purchase: Evaluation) -> None:
    vendors.enter(purchase, "demos")
    acme = purchase.candidates.get(name="Acme ML")
    item = trials.demo(acme, held=True)
    assert item.held_at
    trials.verdict(trials.claim_of(acme), "demo", "fails")
    body = body_of(purchase)
    assert "Standing: Refuted. Knocks out" in body
    assert ">blocked<" in body


def test_filters_leave_what_they_say(purchase: Evaluation) -> None:
    assert refs(body_of(purchase)) == ["R1", "R2", "R3"]
    assert refs(body_of(purchase, "?musts=1")) == ["R1", "R2"]
    assert refs(body_of(purchase, "?differs=1")) == ["R2"]
    assert refs(body_of(purchase, "?unanswered=1&musts=1")) == ["R2"]
    assert "No requirement passes" in body_of(purchase, "?refuted=1")
    group = purchase.categories.get().pk
    assert refs(body_of(purchase, f"?category={group}")) == ["R1", "R2", "R3"]


def test_the_short_list_is_what_is_shown_from_demos_on(purchase: Evaluation) -> None:
    acme = purchase.candidates.get(name="Acme ML")
    vendors.enter(purchase, "research")
    shortlist(candidate=acme, by=purchase.owner)
    assert "Globex ML, R1" in body_of(purchase)
    vendors.enter(purchase, "demos")
    assert "Globex ML, R1" not in body_of(purchase)
    assert "Globex ML, R1" in body_of(purchase, "?candidates=all")


@pytest.mark.parametrize(
    "query",
    ["?musts=yes", "?category=1", "?candidates=none", "?owner__password=x", "?musts="],
)
def test_an_address_that_no_form_made_is_refused(
    purchase: Evaluation, query: str
) -> None:
    url = f"/admin/e/{purchase.slug}/matrix/{query}"
    assert signed_in(purchase.owner).get(url).status_code == 400


def test_strangers_find_nothing(purchase: Evaluation) -> None:
    for path in ("matrix/", "matrix/file/?format=csv"):
        url = f"/admin/e/{purchase.slug}/{path}"
        assert signed_in(floor1.noor()).get(url).status_code == 404
    assert "R1" in body_of(purchase, user=stakeholders.holder("it"))


def test_no_word_of_anybody_becomes_markup(purchase: Evaluation) -> None:
    floor1.requirement(purchase, EVIL, "should", text=f'{EVIL}" onclick="x')
    bad = vendors.candidate(purchase, f'{EVIL}" x', vendor=vendors.vendor("Bad"))
    rule_not_applicable(
        candidate=bad,
        requirement=purchase.requirements.get(ref="R1"),
        reason=EVIL,
        by=purchase.owner,
    )
    body = body_of(purchase, "?candidates=all")
    assert "<script>alert" not in body
    assert 'onclick="x' not in body
    assert "not applicable" in body


def test_the_matrix_asks_as_much_for_two_columns_as_for_eight(
    purchase: Evaluation,
) -> None:
    def queries() -> int:
        client = signed_in(purchase.owner)
        client.get(f"/admin/e/{purchase.slug}/matrix/")
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/admin/e/{purchase.slug}/matrix/")
        return len(seen)

    few = queries()
    for number in range(6):
        trials.claimed(purchase, name=f"V{number} ML")
    for number in range(10):
        floor1.requirement(purchase, f"X{number}", "should")
    assert queries() == few
    assert few <= 14


def test_a_spreadsheet_of_it_runs_nothing(purchase: Evaluation) -> None:
    floor1.requirement(purchase, "=1+1", "should", text="@SUM(A1)")
    client = signed_in(purchase.owner)
    url = f"/admin/e/{purchase.slug}/matrix/file/"
    sheet = client.get(f"{url}?format=csv")
    assert "'=1+1" in sheet.content.decode()
    assert "attachment" in sheet.headers["Content-Disposition"]
    book = load_workbook(io.BytesIO(client.get(url).content))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert any(cell.value == "'@SUM(A1)" for cell in cells)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", " =1", "\u3000=1"])
def test_what_a_spreadsheet_would_run_is_marked_as_text(text: str) -> None:
    assert harmless(text).startswith("'")
    assert harmless("plain") == "plain"
