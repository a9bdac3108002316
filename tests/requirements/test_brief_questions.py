"""A brief asks questions of its own: answered, asked by the gate, signed, carried."""

import pytest

from evaltracker.decision.memo.inputs import gather_inputs
from evaltracker.decision.memo.signed_words import document_of
from evaltracker.decision.services.promise_checks import start_next
from evaltracker.errors import Forbidden, Invalid
from evaltracker.evaluations.models import BriefField, Evaluation
from evaltracker.requirements.services.evaluations import change_brief
from evaltracker.requirements.services.templates import (
    add_brief_field,
    change_brief_field,
    fill_from,
    remove_brief_field,
    save_as_template,
)
from evaltracker.workflow.gates import GateContext
from evaltracker.workflow.gates.rules import brief_complete
from tests.clients import signed_in
from tests.factories import common
from tests.factories.stakeholders import sign_off_rules
from tests.portable.files import carried_away, document

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> Evaluation:
    return common.evaluation()


def add_question(where: Evaluation, label: str, **terms: object) -> BriefField:
    return add_brief_field(evaluation=where, label=label, by=where.owner, **terms)


def answer(where: Evaluation, **values: object) -> Evaluation:
    """Answers by key, with its hyphens written as underscores."""
    told = {
        (name.replace("_", "-") if name.startswith("own_") else name): value
        for name, value in values.items()
    }
    return change_brief(evaluation=where, by=where.owner, **told)


def signed_words(where: Evaluation) -> str:
    return document_of(where, visit=where.visits.latest("number"))


def test_the_gate_asks_for_what_is_needed_and_for_nothing_else(
    where: Evaluation,
) -> None:
    add_question(where, "Signatures a year", kind="number")
    add_question(where, "Remarks", needed=False)
    (blocker,) = brief_complete(GateContext(where))
    assert blocker.sentence == "The brief does not state “Signatures a year”."
    assert blocker.link.endswith("#id_own-signatures-a-year")
    answer(where, own_signatures_a_year="1200")
    assert list(brief_complete(GateContext(where))) == []


def test_does_not_matter_is_an_answer(where: Evaluation) -> None:
    add_question(where, "Signatures a year", kind="number")
    answer(where, does_not_matter=["own-signatures-a-year"])
    assert list(brief_complete(GateContext(where))) == []
    assert "Does not matter" in signed_words(where)


def test_answers_are_signed_journaled_and_frozen(where: Evaluation) -> None:
    before = signed_words(where)
    add_question(where, "Signatures a year", kind="number")
    add_question(where, "Start", kind="date")
    answer(where, own_signatures_a_year=1200, own_start="2027-03-31", budget=5)
    entry = where.entries.latest("number")
    assert entry.after["own-signatures-a-year"] == "1,200"
    assert entry.after["budget"] == "5"
    words = signed_words(where)
    assert words != before
    assert "1,200" in words
    assert "31 March 2027" in words
    frozen = gather_inputs(where)["brief_questions"]
    assert ["Signatures a year", "1,200"] in frozen


def test_everything_that_is_wrong_is_said_at_once(where: Evaluation) -> None:
    add_question(where, "Signatures a year", kind="number")
    add_question(where, "Kind", kind="choice", choices=["simple", "qualified"])
    with pytest.raises(Invalid) as caught:
        answer(
            where,
            own_signatures_a_year="many",
            own_kind="golden",
            budget=-1,
            zone="Mars",
            currency="kr",
        )
    assert caught.value.errors.keys() == {
        *("own-signatures-a-year", "own-kind", "budget", "zone", "currency"),
    }
    where.refresh_from_db()
    assert where.budget != -1


def test_a_question_keeps_its_answer_through_another_wording(
    where: Evaluation,
) -> None:
    field = add_question(where, "Signatures a year", kind="number")
    answer(where, own_signatures_a_year="1200")
    field = change_brief_field(
        field=field, label="Signatures", kind="number", by=where.owner
    )
    assert (field.key, field.answer) == ("own-signatures-a-year", "1200")
    with pytest.raises(Invalid, match="does not fit"):
        change_brief_field(field=field, label="Start", kind="date", by=where.owner)
    remove_brief_field(field=field, by=where.owner)
    assert not where.brief_fields.exists()
    assert where.entries.latest("number").before["answer"] == "1200"


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"label": " "}, "blank"),
        ({"label": "taken"}, "asks this already"),
        ({"label": "A", "kind": "colour"}, "not a kind of answer"),
        ({"label": "A", "kind": "choice", "choices": ["one"]}, "at least two"),
        ({"label": "A", "choices": ["one", "two"]}, "Only a choice"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(
    where: Evaluation, terms: dict[str, object], words: str
) -> None:
    add_question(where, "Taken")
    with pytest.raises(Invalid, match=words):
        add_question(where, **terms)  # type: ignore[arg-type]


def test_only_the_owner_asks(where: Evaluation) -> None:
    with pytest.raises(Forbidden):
        add_brief_field(evaluation=where, label="A", by=common.otto())


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/requirements/test_measures.py::test_copies_and_templates_carry_it",
)
def test_templates_ask_them_and_the_next_evaluation_has_them_answered(
    where: Evaluation,
) -> None:
    add_question(where, "Signatures a year", kind="number", help="An estimate.")
    answer(where, own_signatures_a_year="1200")
    common.requirement(where, "R1")
    sign_off_rules(where, "decision", ("it",))
    saved = save_as_template(evaluation=where, title="Ours", by=where.owner)
    other = common.evaluation(title="Other")
    fill_from(evaluation=other, key=str(saved.pk), by=other.owner)
    field = other.brief_fields.get()
    assert (field.label, field.help, field.answer) == (
        *("Signatures a year", "An estimate.", ""),
    )
    following = start_next(origin=where, title="Next", by=where.owner)
    assert following.brief_fields.get().answer == "1200"


def test_they_travel_with_the_evaluation(where: Evaluation) -> None:
    add_question(where, "Signatures a year", kind="number")
    answer(where, own_signatures_a_year="1200")
    told = document(carried_away(where))
    assert told["brief_fields"][0]["answer"] == "1200"


def test_the_page_asks_answers_and_removes(where: Evaluation) -> None:
    client = signed_in(where.owner)
    form = {"label": "Signatures a year", "kind": "number", "needed": "on"}
    added = client.post(f"/admin/act/add-brief-field/{where.pk}/", form)
    assert added.status_code == 302
    page = client.get(f"/admin/e/{where.slug}/brief/").content.decode()
    assert "Signatures a year" in page
    assert "Not written yet" in page
    edit = client.get(f"/admin/act/edit-brief/{where.pk}/").content.decode()
    assert 'name="own-signatures-a-year"' in edit
    assert edit.count("needed to leave this stage") >= 4
    field = where.brief_fields.get()
    gone = client.post(f"/admin/act/remove-brief-field/{field.pk}/")
    assert gone.status_code == 302
    assert not where.brief_fields.exists()
