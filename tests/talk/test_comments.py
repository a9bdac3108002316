"""Somebody says something, others answer, and the thread is resolved."""

import pytest

from evaltracker.errors import Forbidden, Invalid, NotFound, Refused
from evaltracker.evaluations.models import Comment, Entry, Evaluation, Mention, User
from evaltracker.evaluations.topic_types import TOPICS
from evaltracker.talk import services
from evaltracker.talk.rules import check_comment, threads_on
from evaltracker.talk.services import (
    add_comment,
    read_mention,
    reopen_thread,
    resolve_thread,
    withdraw_comment,
)
from tests.factories import common, stakeholders, trials
from tests.talk.talking import say, subject
from tests.workflow.deciding import decided

pytestmark = pytest.mark.django_db


@pytest.fixture
def where(db: None) -> Evaluation:
    return trials.platform("must", "should")


@pytest.fixture
def ivan(where: Evaluation) -> User:
    return stakeholders.holder("it")


def test_a_thread_is_said_answered_resolved_and_opened_again(
    where: Evaluation, ivan: User
) -> None:
    asked = where.requirements.get(ref="R1")
    root = say("requirement", asked, where.owner, "Is this a must?")
    answer = say("requirement", asked, ivan, "Yes.", parent=root)
    # A reply to a reply stands in the same thread.
    last = say("requirement", asked, where.owner, "Thanks.", parent=answer)
    assert last.parent == root
    (thread,) = threads_on(subject("requirement", asked, ivan))
    assert [it.text for it in thread.comments] == ["Is this a must?", "Yes.", "Thanks."]
    resolve_thread(comment=root, by=ivan)
    with pytest.raises(Refused, match="resolved"):
        say("requirement", asked, where.owner, "One more", parent=root)
    with pytest.raises(Refused, match="resolved already"):
        resolve_thread(comment=root, by=ivan)
    reopen_thread(comment=root, by=where.owner)
    say("requirement", asked, where.owner, "One more", parent=root)


def test_the_journal_tells_who_and_where_and_never_what(where: Evaluation) -> None:
    comment = say("requirement", where.requirements.get(ref="R1"), where.owner, "Psst")
    entry = Entry.objects.filter(evaluation=where).latest("number")
    assert (entry.action, entry.actor) == ("comment.added", where.owner)
    assert entry.after == {"about": "Requirement R1"}
    withdraw_comment(comment=comment, by=where.owner)
    told = Entry.objects.filter(evaluation=where).values_list(
        "before", "after", "reason", "subject_label"
    )
    assert "Psst" not in str(list(told))


def test_its_author_alone_takes_it_back_and_its_text_is_gone(
    where: Evaluation, ivan: User
) -> None:
    comment = say("requirement", where.requirements.get(ref="R1"), ivan)
    with pytest.raises(Forbidden):
        withdraw_comment(comment=comment, by=where.owner)
    withdraw_comment(comment=comment, by=ivan)
    kept = Comment.objects.get()
    assert kept.text == ""
    assert kept.withdrawn_at is not None
    with pytest.raises(Refused):
        withdraw_comment(comment=comment, by=ivan)


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 2_001, "a\x00b"])
def test_no_text_and_too_much_are_refused_at_the_field(
    where: Evaluation, text: str
) -> None:
    with pytest.raises(Invalid) as refused:
        say("requirement", where.requirements.get(ref="R1"), where.owner, text)
    assert refused.value.errors["text"]
    assert not Comment.objects.exists()


