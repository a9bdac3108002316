"""The costs page: sealed amounts, whole checklists, and no silent zero."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltracker.evaluations.models import Evaluation, User
from tests.acting import act
from tests.clients import auditing, signed_in
from tests.factories import common, stakeholders, vendors
from tests.it_kinds import checklist
from tests.keys import without_keys
from vendors.admin.costs import by_points, cost_columns, points_of
from vendors.models import Candidate, CostLine
from vendors.services.costs import set_cost_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme(db: None) -> Candidate:
    """A candidate whose licence costs 12,345 a month."""
    where = common.evaluation(loaded_hourly_rate=90)
    stakeholders.stakeholders(where, "it")
    vendors.enter(where, "research")
    option = vendors.candidate(where, hours_saved="0.5", months_to_live="2.5")
    set_cost_line(
        candidate=option,
        kind="licence",
        likely=Decimal("12345"),
        recurrence="monthly",
        source_text="“from” 12,345",
        by=where.owner,
    )
    return option


def page(where: Evaluation, user: User) -> str:
    return read(f"/admin/e/{where.slug}/costs/", user)


def sheet(of: Candidate, user: User) -> str:
    return read(f"/admin/candidates/{of.pk}/costs/", user)


def read(url: str, user: User) -> str:
    answer = signed_in(user).get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_sealed_prices_are_on_no_page_but_coverage_is(acme: Candidate) -> None:
    where, it = acme.evaluation, stakeholders.holder("it")
    line = CostLine.objects.get()
    body = page(where, it)
    assert "Prices are sealed" in body
    assert "1 of 11" in body
    assert "priced" in body
    for shown in (body, sheet(acme, it)):
        assert "12,345" not in shown
        assert "444,420" not in shown
        assert "12345" not in without_keys(shown)
    client = signed_in(it)
    assert client.get(f"/admin/act/change-cost-line/{line.pk}/").status_code == 404
    auditing(it)
    assert str(line.pk) not in client.get("/admin/vendors/costline/").content.decode()
    journal = client.get(f"/admin/e/{where.slug}/journal/").content.decode()
    assert "12345" not in without_keys(journal)
    assert signed_in(common.noor()).get(
        f"/admin/e/{where.slug}/costs/"
    ).status_code == (404)


def test_the_owner_sees_totals_value_and_what_is_missing(acme: Candidate) -> None:
    owner = acme.evaluation.owner
    body = page(acme.evaluation, owner)
    assert "444,420" in body
    assert "over by 194,420" in body
    body = sheet(acme, owner)
    assert "Incomplete: 10 of 11 kinds" in body
    assert "Value of the hours saved" in body
    assert "licence or usage 444,420 = 444,420" in body


def test_prices_open_to_everybody_at_once(acme: Candidate) -> None:
    vendors.open_prices(acme.evaluation)
    it = stakeholders.holder("it")
    assert "444,420" in page(acme.evaluation, it)
    assert "444,420" in sheet(acme, it)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_sealed_costs_are_not_shown",
)
def test_a_candidate_without_a_price_has_no_total(acme: Candidate) -> None:
    other = vendors.candidate(acme.evaluation, "Globex ML")
    body = page(acme.evaluation, acme.evaluation.owner)
    assert "No price yet for" in body
    assert "No amount is known." in sheet(other, acme.evaluation.owner)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/admin/test_cost_terms.py::test_a_rate_of_tomorrow_is_refused",
)
def test_the_owner_writes_changes_removes_and_marks(acme: Candidate) -> None:
    owner = acme.evaluation.owner
    form = {"state": "priced", "likely": "5", "quantity": "1", "currency": "USD"}
    form |= {"recurrence": "once"}
    assert act("set-cost-line", acme, owner, kind="setup", **form) == 302
    it = stakeholders.holder("it")
    assert act("set-cost-line", acme, it, kind="setup", **form) == 403
    bad = {**form, "low": "9"}
    assert act("set-cost-line", acme, owner, kind="setup", **bad) == 400
    assert act("set-cost-line", acme, owner, kind="bribes", **form) == 400
    line = CostLine.objects.get(kind="setup")
    assert act("change-cost-line", line, owner, **{**form, "likely": "7"}) == 302
    line.refresh_from_db()
    assert line.likely == 7
    assert act("remove-cost-line", line, owner) == 302
    assert act("mark-rest-unsaid", acme, owner) == 302
    kinds = set(CostLine.objects.values_list("kind", flat=True))
    assert kinds == {kind.key for kind in checklist("buy")}


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_sealed_costs_are_not_shown",
)
def test_the_page_asks_as_much_for_one_candidate_as_for_six(acme: Candidate) -> None:
    where = acme.evaluation

    def queries() -> int:
        client = signed_in(where.owner)
        client.get(f"/admin/e/{where.slug}/costs/")
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/admin/e/{where.slug}/costs/")
        return len(seen)

    few = queries()
    for number in range(5):
        other = vendors.candidate(where, f"V{number} ML")
        set_cost_line(candidate=other, kind="setup", likely=Decimal(9), by=where.owner)
    assert queries() == few
    assert few <= 16


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_sealed_costs_are_not_shown",
)
def test_whoever_leaves_prices_out_wins_no_price_points(acme: Candidate) -> None:
    Evaluation.objects.update(budget=None)
    where = Evaluation.objects.get()
    body = page(where, where.owner)
    assert "none: 1 of 11 kinds" in " ".join(body.split())
    whole = vendors.candidate(where, "Globex ML")
    for kind in [kind.key for kind in checklist("buy")]:
        set_cost_line(
            candidate=whole, kind=kind, likely=Decimal(90_000), by=where.owner
        )
    columns = cost_columns(where, [acme, whole])
    assert points_of(columns) == {whole.pk: 100}
    assert [column.candidate for column, _ in by_points(columns)] == [whole, acme]


def test_an_open_total_above_the_budget_is_out(acme: Candidate) -> None:
    Evaluation.objects.update(budget=Decimal(10))
    acme.evaluation.refresh_from_db()
    assert points_of(cost_columns(acme.evaluation, [acme])) == {acme.pk: None}


def test_sealed_costs_are_not_shown(acme: Candidate) -> None:
    body = page(acme.evaluation, stakeholders.holder("it"))
    assert "444.4k" not in body
