"""Many rows judged with one press, and verdicts that are taken back."""

import pytest

from evaltracker.errors import Forbidden, Invalid, Refused, Stale
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Entry, User
from evaltracker.toolbox.measures import kept_measure, read_measure
from tests.acting import act
from tests.at_once import at_once
from tests.clients import signed_in
from tests.factories import stakeholders, trials, vendors, workflow
from trials.models import Demo, Evidence, TakenBack, Trial
from trials.selectors.ledger import one_cell
from trials.selectors.trials import unjudged_criteria
from trials.services.evidence import (
    judge_together,
    record_evidence,
    rows_together,
    take_back_evidence,
)
from trials.services.scripts import draw_up_script
from vendors.services.claims import withdraw_claim

pytestmark = pytest.mark.django_db
PRIORITIES = ("must", "should", "should", "should", "should")


@pytest.fixture
def trial(db: None) -> Trial:
    """A trial of five criteria, the first of a must-have; the last waits for an answer
    and the one before for a number."""
    where = trials.platform(*PRIORITIES)
    option = trials.claimed(where)
    withdrawn = where.requirements.get(ref="R5")
    withdraw_claim(candidate=option, requirement=withdrawn, by=Actor(name="Acme"))
    vendors.enter(where, "trials")
    made = trials.trial(option, "R1", "R2", "R3", "R4", "R5")
    measured = made.criteria.filter(requirement__ref="R4")
    measured.update(measure=kept_measure(read_measure("p95 latency at most 20 ms")))
    return made


def together(place: Trial | Demo, by: User, notes: tuple[str, ...] = ()) -> list[str]:
    """Give it; the refs that got a verdict."""
    ready, _ = rows_together(place)
    given = judge_together(
        place=place,
        rows=[str(row.subject.pk) for row in ready],
        notes={str(row.subject.pk): "Seen." for row in ready if row.ref in notes},
        by=by,
        **trials.SETTING,
    )
    return [row.claim.requirement.ref for row in given]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_rows_that_wait_for_something_and_must_haves_without_a_note_stay_out(
    trial: Trial,
) -> None:
    dana = stakeholders.holder("devops")
    waits = {row.ref: why for row, why in rows_together(trial)[1]}
    assert waits == {"R4": "waits for a number", "R5": "waits for an answer"}
    assert together(trial, dana) == ["R2", "R3"]
    left = unjudged_criteria().filter(trial=trial)
    assert {row.requirement.ref for row in left} == {"R1", "R4", "R5"}
    told = Entry.objects.filter(action="evidence.recorded_together")
    assert [entry.after["together"] for entry in told] == ["1 other", "1 other"]
    with pytest.raises(Invalid, match="must-have"):
        together(trial, dana)
    assert together(trial, dana, notes=("R1",)) == ["R1"]


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_of_two_at_once_one_gives_all_and_the_other_is_told",
)
def test_the_page_names_the_rows_and_the_ledger_says_they_were_given_together(
    trial: Trial,
) -> None:
    dana = signed_in(stakeholders.holder("devops"))
    page, press = (
        f"/admin/trials/{trial.pk}/",
        f"/admin/act/judge-criteria/{trial.pk}/",
    )
    assert "Holds for the other 3" in dana.get(page).text
    asked = dana.get(press)
    assert "R4</span> waits for a number" in asked.text
    form = {"rows": asked.context["form"]["rows"].value(), **trials.SETTING}
    must = trial.criteria.get(requirement__ref="R1")
    answer = dana.post(press, {**form, f"note_{must.pk}": "Seen."})
    assert answer.status_code == 302
    assert Evidence.objects.filter(others=2).count() == 3
    told = dana.get(page).text
    assert "given together with 2 others" in told
    assert "Undo “Holds” for 3" in told
    cell = f"/admin/cells/{trial.candidate_id}/{must.requirement_id}/"
    assert "given together with 2 others" in dana.get(cell).text
    assert dana.post(press, form).status_code == 409


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_named_values.py"
    "::test_a_script_asks_for_the_values_that_are_not_proven",
)
def test_items_of_a_script_are_judged_together_once_the_demo_is_held(
    db: None,
) -> None:
    where = trials.platform("must", "must")
    option = trials.claimed(where)
    vendors.enter(where, "demos")
    demo = trials.demo(option)
    draw_up_script(demo=demo, by=where.owner)
    with pytest.raises(Refused, match="not been held"):
        together(demo, where.owner)
    act("hold-demo", demo, where.owner, attendees="We")
    demo.refresh_from_db()
    assert together(demo, where.owner, notes=("R2",)) == ["R2"]
    assert together(demo, where.owner, notes=("R1",)) == ["R1"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_numbers_in_views.py"
    "::test_a_claimed_number_stays_when_the_measure_becomes_of_another_"
    "kind",
)
def test_undo_takes_back_all_of_them_and_what_counted_before_counts_again(
    trial: Trial,
) -> None:
    dana = stakeholders.holder("devops")
    option = trial.candidate
    second = option.evaluation.requirements.get(ref="R2")
    before = one_cell(option, second).standing
    together(trial, dana)
    given = Evidence.objects.get(claim__requirement=second)
    assert one_cell(option, second).standing != before
    with pytest.raises(Forbidden, match="Only Dana"):
        take_back_evidence(evidence=given, by=option.evaluation.owner)
    assert act("take-back-evidence", given, dana, reason="Wrong page.") == 302
    assert one_cell(option, second).standing == before
    assert Evidence.objects.count() == TakenBack.objects.count() == 2
    assert not Evidence.objects.standing().exists()
    cell = f"/admin/cells/{option.pk}/{second.pk}/"
    assert "Wrong page." in signed_in(dana).get(cell).text
    entry = Entry.objects.filter(action="evidence.taken_back").latest("number")
    assert entry.reason == "Wrong page."
    with pytest.raises(Refused, match="already"):
        take_back_evidence(evidence=given, by=dana)
    assert together(trial, dana) == ["R2", "R3"]