def test_more_than_a_sensible_number_is_refused(
    where: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_ON_ONE", 2)
    one, other = where.requirements.order_by("ref")
    for _ in range(2):
        say("requirement", one, where.owner)
    with pytest.raises(Refused, match="no more are taken"):
        say("requirement", one, where.owner)
    say("requirement", other, where.owner)


def test_who_has_no_part_does_not_talk(where: Evaluation) -> None:
    asked = where.requirements.get(ref="R1")
    about = subject("requirement", asked, where.owner)
    with pytest.raises(NotFound):
        add_comment(subject=about, text="Hello", by=common.noor())
    with pytest.raises(Forbidden):
        add_comment(subject=about, text="Hello", by=common.otto())


def test_a_reply_belongs_to_what_its_thread_is_about(where: Evaluation) -> None:
    one, other = where.requirements.order_by("ref")
    root = say("requirement", one, where.owner)
    with pytest.raises(NotFound):
        say("requirement", other, where.owner, parent=root)


def test_once_it_is_decided_only_the_decision_is_talked_about() -> None:
    where, option = decided()
    asked = where.requirements.first()
    for topic, row, part in (
        ("requirement", asked, ""),
        ("candidate", option, ""),
        ("cell", option, getattr(asked, "pk", "")),
        ("memo", where, "why"),
    ):
        with pytest.raises(Refused, match="Comment on the decision"):
            say(topic, row, where.owner, part=part)
    assert say("decision", where, where.owner, "Well done.").pk


def test_it_moves_no_signature_and_nothing_that_is_signed() -> None:
    where, _ = decided()
    visits = where.visits.all()
    before = [
        (row.pk, row.document.sha256)
        for visit in visits
        for row in visit.sign_offs.all()
    ]
    say("decision", where, where.owner, "Well done.")
    visits = Evaluation.objects.get(pk=where.pk).visits.all()
    assert before == [
        (row.pk, row.document.sha256)
        for visit in visits
        for row in visit.sign_offs.all()
    ]


def test_a_mention_waits_until_its_person_answers_or_reads_it(
    where: Evaluation, ivan: User
) -> None:
    asked = where.requirements.get(ref="R1")
    root = say("requirement", asked, where.owner, mentions=[ivan])
    again = say("requirement", asked, where.owner, mentions=[ivan])
    assert Mention.objects.waiting().count() == 2
    say("requirement", asked, ivan, "Yes.", parent=root)
    assert [it.comment for it in Mention.objects.waiting()] == [again]
    with pytest.raises(Forbidden):
        read_mention(comment=again, by=where.owner)
    read_mention(comment=again, by=ivan)
    assert not Mention.objects.waiting().exists()
    with pytest.raises(Refused):
        read_mention(comment=again, by=ivan)


def test_nobody_mentions_themselves_or_a_crowd(
    where: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = where.requirements.get(ref="R1")
    say("requirement", asked, where.owner, mentions=[where.owner])
    assert not Mention.objects.exists()
    monkeypatch.setattr(services, "MOST_MENTIONED", 1)
    with pytest.raises(Invalid, match="at most 1 people"):
        say(
            "requirement",
            asked,
            where.owner,
            mentions=[stakeholders.holder("it"), stakeholders.holder("pm")],
        )


def test_a_name_after_an_at_sign_mentions_who_has_a_part(where: Evaluation) -> None:
    asked = where.requirements.get(ref="R1")
    say("requirement", asked, where.owner, "@ivan, @Priya: is it so? ada@ivan.example")
    people = {mention.person.username for mention in Mention.objects.all()}
    assert people == {"ivan", "priya"}
    say("requirement", asked, where.owner, "It has a @decorator, and I am @lina.")
    assert Mention.objects.count() == 2


def test_a_name_that_two_people_bear_asks_for_a_tick(
    where: Evaluation, ivan: User
) -> None:
    asked = where.requirements.get(ref="R1")
    User.objects.filter(username="priya").update(last_name=ivan.username)
    with pytest.raises(Invalid, match="Several people are called “ivan”"):
        say("requirement", asked, where.owner, "@Ivan: is it so?")
    say("requirement", asked, where.owner, "@Ivan: is it so?", mentions=[ivan])
    assert [mention.person for mention in Mention.objects.all()] == [ivan]


def test_every_topic_says_when_its_talk_ends(where: Evaluation) -> None:
    check_comment(subject("decision", where, where.owner), where.owner)
    assert [name for name, it in TOPICS.items() if it.after_decision] == ["decision"]
