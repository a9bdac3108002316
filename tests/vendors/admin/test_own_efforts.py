"""The buyer says what it takes to build, to run what is open, or to stay as it is."""

import pytest

from evaltracker.evaluations.models import Evaluation
from tests.clients import signed_in
from tests.factories import trials, vendors
from tests.vendors.admin.test_own_answers import save, standing
from vendors.models import Candidate, Effort

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(db: None) -> Candidate:
    """What would be built, in an evaluation that asks for efforts."""
    where = trials.platform("should", "must")
    Evaluation.objects.filter(pk=where.pk).update(asks_effort=True)
    where.refresh_from_db()
    option = vendors.candidate(where, "Built here", kind="build")
    option.evaluation = where
    return option


def form(own: Candidate, ref: str = "R1") -> str:
    row = own.evaluation.requirements.get(ref=ref)
    return f"/admin/act/answer-requirement/{own.pk}.{row.pk}/"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_does_not_fit_is_refused_in_grid_and_form[build, 0.25, "
    "buyer-Days are 0.5 to 2,000, in halves, lowest first.]",
)
def test_a_cell_of_the_grid_keeps_it_beside_the_words(own: Candidate) -> None:
    assert save(own, "R1", statement="We write it.").status_code == 200
    assert save(own, "R1", available_from="2040-01-01").status_code == 200
    assert save(own, "R1", effort="build; 5/10/20; buyer").status_code == 200
    (found,) = Effort.objects.all()
    assert (found.how, found.by, found.by_vendor) == ("build", "buyer", False)
    page = signed_in(own.evaluation.owner).get(f"/admin/candidates/{own.pk}/answers/")
    assert "Effort: build, 5/10/20 days, buyer" in page.text
    revision = standing(own, "R1").revision
    assert save(own, "R1", effort="").status_code == 200
    assert Effort.objects.get(superseded_at=None).how == ""
    assert standing(own, "R1").revision == revision


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("somehow", "Write it as in"),
        ("build, 2 days, vendor", "Nobody sells this; choose us or somebody else."),
        ("build, 0.25, buyer", "Days are 0.5 to 2,000, in halves, lowest first."),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[build, 0.25, buyer-Days are 0.5 to 2,000, in halves, lowest first.]",
)
def test_what_does_not_fit_is_refused_in_grid_and_form(
    own: Candidate, typed: str, sentence: str
) -> None:
    save(own, "R1", statement="We write it.")
    save(own, "R1", availability="now")
    said = save(own, "R1", effort=typed)
    assert said.status_code == 400
    assert sentence in said.content.decode()
    words = {"availability": "now", "statement": "We write it.", "effort": typed}
    page = signed_in(own.evaluation.owner).post(form(own), words)
    assert page.status_code == 400
    assert sentence in page.content.decode()
    assert not Effort.objects.exists()


def test_the_form_takes_it_and_shows_what_stands(own: Candidate) -> None:
    client = signed_in(own.evaluation.owner)
    words = {"availability": "now", "statement": "There.", "effort": "out of the box"}
    assert client.post(form(own), words).status_code == 302
    assert Effort.objects.get().how == "out_of_box"
    assert 'value="out of the box"' in client.get(form(own)).content.decode()
    words |= {"availability": "never"}
    refused = client.post(form(own), words)
    assert "What you do not offer takes no effort." in refused.content.decode()
    assert client.post(form(own), words | {"effort": ""}).status_code == 302


def test_nobody_is_asked_where_the_brief_asks_for_none(own: Candidate) -> None:
    where = own.evaluation
    bought = vendors.invited(where)
    row = where.requirements.get(ref="R1")
    client = signed_in(where.owner)
    note = f"/admin/act/note-claim/{bought.pk}.{row.pk}/"
    # What is bought is its vendor's to state.
    assert 'name="effort"' not in client.get(note).content.decode()
    assert 'name="effort"' in client.get(form(own)).content.decode()
    Evaluation.objects.filter(pk=where.pk).update(asks_effort=False)
    assert 'name="effort"' not in client.get(form(own)).content.decode()
    page = client.get(f"/admin/candidates/{own.pk}/answers/").content.decode()
    assert "Effort" not in page
