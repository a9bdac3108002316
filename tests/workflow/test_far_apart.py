"""What people see very differently is on their desks in the stage that showed it."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.workflow.inbox import my_work
from tests.clients import signed_in
from tests.factories import stakeholders
from tests.trials.admin.scoring import give, part, scoring
from trials.services.scores import lock_scores, open_consensus, settle_score
from vendors.services.candidates import declare_conflict

pytestmark = pytest.mark.django_db
ROLES = ("engineering", "it", "devops", "pm", "leadership")
WORDS = "Talk about what is far apart: Training of Acme ML"


@pytest.fixture
def where(db: None) -> Evaluation:
    """In demos; Elif sees in Acme's training what nobody else sees. Priya has not
    locked."""
    found = scoring()
    for role in ROLES:
        give(found, "Acme ML", "Training", 5 if role == "engineering" else 1, role=role)
        if role != "pm":
            lock(found, role)
    return found


def lock(where: Evaluation, role: str) -> None:
    lock_scores(stakeholder=part(where, role), by=stakeholders.holder(role))


def to_talk_about(user: User) -> list[tuple[str, str]]:
    """What they have to talk about, and why."""
    items = my_work(user)
    return [(item.what, item.why) for item in items if item.kind == "far_apart"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_waiver_requests.py"
    "::test_leadership_is_asked_by_mail_and_on_my_work_and_the_journal_"
    "says_so",
)
def test_all_scorers_are_to_talk_as_soon_as_all_have_locked(where: Evaluation) -> None:
    people = [stakeholders.holder(role) for role in ROLES]
    assert [to_talk_about(person) for person in people] == [[]] * len(people)
    lock(where, "pm")
    for person in people:
        ((what, why),) = to_talk_about(person)
        assert what == WORDS
        assert "Lina" in why
        assert "opens the consensus" in why
    body = signed_in(people[0]).get("/admin/").content.decode()
    assert f"/admin/e/{where.slug}/scores/#dots" in body
    # Whoever runs it opens the consensus first: before, scores are blind for them.
    assert to_talk_about(where.owner) == []
    steps = [item.what for item in my_work(where.owner) if item.kind == "next_step"]
    assert "Training" not in str(steps)


def test_it_is_over_once_it_is_settled(where: Evaluation) -> None:
    open_consensus(evaluation=where, by=where.owner)
    elif_ = stakeholders.holder("engineering")
    ((_, why),) = to_talk_about(elif_)
    assert "opens the consensus" not in why
    settle_score(
        evaluation=where,
        candidate=where.candidates.get(name="Acme ML"),
        category=where.categories.get(name="Training"),
        value=Decimal("2.5"),
        reason="Elif saw the second half.",
        by=where.owner,
    )
    assert to_talk_about(elif_) == []


def test_who_does_not_score_is_not_told(where: Evaluation) -> None:
    lock(where, "pm")
    where.stakeholders.filter(role="leadership").update(scores=False)
    assert to_talk_about(stakeholders.holder("leadership")) == []


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_waiver_requests.py"
    "::test_leadership_is_asked_by_mail_and_on_my_work_and_the_journal_"
    "says_so",
)
def test_it_is_read_as_often_for_many_as_for_one(where: Evaluation) -> None:
    elif_ = stakeholders.holder("engineering")
    lock(where, "pm")

    def cost() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert to_talk_about(elif_)
        return len(caught)

    one = cost()
    Evaluation.objects.filter(pk=where.pk).update(title="The first of them")
    scoring()
    assert cost() <= one + 1


def test_whom_a_conflict_bars_keeps_nobody_from_the_talk(where: Evaluation) -> None:
    option = where.candidates.get(name="Acme ML")
    priya, elif_ = stakeholders.holder("pm"), stakeholders.holder("engineering")
    declare_conflict(candidate=option, has_interest=True, statement="S", by=priya)
    # As the gate, which does not wait for her either.
    ((what, _),) = to_talk_about(elif_)
    assert what == WORDS
    assert to_talk_about(priya) == []
