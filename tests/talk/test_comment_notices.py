"""A mention is told by mail, as long as it waits for who may still see it."""

from collections.abc import Callable
from typing import Any

import pytest

from evaltracker.evaluations.models import Comment, Notice, User
from evaltracker.notices.kinds import KINDS
from evaltracker.talk.services import read_mention, resolve_thread, withdraw_comment
from evaltracker.workflow.inbox import my_work
from stakeholders.services.people import remove_stakeholder
from tests.factories import stakeholders, vendors
from tests.talk.talking import say
from tests.talk.test_comment_sealing import an_option
from vendors.models import Candidate
from vendors.services.candidates import declare_conflict
from vendors.services.costs import remove_cost_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def option(db: None) -> Candidate:
    return an_option()


@pytest.fixture
def ivan(option: Candidate) -> User:
    return stakeholders.holder("it")


def mention(option: Candidate, person: User, text: str = "Psst") -> Comment:
    asked = option.evaluation.requirements.get(ref="R1")
    by = option.evaluation.owner
    return say("cell", option, by, text, part=asked.pk, mentions=[person])


def why_not() -> str:
    return KINDS["mentioned"].holds(Notice.objects.get(kind="mentioned"))


def test_it_says_who_and_what_kind_of_thing_and_no_more(
    option: Candidate, ivan: User
) -> None:
    mention(option, ivan)
    notice = Notice.objects.get(kind="mentioned")
    assert notice.recipient == ivan
    assert why_not() == ""
    said = KINDS["mentioned"].compose(notice)
    assert "Lina Lead mentioned you in a comment on an answer" in said.subject
    assert "/admin/act/discuss/cell." in said.text
    for word in ("Psst", "Acme", "R1"):
        assert word not in said.subject + said.text + said.html


def leave(comment: Comment, person: User) -> None:
    part = comment.evaluation.stakeholders.get(user=person)
    remove_stakeholder(stakeholder=part, reason="Left.", by=comment.evaluation.owner)


def bar(comment: Comment, person: User) -> None:
    declare_conflict(
        candidate=comment.evaluation.candidates.get(name="Acme ML"),
        has_interest=True,
        statement="I own shares.",
        by=person,
    )


def answer(comment: Comment, person: User) -> None:
    option = comment.evaluation.candidates.get(name="Acme ML")
    say("cell", option, person, part=comment.part, parent=comment)


@pytest.mark.parametrize(
    ("happens", "because"),
    [
        (lambda it, who: withdraw_comment(comment=it, by=it.author), "withdrawn"),
        (lambda it, who: resolve_thread(comment=it, by=it.author), "resolved"),
        (lambda it, who: read_mention(comment=it, by=who), "read or answered"),
        (answer, "read or answered"),
        (bar, "may no longer see"),
        (leave, "may no longer see"),
    ],
    ids=["withdrawn", "resolved", "read", "answered", "barred", "left"],
)
def test_once_it_waits_no_more_it_is_neither_sent_nor_listed(
    option: Candidate, ivan: User, happens: Callable[[Any, User], Any], because: str
) -> None:
    comment = mention(option, ivan)
    listed = [item for item in my_work(ivan) if item.kind == "mention"]
    assert [item.what for item in listed] == ["Lina Lead mentioned you: Acme ML, R1"]
    happens(comment, ivan)
    assert because in why_not()
    assert [item for item in my_work(ivan) if item.kind == "mention"] == []


def test_what_it_was_about_is_gone(option: Candidate, ivan: User) -> None:
    where, line = option.evaluation, option.cost_lines.get()
    vendors.open_prices(where)
    say("cost_line", line, where.owner, mentions=[ivan])
    remove_cost_line(line=line, by=where.owner)
    assert "no longer there" in why_not()
    assert [item for item in my_work(ivan) if item.kind == "mention"] == []


def test_two_in_one_thread_are_one_line_of_my_work(
    option: Candidate, ivan: User
) -> None:
    for _ in range(2):
        mention(option, ivan)
    assert len([item for item in my_work(ivan) if item.kind == "mention"]) == 1