def test_nothing_is_undone_after_another_verdict_or_a_signature(trial: Trial) -> None:
    dana, owner = stakeholders.holder("devops"), trial.candidate.evaluation.owner
    together(trial, dana)
    first, second = Evidence.objects.order_by("claim__requirement__ref")
    newer = record_evidence(
        claim=second.claim,
        criterion=second.criterion,
        source="trial",
        verdict="partly",
        by=owner,
        **trials.SETTING,
    )
    assert act("take-back-evidence", first, dana) == 409
    with pytest.raises(Refused, match=f"R3: {owner.name} judged it again"):
        take_back_evidence(evidence=first, by=dana)
    take_back_evidence(evidence=newer, by=owner)
    stakeholders.sign_off_rules(trial.candidate.evaluation, "trials", roles=("it",))
    signed = workflow.sign_as(trial.candidate.evaluation, "it")
    with pytest.raises(Refused, match=f"{signed.printed_name} signed since"):
        take_back_evidence(evidence=first, by=dana)


def test_a_verdict_that_opened_a_gap_is_not_undone(trial: Trial) -> None:
    claim = trials.claim_of(trial.candidate, "R2")
    criterion = trial.criteria.get(requirement__ref="R2")
    failed = trials.verdict(claim, "trial", "fails", criterion=criterion)
    with pytest.raises(Refused, match="a gap follows from it"):
        take_back_evidence(evidence=failed, by=failed.recorded_by)


def test_who_saw_an_older_verdict_is_told_of_the_newer(trial: Trial) -> None:
    dana = stakeholders.holder("devops")
    criterion = trial.criteria.get(requirement__ref="R2")
    claim = trials.claim_of(trial.candidate, "R2")
    form = {"verdict": "holds", "claim": claim.pk, "seen": "", **trials.SETTING}
    assert act("judge-criterion", criterion, dana, **form) == 302
    assert (
        act("judge-criterion", criterion, dana, **form | {"verdict": "partly"}) == 409
    )
    last = str(criterion.evidence.get().pk)
    again = form | {"verdict": "partly", "seen": last}
    assert act("judge-criterion", criterion, dana, **again) == 302


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_gives_all_and_the_other_is_told(trial: Trial) -> None:
    dana, elif_ = (stakeholders.holder(role) for role in ("devops", "engineering"))
    results = at_once(2, lambda number: together(trial, (dana, elif_)[number]))
    assert sum(result == ["R2", "R3"] for result in results) == 1
    assert sum(isinstance(result, (Stale, Invalid)) for result in results) == 1
    assert Evidence.objects.count() == 2
