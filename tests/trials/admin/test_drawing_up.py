"""One act creates the trials of all finalists; what changes, changes for all."""

import datetime

import pytest

from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.pages.acts import ACTS
from tests.acting import act
from tests.clients import signed_in
from tests.factories import stakeholders, trials, vendors
from trials.models import Criterion, Trial
from vendors.services.claims import rule_not_applicable

pytestmark = pytest.mark.django_db
NEEDS = [f"R{number}" for number in range(1, 11)]


@pytest.fixture
def purchase(db: None) -> Evaluation:
    """Three finalists that claim ten must-haves, in the trials stage."""
    where = trials.platform(*["must"] * len(NEEDS))
    for name in ("Acme ML", "Globex", "Initech"):
        trials.claimed(where, name=name)
    vendors.enter(where, "trials")
    where.candidates.update(state="shortlisted")
    return where


def draw_up(where: Evaluation, **more: object) -> int:
    """Post the form as it comes, with the words and numbers that it lacks."""
    form = ACTS["draw-up-trials"]
    given = form.form_kwargs(where, where.owner)
    empty = form.form_class(initial=form.initial(where, where.owner), **given)
    data = {
        name: empty.get_initial_for_field(field, name)
        for name, field in empty.fields.items()
    }
    data |= trials.CONTRACT
    data |= {name: "100 runs a day" for name in data if name.startswith("threshold_")}
    sent = {name: "" if said is None else said for name, said in data.items()} | more
    return act("draw-up-trials", where, where.owner, **sent)


def criteria(trial: Trial) -> list[tuple[str, str, str]]:
    rows = trial.criteria.order_by("position")
    return list(rows.values_list("requirement__ref", "text", "threshold"))


def agreed(where: Evaluation) -> list[Trial]:
    """The trials, drawn up, put forward and agreed to by every role."""
    assert draw_up(where) == 302
    assert act("propose-contracts", where, where.owner) == 302
    rows = list(Trial.objects.filter(candidate__evaluation=where))
    for trial in rows:
        trials.agreed_to(trial)
        trial.refresh_from_db()
        assert trial.agreed_at
    return rows


def test_three_finalists_with_ten_criteria_need_two_forms(
    purchase: Evaluation,
) -> None:
    assert draw_up(purchase) == 302
    assert act("propose-contracts", purchase, purchase.owner) == 302
    rows = Trial.objects.filter(candidate__evaluation=purchase)
    assert rows.exclude(proposed_at=None).count() == 3
    first, *others = rows
    assert [ref for ref, *_ in criteria(first)] == NEEDS
    assert all(criteria(trial) == criteria(first) for trial in others)
    due = first.milestones.order_by("due_at").values_list("title", flat=True)
    assert list(due) == ["First day", "Half-time review", "Last day", "Clean-up"]
    told = Entry.objects.filter(evaluation=purchase)
    assert told.filter(action="trials.drawn_up").count() == 1
    assert told.filter(action="trial.planned").count() == 3
    assert told.filter(action="criterion.added").count() == 30


def test_only_what_somebody_has_to_prove_is_proposed(purchase: Evaluation) -> None:
    owner = purchase.owner
    for option in purchase.candidates.all():
        for ref in ("R1", "R2")[: 1 if option.name == "Globex" else 2]:
            rule_not_applicable(
                candidate=option,
                requirement=purchase.requirements.get(ref=ref),
                reason="Not here.",
                by=owner,
            )
    body = signed_in(owner).get(f"/admin/act/draw-up-trials/{purchase.pk}/").text
    assert "R1: " not in body
    assert "Must-have; not proven for Globex" in body
    assert "Must-have; not proven for Acme ML, Globex and Initech" in body


def test_who_is_shortlisted_later_joins_with_the_same_criteria(
    purchase: Evaluation,
) -> None:
    late = purchase.candidates.get(name="Initech")
    assert draw_up(purchase, **{f"try_{late.pk.hex}": ""}) == 302
    assert not late.trials.exists()
    assert draw_up(purchase) == 302
    assert criteria(late.trials.get()) == criteria(Trial.objects.all()[0])
    assert Criterion.objects.values("shared").distinct().count() == len(NEEDS)
    assert "Nothing to create" in str(
        ACTS["draw-up-trials"].why_not(purchase.owner, purchase)
    )


