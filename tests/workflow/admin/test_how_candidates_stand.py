"""How candidates stand, on the overview: one line for each, and nothing sealed."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltracker.decision.admin.comparison import how_they_stand
from evaltracker.decision.services.draws import keep_draws
from evaltracker.evaluations.models import Evaluation, User
from stakeholders.services.people import add_stakeholder
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors
from tests.keys import without_keys
from tests.workflow.comparing import another, spoken
from tests.workflow.deciding import decided, in_decision
from trials.services.scores import open_consensus
from vendors.services.candidates import eliminate

pytestmark = pytest.mark.django_db


def overview(where: Evaluation, user: User | None = None) -> str:
    """The part of the page that holds the picture."""
    answer = signed_in(user or where.owner).get(f"/admin/e/{where.slug}/")
    assert answer.status_code == 200
    body: str = answer.content.decode()
    return body.split('id="how-candidates-stand"')[1].split("</section>")[0]


def test_before_the_first_answer_it_says_what_will_be_here() -> None:
    where = common.evaluation()
    vendors.candidate(where, name="Acme ML")
    body = overview(where)
    assert "No candidate has answered yet." in body
    assert "<svg" not in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_who_takes_no_part_in_the_draws_has_a_reason_and_no_figure",
)
def test_from_the_first_answer_on_each_candidate_has_a_line() -> None:
    where = trials.platform("must", "should")
    trials.claimed(where, name="Acme ML")
    vendors.candidate(where, name="Globex ML")
    body = overview(where)
    assert body.count('role="img"') == 2  # one for desks, one for phones
    assert "Acme ML" in body
    assert "Globex ML" in body
    assert "No figure yet: nothing has been judged in a demo or a trial" in body
    assert "No price is known yet." in body


def test_the_leader_is_marked_and_how_likely_it_stays_so_is_said() -> None:
    where, _ = in_decision()
    another(where, "Globex ML")
    keep_draws(evaluation=where)
    body = overview(where)
    assert 'class="ch-lead"' in body
    assert ">leads</text>" in body
    said = spoken(body)
    assert "Acme ML leads. Likely first: " in said
    assert "If nothing more were tested: 100." in said
    assert "40k or more" in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_memo_efforts.py"
    "::test_building_what_does_not_set_us_apart_is_told[build-no-True]",
)
def test_whoever_is_out_stands_last_with_the_reason() -> None:
    where, option = in_decision()
    another(where, "Globex ML")
    eliminate(candidate=option, reason="Its exit costs too much.", by=where.owner)
    stand = how_they_stand(where, where.owner)
    assert [line.name for line in stand.lines] == ["Globex ML", "Acme ML"]
    assert stand.lines[-1].note == "eliminated: Its exit costs too much."
    assert "eliminated: Its exit costs too much." in overview(where)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_price_is_written_short",
)
def test_a_refuted_must_have_stands_last_by_its_ref() -> None:
    where, _ = in_decision()
    another(where, "Globex ML", verdict="fails")
    stand = how_they_stand(where, where.owner)
    assert stand.lines[-1].name == "Globex ML"
    assert stand.lines[-1].note.startswith("knocked out by R")
    assert stand.lines[-1].sure == "knocked out"


def test_who_takes_no_part_in_the_draws_has_a_reason_and_no_figure() -> None:
    where, _ = in_decision()
    another(where, "Globex ML")
    vendors.candidate_late(where, "Late ML")
    stand = how_they_stand(where, where.owner)
    assert [row.sure for row in stand.lines if row.name == "Late ML"] == ["not invited"]


def test_sealed_prices_and_scores_have_no_column() -> None:
    where, _ = in_decision()
    another(where, "Globex ML")
    Evaluation.objects.filter(pk=where.pk).update(prices_opened_at=None)
    where.refresh_from_db()
    leader = stakeholders.holder("leadership")
    stand = how_they_stand(where, leader)
    assert "price" not in stand.columns
    assert "people" not in stand.columns
    assert {(line.price, str(line.people)) for line in stand.lines} == {("", "–")}
    body = overview(where, leader)
    assert "Prices are sealed until two people open them." in body
    assert "People’s scores are sealed until the consensus opens them." in body
    assert "40k" not in without_keys(body)
    assert "40k or more" in overview(where)  # the owner reads them always


def test_people_have_a_column_once_the_consensus_is_open() -> None:
    where, _ = in_decision()
    open_consensus(evaluation=where, by=where.owner)
    assert "people" in how_they_stand(where, where.owner).columns


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_signed_words.py"
    "::test_the_memo_begins_with_its_date_and_approvals",
)
def test_who_has_not_declared_is_asked_to_and_sees_no_line() -> None:
    where, option = in_decision()
    sofia = common.person("sofia")
    add_stakeholder(evaluation=where, user=sofia, role="security", by=where.owner)
    body = overview(where, sofia)
    assert "conflicts of interest" in body
    assert option.name not in body
    assert "<svg" not in body


def test_the_chosen_one_is_named_once_it_is_decided() -> None:
    where, option = decided()
    body = overview(where)
    assert ">chosen</text>" in body
    assert option.name in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_leader_is_marked_and_how_likely_it_stays_so_is_said",
)
def test_more_candidates_cost_no_more_queries() -> None:
    counted = []
    where, _ = in_decision()
    client = signed_in(where.owner)
    for names in (["Globex ML"], ["Initech ML", "Hooli ML"]):
        for name in names:
            another(where, name)
        client.get(f"/admin/e/{where.slug}/")
        with CaptureQueriesContext(connection) as caught:
            client.get(f"/admin/e/{where.slug}/")
        counted.append(len(caught))
    assert counted[0] == counted[1]


def test_a_price_is_written_short() -> None:
    where, option = in_decision()
    stand = how_they_stand(where, where.owner)
    (line,) = stand.lines
    assert line.key == str(option.pk)
    assert line.price == f"{Decimal('91.23')}k or more"
