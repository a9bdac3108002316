"""Questions and proposals in the vendor pages, by the same services as the API."""

import pytest

from evaltracker.evaluations.models import Entry, Evaluation
from tests.acting import act
from tests.vendors.door import case
from tests.vendors.portal.visitor import Visitor, invited
from vendors.models import Proposal, Question
from vendors.services.answering import close_claims
from vendors.services.dialogue import answer_question, decline_proposal


@pytest.fixture
def inside(ada: Visitor) -> Visitor:
    return ada.sign_in()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_is_not_asked_cannot_be_asked_about",
)
def test_a_question_is_asked_and_its_answer_read_by_all(
    inside: Visitor, where: Evaluation
) -> None:
    bo = Visitor(invited(where, "Globex ML", "bo@globex.example")).sign_in()
    page = f"{inside.home}questions/"
    assert inside.post(page, about="R1", text="Which versions?").status_code == 302
    question = Question.objects.get()
    assert question.requirement == where.requirements.get(ref="R1")
    assert question.asking is not None
    assert question.asking.candidate == inside.link.candidate
    entry = Entry.objects.get(action="question.asked")
    assert entry.actor_name == "Acme (Ada Park)"
    assert "asked by you" in inside.get(page).content.decode()
    theirs = f"{bo.home}questions/"
    assert "Which versions?" not in bo.get(theirs).content.decode()
    answer_question(question=question, answer="2.1 and later.", by=where.owner)
    said = bo.get(theirs).content.decode()
    assert "2.1 and later." in said
    assert "asked by you" not in said


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_is_not_asked_cannot_be_asked_about",
)
def test_o2_the_same_question_is_another_one_once_it_was_answered(
    inside: Visitor, where: Evaluation
) -> None:
    page = f"{inside.home}questions/"

    def ask(about: str = "R1") -> None:
        assert inside.post(page, about=about, text="Enough?").status_code == 302

    ask()
    ask()
    question = Question.objects.get()
    # Its own words are compared, not those that the owner made of them.
    Question.objects.update(text="Is R 4 enough?")
    ask()
    answer_question(question=question, answer="Yes.", by=where.owner)
    ask()
    assert Question.objects.count() == case("O2")["expected"]["rows"]
    # About another requirement, and of another vendor, it is another question.
    ask("R2")
    bo = Visitor(invited(where, "Globex ML", "bo@globex.example")).sign_in()
    bo.post(f"{bo.home}questions/", about="R2", text="Enough?")
    assert Question.objects.count() == case("O2")["expected"]["rows"] + 2


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_is_not_asked_cannot_be_asked_about",
)
def test_what_is_open_is_not_proposed_again(inside: Visitor, where: Evaluation) -> None:
    page, category = f"{inside.home}proposals/", where.categories.get().name
    for _ in range(2):
        sent = inside.post(page, category=category, text="Quotas", reason="")
        assert sent.status_code == 302
    proposal = Proposal.objects.get()
    assert proposal.candidate == inside.link.candidate
    assert "Open" in inside.get(page).content.decode()
    decline_proposal(proposal=proposal, reason="No metric.", by=where.owner)
    inside.post(page, category=category, text="Quotas", reason="They matter.")
    assert Proposal.objects.count() == 2


@pytest.mark.parametrize("existing", [False, True])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[True]"
)
def test_a_category_is_proposed_too_and_the_owner_makes_it_or_picks_one(
    inside: Visitor, where: Evaluation, existing: bool
) -> None:
    there = where.categories.get()
    sent = {"category": there.name, "new_category": "Exit", "text": "Export"}
    assert inside.post(f"{inside.home}proposals/", **sent).status_code == 302
    proposal = Proposal.objects.get()
    assert (proposal.category, proposal.category_name) == (None, "Exit")
    said = {"ref": "R9", "priority": "should", "weight": "5"}
    if existing:
        said["category"] = str(there.pk)
    assert act("accept-proposal", proposal, where.owner, **said) == 302
    made = where.requirements.get(ref="R9")
    assert made.category.name == (there.name if existing else "Exit")
    assert where.categories.count() == (1 if existing else 2)
    page = inside.get(f"{inside.home}proposals/").content.decode()
    assert "Accepted as R9" in " ".join(page.split())


def test_a_new_category_that_there_is_already_is_that_one(
    inside: Visitor, where: Evaluation
) -> None:
    there = where.categories.get()
    sent = {"category": "", "new_category": there.name.upper(), "text": "Export"}
    inside.post(f"{inside.home}proposals/", **sent)
    assert Proposal.objects.get().category == there
    none = inside.post(f"{inside.home}proposals/", category="", text="Export")
    assert none.status_code == 400


@pytest.mark.parametrize("kind", ["questions", "proposals"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[proposals]"
)
def test_what_is_refused_says_why_and_keeps_what_was_typed(
    kind: str, inside: Visitor, where: Evaluation
) -> None:
    page = f"{inside.home}{kind}/"
    category = where.categories.get().name
    empty = inside.post(page, text="  ", about="", category=category)
    assert (empty.status_code, 'role="alert"' in empty.content.decode()) == (400, True)
    inside.get(page)
    close_claims(evaluation=where, by=where.owner)
    late = inside.post(page, inside.home, text="Late?", about="", category=category)
    assert late.status_code == 409
    assert not (Question.objects.exists() or Proposal.objects.exists())


def test_what_is_not_asked_cannot_be_asked_about(inside: Visitor) -> None:
    page = f"{inside.home}questions/"
    assert inside.post(page, text="What?", about="R77").status_code == 404
