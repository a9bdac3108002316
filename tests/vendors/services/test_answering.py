"""A question is answered once for all, and nothing says who asked."""

import pytest

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Notice
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from tests.vendors.mails import owed, read, to_whom
from vendors.models import Asking, Candidate, Question
from vendors.selectors.dialogue import questions_for
from vendors.services import dialogue
from vendors.services.contacts import add_contact
from vendors.services.dialogue import answer_question, ask_question, propose_requirement

pytestmark = pytest.mark.django_db
ACME = Actor(name="Acme by API")
KIND = "question_answered"


@pytest.fixture
def acme(db: None) -> Candidate:
    """Invited beside Globex; each has a contact."""
    where = common.evaluation()
    common.requirement(where)
    vendors.in_research(where)
    for name in ("Acme", "Globex"):
        one = vendors.invited(where, f"{name} ML")
        assert one.vendor
        address = f"bids@{name.lower()}.example"
        add_contact(vendor=one.vendor, name="Bids", email=address, by=where.owner)
    found: Candidate = where.candidates.get(name="Acme ML")
    return found


def ask(acme: Candidate, text: str = "Which R do you run?") -> Question:
    where = acme.evaluation
    return ask_question(evaluation=where, text=text, candidate=acme, by=ACME)[0]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/test_invitation_mail.py"
    "::test_without_vendor_pages_it_tells_a_program_what_to_call",
)
def test_all_who_are_invited_get_the_same_mail_without_a_word_of_it(
    acme: Candidate,
) -> None:
    vendors.candidate(acme.evaluation, "Initech ML")
    answer_question(question=ask(acme), answer="R 4.4", by=acme.evaluation.owner)
    assert to_whom(KIND) == ["bids@acme.example", "bids@globex.example"]
    mine, others = (read(notice) for notice in owed(KIND))
    assert (mine.subject, mine.text, mine.html) == (
        others.subject,
        others.text,
        others.html,
    )
    for word in ("R 4.4", "Which R", "Acme", "Globex"):
        assert word not in mine.subject + mine.text + mine.html


def test_answers_in_one_go_are_one_mail_and_the_same_answer_is_none(
    acme: Candidate,
) -> None:
    owner = acme.evaluation.owner
    first, second = ask(acme), ask(acme, "Which Python?")
    for question in (first, second):
        answer_question(question=question, answer="The newest", by=owner)
    assert len(owed(KIND)) == 2
    Notice.objects.update(occurrence="an hour ago")
    answer_question(question=first, answer="The newest", by=owner)
    assert len(owed(KIND)) == 2
    answer_question(question=first, answer="The newest but one", by=owner)
    assert len(owed(KIND)) == 4


@pytest.mark.parametrize("name", ["Acme", "ACME ML", "acme ml"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[Acme]"
)
def test_words_that_name_the_asker_are_refused_until_looked_at(
    acme: Candidate, name: str
) -> None:
    owner = acme.evaluation.owner
    question = ask(acme, f"At {name} we run R; do you?")
    with pytest.raises(Invalid) as refused:
        answer_question(question=question, answer="Yes", by=owner)
    assert set(refused.value.errors) == {"text"}
    with pytest.raises(Invalid) as refused:
        answer_question(
            question=question, text="R?", answer=f"As {name} asks", by=owner
        )
    assert set(refused.value.errors) == {"answer"}
    answer_question(question=question, answer="Yes", by=owner, though_named=True)
    assert question.asking
    # Part of another word is no name.
    other = ask(acme, "Do you use Acmeology?")
    assert answer_question(question=other, answer="No", by=owner).answered_at


def test_the_question_is_worded_anew_for_all_and_kept_as_it_was_asked(
    acme: Candidate,
) -> None:
    where = acme.evaluation
    globex = where.candidates.get(name="Globex ML")
    question = ask(acme, "We at Acme run R 3; is that right?")
    answer_question(
        question=question, text="Is R 3 right?", answer="No", by=where.owner
    )
    for reader, own in ((acme, True), (globex, False)):
        (told,) = questions_for(reader)
        assert (told.text, told.own) == ("Is R 3 right?", own)
    assert Asking.objects.get().words == "We at Acme run R 3; is that right?"
    body = signed_in(where.owner).get(f"/admin/e/{where.slug}/questions/")
    assert "As it was asked" in body.content.decode()


def test_the_page_asks_to_look_twice_only_where_there_is_a_name(
    acme: Candidate,
) -> None:
    where = acme.evaluation
    owner = where.owner
    plain, telling = ask(acme), ask(acme, "Do you know Acme?")
    url = "/admin/act/answer-question/{}/"
    client = signed_in(owner)
    look = "These words name the asker"
    assert look not in client.get(url.format(plain.pk)).content.decode()
    assert look in client.get(url.format(telling.pk)).content.decode()
    form = {"text": telling.text, "answer": "We do"}
    it = stakeholders.stakeholders(where, "it")["it"].user
    assert act("answer-question", telling, it, **form) == 403
    assert act("answer-question", telling, owner, **form) == 400
    assert act("answer-question", telling, owner, **form, though_named="on") == 302


def test_the_buyers_own_question_has_nobody_to_give_away(acme: Candidate) -> None:
    where = acme.evaluation
    question, _ = ask_question(evaluation=where, text="Is Acme GA?", by=where.owner)
    assert question.asking is None
    answer_question(question=question, answer="Acme says so", by=where.owner)


def test_an_invitation_has_a_quota_that_rivals_do_not_use_up(
    acme: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogue, "MOST", 2)
    where = acme.evaluation
    globex = where.candidates.get(name="Globex ML")
    category = where.categories.get()
    for text in ("X", "Y"):
        ask(acme, text)
        propose_requirement(candidate=acme, category=category, text=text, by=ACME)
    with pytest.raises(Refused, match="2 questions already") as refused:
        ask(acme)
    assert refused.value.code == "quota_reached"
    with pytest.raises(Refused, match="2 proposals already"):
        propose_requirement(candidate=acme, category=category, text="Z", by=ACME)
    assert ask(globex)
    # The buyer's own questions are nobody's quota.
    assert ask_question(evaluation=where, text="And we?", by=where.owner)
