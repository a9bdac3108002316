"""A candidate's page and that of a cell say what “yes” costs in days."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltracker.evaluations.models import Evaluation, User
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors
from tests.trials.efforts import asked, states
from vendors.models import Candidate
from vendors.services.claims import note_claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def built(db: None) -> Candidate:
    """Something that the house would build, with a rate; R1 is customised by it."""
    where = trials.platform("must", "should")
    Evaluation.objects.update(loaded_hourly_rate=80)
    asked(where)
    option = vendors.candidate(where, "Our own", kind="build")
    trials.claimed(where)
    for requirement in where.requirements.all():
        note(option, requirement.ref)
    states(option, "R1", "customise", 5, 10, 20, by="buyer")
    return option


def note(option: Candidate, ref: str) -> None:
    note_claim(
        candidate=option,
        requirement=option.evaluation.requirements.get(ref=ref),
        availability="now",
        statement="We can.",
        by=option.evaluation.owner,
    )


def read(address: str, user: User) -> str:
    answer = signed_in(user).get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def page(option: Candidate) -> str:
    return f"/admin/candidates/{option.pk}/"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_where_nobody_is_asked_no_page_speaks_of_effort",
)
def test_the_candidate_shows_days_and_who_reads_prices_the_money(
    built: Candidate,
) -> None:
    body = read(page(built), common.lina())
    assert "<dt>Our days</dt><dd>15 (7.5 to 30) or more</dd>" in body
    assert "<dt>The vendor’s days</dt><dd>not known</dd>" in body
    assert "<dt>Not stated</dt><dd>1 of 2</dd>" in body
    assert "9,600 (4,800 to 19,200) or more USD" in body
    # Without the planning factor, by which a cost of work is multiplied again.
    assert "kind=engineer_time&amp;low=3200&amp;likely=6400&amp;high=12800" in body
    form = read(take_over(body), common.lina())
    assert 'value="6400"' in form
    others = read(page(built), stakeholders.holder("it"))
    assert "15 (7.5 to 30) or more" in others
    assert "9,600" not in others
    assert "low=3200" not in others


def take_over(body: str) -> str:
    (address,) = (
        part.split('"')[0]
        for part in body.split('href="')
        if "likely=6400" in part.split('"')[0]
    )
    return address.replace("&amp;", "&")


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_where_nobody_is_asked_no_page_speaks_of_effort",
)
def test_rows_and_cells_say_what_is_stated_or_that_nothing_is(
    built: Candidate,
) -> None:
    assert "Effort: customise, 5/10/20 days, buyer." in read(page(built), common.lina())
    cells = {
        row.ref: read(f"/admin/cells/{built.pk}/{row.pk}/", common.lina())
        for row in built.evaluation.requirements.all()
    }
    assert "Effort: <strong>customise, 5/10/20 days, buyer</strong>" in cells["R1"]
    assert "Effort: <strong>not stated</strong>" in cells["R2"]


def test_where_nobody_is_asked_no_page_speaks_of_effort(built: Candidate) -> None:
    Evaluation.objects.update(asks_effort=False)
    need = built.evaluation.requirements.get(ref="R1")
    for address in (page(built), f"/admin/cells/{built.pk}/{need.pk}/"):
        assert "Effort" not in read(address, common.lina())


@pytest.mark.parametrize("where", ["candidate", "cell", "comparison"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[comparison]",
)
def test_a_page_takes_two_queries_more_at_most(built: Candidate, where: str) -> None:
    need = built.evaluation.requirements.get(ref="R1")
    address = {
        "candidate": page(built),
        "cell": f"/admin/cells/{built.pk}/{need.pk}/",
        "comparison": f"/admin/e/{built.evaluation.slug}/comparison/",
    }[where]
    client, numbers = signed_in(stakeholders.holder("it")), []
    for asks in (False, True):
        Evaluation.objects.update(asks_effort=asks)
        client.get(address)
        common.category(built.evaluation, f"Other {asks}")  # nothing is kept of before
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        numbers.append(len(queries))
    without, with_efforts = numbers
    assert without < with_efforts <= without + 2
