"""What the side menu counts is the reader's own, and of this evaluation alone."""

import pytest

from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.tabs import count_waiting
from evaltracker.workflow.services.sign_offs import look_at_what_moved
from stakeholders.models import Verdict
from tests.factories import common, stakeholders, vendors
from tests.factories.workflow import sign_as, to_be_signed
from vendors.services.candidates import declare_conflict
from vendors.services.dialogue import ask_question, propose_requirement

pytestmark = pytest.mark.django_db


@pytest.fixture
def purchase(db: None) -> Evaluation:
    """With a requirement that is a must-have."""
    where = common.evaluation()
    common.requirement(where, "R1")
    return where


def counts(where: Evaluation, user: User) -> dict[str, int]:
    """The pages on which something waits for that person."""
    return {
        slug: number for slug, number in count_waiting(where, user).items() if number
    }


def test_questions_and_proposals_wait_for_the_owner(purchase: Evaluation) -> None:
    it = stakeholders.stakeholders(purchase, "it")["it"].user
    vendors.in_research(purchase)
    acme = vendors.invited(purchase)
    declare_conflict(candidate=acme, has_interest=False, statement="", by=it)
    voice = Actor(name="Acme by API")
    ask_question(evaluation=purchase, candidate=acme, text="When?", by=voice)
    propose_requirement(
        candidate=acme, category=purchase.categories.get(), text="Alerts", by=voice
    )
    purchase.refresh_from_db()
    assert counts(purchase, purchase.owner)["questions"] == 2
    assert counts(purchase, it) == {}
    assert counts(purchase, common.otto()) == {}
    other = common.evaluation(owner=purchase.owner, title="Another")
    assert counts(other, purchase.owner) == {}


def test_a_candidate_waits_for_the_declaration_of_whoever_judges(
    purchase: Evaluation,
) -> None:
    it = stakeholders.stakeholders(purchase, "it")["it"].user
    vendors.in_research(purchase)
    acme = vendors.invited(purchase, declares=False)
    purchase.refresh_from_db()
    assert counts(purchase, it) == {"conflicts": 1}
    assert counts(purchase, purchase.owner)["conflicts"] == 1
    declare_conflict(candidate=acme, has_interest=False, statement="", by=it)
    assert counts(purchase, it) == {}


def test_a_signature_waits_until_it_is_given() -> None:
    where = to_be_signed("it", "devops")
    look_at_what_moved()
    it, devops = stakeholders.holder("it"), stakeholders.holder("devops")
    assert counts(where, it) == counts(where, devops) == {"sign_offs": 1}
    assert counts(where, where.owner) == {}
    sign_as(where, "it", Verdict.APPROVE)
    assert counts(where, it) == {}
    assert counts(where, devops) == {"sign_offs": 1}
