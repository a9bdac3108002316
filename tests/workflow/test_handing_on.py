"""An evaluation is handed on to somebody else who runs it from now on."""

import pytest

from evaltracker.decision.services.ownership import hand_on_evaluation
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, Evaluation, Notice, User
from evaltracker.notices.kinds import KINDS
from evaltracker.workflow.inbox.glances import my_work
from evaltracker.workflow.services.stages import cancel
from stakeholders.services.people import add_stakeholder, remove_stakeholder
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors
from tests.factories.workflow import sign_as, to_be_signed
from vendors.models import PriceOpening
from vendors.policy import may_read_answers
from vendors.services.candidates import declare_conflict, declare_interests
from vendors.services.quotes import ask_to_open_prices

pytestmark = pytest.mark.django_db


def second_lead() -> User:
    """Somebody else who may start evaluations."""
    person = common.person("sofia")
    person.user_permissions.set(common.lina().user_permissions.all())
    person.groups.set(common.lina().groups.all())
    fresh: User = User.objects.get(pk=person.pk)
    return fresh


def handed_on(where: Evaluation, to: User, by: User | None = None) -> Evaluation:
    return hand_on_evaluation(
        evaluation=where, new_owner=to, reason="On leave.", by=by or where.owner
    )


def in_research() -> Evaluation:
    where = trials.platform("must")
    trials.claimed(where)
    return where


def test_the_new_owner_is_told_and_declares_conflicts_before_reading() -> None:
    where, sofia, lina = in_research(), second_lead(), common.lina()
    where = handed_on(where, sofia)
    assert where.owner == sofia
    entry = Entry.objects.filter(action="evaluation.handed_on").get()
    assert (entry.before, entry.after) == (
        {"owner": lina.name},
        {"owner": sofia.name},
    )
    notice = Notice.objects.get(kind="evaluation_handed_on")
    assert notice.recipient == sofia
    assert "You run this evaluation now" in KINDS[notice.kind].compose(notice).subject
    assert KINDS[notice.kind].holds(notice) == ""
    assert not may_read_answers(sofia, where)
    assert "interests" in {item.kind for item in my_work(sofia)}
    asked = {where.candidates.get().pk: ""}
    declare_interests(evaluation=where, interests=asked, by=sofia)
    assert may_read_answers(sofia, where)
    assert not Evaluation.objects.visible_to(lina).exists()
    handed_on(where, lina)
    notice = Notice.objects.get(pk=notice.pk)
    assert KINDS[notice.kind].holds(notice) == "Somebody else runs the evaluation now."


def test_only_the_owner_hands_it_on_and_an_operator_in_their_absence() -> None:
    where, sofia = in_research(), second_lead()
    for person in (stakeholders.holder("leadership"), sofia, common.otto()):
        with pytest.raises(Forbidden, match="Only Lina Lead"):
            handed_on(where, sofia, by=person)
    User.objects.filter(pk=where.owner_id).update(is_active=False)
    assert handed_on(where, sofia, by=common.otto()).owner == sofia


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("lead", "runs it already"),
        ("it", "holds a role here"),
        ("noor", "may not run evaluations"),
        ("otto", "may not run evaluations"),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[lead-runs it already]",
)
def test_not_everybody_can_take_it_over(who: str, sentence: str) -> None:
    where = in_research()
    with pytest.raises(Refused, match="Nobody else can take it over"):
        handed_on(where, where.owner)
    second_lead()
    people = {
        "lead": where.owner,
        "it": stakeholders.holder("it"),
        "noor": common.noor(),
        "otto": common.otto(),
    }
    with pytest.raises(Invalid, match=sentence) as refusal:
        handed_on(where, people[who])
    assert list(refusal.value.errors) == ["new_owner"]


def test_whoever_has_a_conflict_or_signed_this_stage_cannot_take_it_over() -> None:
    where, sofia = in_research(), second_lead()
    part = add_stakeholder(evaluation=where, user=sofia, role="legal", by=where.owner)
    option = where.candidates.get()
    declare_conflict(candidate=option, has_interest=True, statement="Shares", by=sofia)
    remove_stakeholder(stakeholder=part, reason="Moves on.", by=where.owner)
    with pytest.raises(Invalid, match="conflict of interest"):
        handed_on(where, sofia)
    signing = to_be_signed("it")
    second_lead()
    sign_as(signing, "it")
    ivan = stakeholders.holder("it")
    ivan.user_permissions.set(common.lina().user_permissions.all())
    ivan.groups.set(common.lina().groups.all())
    part = signing.stakeholders.get(role="it")
    remove_stakeholder(stakeholder=part, reason="Leads now.", by=signing.owner)
    with pytest.raises(Invalid, match="has signed this stage"):
        handed_on(signing, ivan)


def test_an_opening_of_prices_that_was_asked_for_is_dropped() -> None:
    where, sofia = in_research(), second_lead()
    vendors.enter(where, "decision")
    ask_to_open_prices(evaluation=where, by=where.owner)
    handed_on(where, sofia)
    assert not PriceOpening.objects.awaited().exists()


def test_one_that_has_ended_stays_whose_it_was() -> None:
    where, sofia = in_research(), second_lead()
    cancel(evaluation=where, reason="No money.", by=where.owner)
    with pytest.raises(Refused):
        handed_on(where, sofia)


def test_the_overview_leads_to_it_and_its_form_says_who_cannot() -> None:
    where, sofia = in_research(), second_lead()
    client = signed_in(where.owner)
    form = f"/admin/act/hand-on-evaluation/{where.pk}/"
    assert form in client.get(f"/admin/e/{where.slug}/").text
    assert "Sofia" in client.get(form).text
    sent = client.post(form, {"new_owner": sofia.pk, "reason": "On leave."})
    assert sent.headers["Location"] == "/admin/"
    assert Evaluation.objects.get(pk=where.pk).owner == sofia