def test_a_blank_criterion_is_refused_at_its_field(purchase: Evaluation) -> None:
    need = purchase.requirements.get(ref="R3")
    assert draw_up(purchase, **{f"text_{need.pk.hex}": " "}) == 400
    assert draw_up(purchase, **{f"threshold_{need.pk.hex}": "a\x00b"}) == 400
    assert not Trial.objects.exists()


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_blank_criterion_is_refused_at_its_field",
)
def test_a_criterion_changes_for_all_finalists(purchase: Evaluation) -> None:
    assert draw_up(purchase) == 302
    one = Criterion.objects.filter(requirement__ref="R1")[0]
    form = {"requirement": one.requirement_id, "text": "Other", "threshold": "5"}
    assert act("change-criterion", one, purchase.owner, **form) == 302
    said = Criterion.objects.filter(requirement__ref="R1").values_list("text")
    assert list(said) == [("Other",)] * 3
    assert act("remove-criterion", one, purchase.owner) == 302
    assert not Criterion.objects.filter(requirement__ref="R1").exists()
    trial = Trial.objects.all()[0]
    form["requirement"] = purchase.requirements.get(ref="R1").pk
    assert act("add-criterion", trial, purchase.owner, **form) == 302
    assert Criterion.objects.filter(requirement__ref="R1").count() == 3


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_differs_unsaid_keeps_the_contracts_from_being_put_forward",
)
def test_an_agreed_criterion_is_amended_for_all_or_not_at_all(
    purchase: Evaluation,
) -> None:
    first, second, _ = agreed(purchase)
    lead = stakeholders.holder("engineering")
    Trial.objects.filter(pk=first.pk).update(lead=lead)
    one = first.criteria.get(requirement__ref="R1")
    form = {"requirement": one.requirement_id, "text": "Other", "threshold": "5"}
    assert act("change-criterion", one, lead, **form, reason="Why not.") == 403
    assert act("change-criterion", one, purchase.owner, **form) == 400
    form["reason"] = "The load has doubled."
    assert act("change-criterion", one, purchase.owner, **form) == 302
    for trial in Trial.objects.all():
        assert trial.changes.get().reason == "The load has doubled."
    trials.verdict(
        trials.claim_of(second.candidate, "R1"),
        "trial",
        criterion=second.criteria.get(requirement__ref="R1"),
    )
    page = signed_in(purchase.owner).post(
        f"/admin/act/change-criterion/{one.pk}/", form | {"text": "Again"}
    )
    assert page.status_code == 409
    assert "judged in the trial of Globex and can no longer change" in page.text


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_who_is_shortlisted_later_joins_with_the_same_criteria",
)
def test_words_and_days_change_for_all_and_what_differs_stays(
    purchase: Evaluation,
) -> None:
    first, second, third = agreed(purchase)
    owner = purchase.owner
    own = {name: getattr(first, name) for name in trials.CONTRACT}
    own |= {"title": first.title, "lead": first.lead_id, "reason": "No AWS there."}
    form = own | {"environment": "Their cloud."}
    assert act("amend-contract", first, owner, **form) == 400
    form["difference"] = "It runs nowhere else."
    assert act("amend-contract", first, owner, **form) == 302
    days = {"starts_on": second.starts_on, "ends_on": second.ends_on}
    days = {name: day + datetime.timedelta(days=7) for name, day in days.items()}
    common = {**own, **days, "environment": "Our cluster."}
    assert act("change-trials", purchase, owner, **common | {"reason": ""}) == 400
    assert act("change-trials", purchase, owner, **common) == 302
    for trial, runs_on in (
        (first, "Their cloud."),
        (second, "Our cluster."),
        (third, "Our cluster."),
    ):
        trial.refresh_from_db()
        assert trial.environment == runs_on
        assert trial.starts_on == days["starts_on"]
        assert trial.milestones.order_by("due_at")[0].due_on == days["starts_on"]


def test_what_differs_unsaid_keeps_the_contracts_from_being_put_forward(
    purchase: Evaluation,
) -> None:
    assert draw_up(purchase) == 302
    trial = Trial.objects.all()[0]
    Trial.objects.filter(pk=trial.pk).update(environment="Their cloud.")
    assert act("propose-contracts", purchase, purchase.owner) == 409
    Trial.objects.filter(pk=trial.pk).update(difference="It runs nowhere else.")
    assert act("propose-contracts", purchase, purchase.owner) == 302


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_results_in_views.py"
    "::test_comparison_and_matrix_show_them_beside_numbers",
)
def test_what_is_unequal_stands_where_trials_and_candidates_are_compared(
    purchase: Evaluation,
) -> None:
    assert draw_up(purchase) == 302
    lead = signed_in(purchase.owner)
    pages = [f"/admin/e/{purchase.slug}/{name}/" for name in ("trials", "comparison")]
    assert all("What makes the trials unequal" not in lead.get(at).text for at in pages)
    trial = Trial.objects.all()[0]
    Trial.objects.filter(pk=trial.pk).update(
        environment="Their cloud.", difference="It runs nowhere else."
    )
    trial.criteria.filter(requirement__ref="R1").update(threshold="5")
    for at in pages:
        body = lead.get(at).text
        assert "What makes the trials unequal" in body
        assert "Their cloud." in body
        assert "It runs nowhere else." in body
        assert "beside 9 in common" in body
