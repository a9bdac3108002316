"""The script of a demo: our list of what must be seen, so that nothing dazzles."""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.evaluations.policy import change, check_owned, lock
from evaltracker.toolbox.measures import kept_measure
from evaltracker.toolbox.redaction import monday_to_friday, shift
from evaltracker.toolbox.text import Inputs, read_reason
from stakeholders.models import Stakeholder
from stakeholders.policy import voices
from trials.models import Criterion, Demo, Evidence, Measurement, Run, ScriptItem, Trial
from trials.policy import TRIAL_STAGES, check_trial, matters_most, require_same
from trials.scoring import Standing
from trials.scoring.ledger import OFFERED
from trials.selectors import Cell, Ledger, ledger
from trials.selectors.contracts import finalists_without_trial
from trials.selectors.unequal import open_trials_drawn_up
from trials.services.criteria import put_criterion, read_words
from trials.services.demos import (
    check_add_dazzle,
    check_demo,
    next_position,
    open_demo,
    save_item,
)
from trials.services.template_parts import script_words
from trials.services.trials import add_milestone, open_trial, plan_trial
from vendors.models import Candidate, Claim
from vendors.policy import ANSWERED_BY_BUYER, check_judges
from vendors.selectors import current_claims, own_claims
from vendors.selectors.rivals import read_item_values

# Drawing up the trials of all finalists in one go: words, days, criteria, dates.

MORNING, EVENING = datetime.time(9), datetime.time(17)
CLEAN_UP = 2  # working days after the last one


@dataclass(frozen=True, slots=True)
class CommonCriterion:
    """What every finalist must reach; `shared` marks one that trials have already."""

    requirement: Requirement
    text: str
    threshold: str = ""
    method: str = ""
    shared: uuid.UUID | None = None
    # As its requirement's, unless trials have another already.
    measure: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Finalist:
    """Who is tried, who leads that if somebody else does, and what differs and why."""

    candidate: Candidate
    lead: User | None = None
    difference: str = ""


def check_draw_up_trials(evaluation: Evaluation, by: By) -> list[Candidate]:
    """The finalists that get a trial: shortlisted, and without an open one.

    Raises:
        Forbidden: not the owner. Refused: the wrong stage, or there is none.

    """
    check_owned(evaluation, by, *TRIAL_STAGES)
    finalists = finalists_without_trial(evaluation)
    if not finalists:
        raise Refused(
            "Every shortlisted candidate has a trial already, or nobody is shortlisted."
        )
    return finalists


@transaction.atomic
def draw_up_trials(
    *,
    evaluation: Evaluation,
    finalists: Sequence[Finalist],
    criteria: Sequence[CommonCriterion],
    starts_on: datetime.date,
    ends_on: datetime.date,
    lead: User,
    by: By,
    **words: Any,
) -> list[Trial]:
    """Plan the same trial for each of these finalists, with criteria and milestones.

    `words` are the others of `plan_trial`. Where trials were drawn up before and are
    open, these join them and get their criteria.

    Raises:
        Forbidden: not the owner. Refused: the wrong stage, or one has a trial already.
        Invalid: by field; of a criterion by its field and its requirement's id.

    """
    evaluation = lock(evaluation)
    waiting = {one.pk for one in check_draw_up_trials(evaluation, by)}
    late = [it.candidate.name for it in finalists if it.candidate.pk not in waiting]
    if late:
        raise Refused(f"{late[0]} has a trial already, or is not shortlisted any more.")
    criteria = criteria_in_common(evaluation) or [
        _read(criterion, evaluation) for criterion in criteria
    ]
    if not finalists or not criteria:
        raise Invalid("Choose at least one finalist, and at least one criterion.")
    book = ledger(evaluation, candidates=[one.candidate for one in finalists])
    trials = []
    for one in finalists:
        trial = plan_trial(
            candidate=one.candidate,
            title=f"Trial of {one.candidate}"[:150],
            starts_on=starts_on,
            ends_on=ends_on,
            lead=one.lead or lead,
            difference=one.difference,
            drawn_up=True,
            by=by,
            **words,
        )
        trial.candidate.evaluation = evaluation
        _fill(trial, criteria, book, by)
        trials.append(trial)
    journal.record(
        evaluation=evaluation,
        action="trials.drawn_up",
        subject=evaluation,
        by=by,
        after={
            "candidates": [trial.candidate.name for trial in trials],
            "requirements": [criterion.requirement.ref for criterion in criteria],
        },
    )
    return trials


def criteria_in_common(evaluation: Evaluation) -> list[CommonCriterion]:
    """Those of the trials that were drawn up before and are open."""
    for trial in open_trials_drawn_up(evaluation)[:1]:
        rows = trial.criteria.exclude(shared=None).select_related("requirement")
        return [
            CommonCriterion(
                *(row.requirement, row.text, row.threshold, row.method),
                *(row.shared, row.measure),
            )
            for row in rows
        ]
    return []


def _read(criterion: CommonCriterion, evaluation: Evaluation) -> CommonCriterion:
    """The criterion with its words as they are kept, and a mark of its own."""
    requirement = criterion.requirement
    require_same(evaluation, requirement)
    try:
        words: dict[str, Any] = read_words(
            text=criterion.text,
            threshold=criterion.threshold,
            method=criterion.method,
        )
    except Invalid as problem:
        raise Invalid(
            f"{requirement.ref}: {problem}",
            errors={
                f"{field}_{requirement.pk.hex}": said
                for field, said in problem.errors.items()
            },
        ) from problem
    return CommonCriterion(requirement, shared=uuid.uuid4(), **words)


def _fill(
    trial: Trial, criteria: Sequence[CommonCriterion], book: Ledger, by: By
) -> None:
    """Its criteria and its milestones."""
    for one in criteria:
        criterion = Criterion(
            trial=trial,
            requirement=one.requirement,
            text=one.text,
            threshold=one.threshold,
            method=one.method,
            measure=one.requirement.measure if one.measure is None else one.measure,
            shared=one.shared,
        )
        cell = book.cell(trial.candidate, one.requirement)
        put_criterion(criterion, "", by, cell)
    for title, (day, time) in milestones_of(trial).items():
        add_milestone(
            evaluation=trial.candidate.evaluation,
            trial=trial,
            title=title,
            owner_user=trial.lead,
            due_on=day,
            due_time=time,
            by=by,
        )


def milestones_of(trial: Trial) -> Mapping[str, tuple[datetime.date, datetime.time]]:
    """What is due in every trial, and when."""
    first, last = trial.starts_on, trial.ends_on
    return {
        "First day": (first, MORNING),
        "Half-time review": (first + (last - first) // 2, EVENING),
        "Last day": (last, EVENING),
        "Clean-up": (shift(last, CLEAN_UP, monday_to_friday), EVENING),
    }


# Leaving a run out, with a reason, and taking it back in; it stays in the picture.

WHY = "Give the reason for leaving this run out; it is shown beside it."


def check_runs_kept(run: Run, by: By) -> None:
    """Whoever runs the trial says which runs count, while it goes on.

    Raises:
        Forbidden: neither lead nor owner, or a conflict of interest.
        Refused: the wrong stage, or closed.

    """
    trial = run.criterion.trial
    check_trial(trial, by)
    check_judges(trial.candidate.evaluation, by)


def check_leave_out_run(run: Run, by: By) -> None:
    """The same for one that counts."""
    check_runs_kept(run, by)
    if run.left_out_at:
        raise Refused("This run is left out already.")


def check_take_back_run(run: Run, by: By) -> None:
    """The same for one that was left out."""
    check_runs_kept(run, by)
    if run.left_out_at is None:
        raise Refused("This run counts already.")


@transaction.atomic
def leave_out_run(*, run: Run, reason: str, by: By) -> Run:
    """Let a run count no more; the reason stands beside it.

    Raises:
        Forbidden: neither lead nor owner, or a conflict of interest.
        Refused: left out already, or the trial is closed. Invalid: no reason.

    """
    run = _locked(run, by)
    check_leave_out_run(run, by)
    text = read_reason(reason, WHY)
    change(
        run,
        left_out_at=timezone.now(),
        left_out_by=actor_of(by).user,
        left_out_reason=text,
    )
    _record(run, "run.left_out", by, reason=text)
    return run


@transaction.atomic
def take_back_run(*, run: Run, by: By) -> Run:
    """Let a run count again that was left out.

    Raises:
        Forbidden: neither lead nor owner, or a conflict of interest.
        Refused: it counts already, or the trial is closed.

    """
    run = _locked(run, by)
    check_take_back_run(run, by)
    change(run, left_out_at=None, left_out_by=None, left_out_reason="")
    _record(run, "run.taken_back", by)
    return run


def _locked(run: Run, by: By) -> Run:
    """The run as it is now, its trial locked."""
    trial, _ = open_trial(run.criterion.trial, by)
    fresh: Run = Run.objects.select_related("criterion__requirement").get(pk=run.pk)
    fresh.criterion.trial = trial
    return fresh


def _record(run: Run, action: str, by: By, *, reason: str = "") -> None:
    candidate = run.criterion.trial.candidate
    said = {"requirement": run.criterion.requirement.ref, "number": run.number}
    journal.record(
        evaluation=candidate.evaluation,
        action=action,
        subject=run,
        by=by,
        after={
            "candidate": candidate,
            **said,
            "unit": run.unit,
            "failed": run.failed,
            "measured_at": run.measured_at,
        },
        reason=reason,
    )


# The order of a script: which item comes when.

LONGEST = 60


def check_move_script_item(item: ScriptItem, by: By) -> None:
    """Whoever may prepare the demo; the dazzle list has no order."""
    check_demo(item.demo, by)
    if item.off_script:
        raise Refused("Only what is on the script has a place in its order.")


@transaction.atomic
def move_script_item(*, item: ScriptItem, to: int, by: By) -> ScriptItem:
    """Put an item to another place of the script, counted from 1.

    Beyond either end it becomes the first or the last; those between make room.

    Raises:
        Forbidden: no part in it.
        Refused: the demo was held or called off, or it is on the dazzle list.

    """
    demo, evaluation = open_demo(item.demo, by)
    item = ScriptItem.objects.get(pk=item.pk)
    item.demo = demo
    check_move_script_item(item, by)
    items = list(demo.script_items.filter(off_script=False).exclude(pk=item.pk))
    places = sorted([item.position, *(it.position for it in items)])
    before = item.position
    items.insert(max(0, min(to - 1, len(items))), item)
    for row, place in zip(items, places, strict=True):
        row.position = place
    if item.position != before:
        ScriptItem.objects.bulk_update(items, ["position"])
        journal.record(
            evaluation=evaluation,
            action="demo.script_item_moved",
            subject=item,
            by=by,
            after={
                "candidate": demo.candidate,
                "question": item.question[:LONGEST],
                "place": items.index(item) + 1,
            },
        )
    return item


SEEN = (Standing.SHOWN, Standing.PROVEN)
TEXTS = frozenset({"question", "show_live", "data_to_bring", "passes_if", "remark"})
EDITABLE = TEXTS | {"position", "minutes", "asker", "named_values", "measure"}


@transaction.atomic
def draw_up_script(*, demo: Demo, by: By) -> list[ScriptItem]:
    """Write the script from what is not proven yet: must-haves, then heavy ones.

    Each is asked by somebody of the role to which its category matters most, else by
    one role after the other, in an equal share of the time. What is on the script
    already stays as it is, so drawing it up again adds only what is new. What the
    candidate never has, and what does not apply, is not asked.

    Returns:
        The items that were added, in order.

    """
    demo, evaluation = open_demo(demo, by)
    book = ledger(evaluation, candidates=[demo.candidate])
    wanted = _wanted(demo, book)
    claims = _current_claims(demo)
    in_turn = _one_per_role(evaluation)
    askers = _askers(evaluation, in_turn)
    minutes = time_box(demo, len(wanted))
    start = next_position(demo)
    items = [
        ScriptItem(
            demo=demo,
            requirement=requirement,
            position=start + number,
            minutes=minutes,
            asker=askers.get(requirement.category_id)
            or (in_turn[number % len(in_turn)] if in_turn else None),
            named_values=unproven_values(book.cell(demo.candidate, requirement)),
            measure=requirement.measure,
            **script_words(requirement, claims.get(requirement.pk)),
        )
        for number, requirement in enumerate(wanted)
    ]
    ScriptItem.objects.bulk_create(items)
    if items:
        journal.record(
            evaluation=evaluation,
            action="demo.script_drawn_up",
            subject=demo,
            by=by,
            after={
                "candidate": demo.candidate,
                "requirements": [requirement.ref for requirement in wanted],
            },
        )
    return items


@transaction.atomic
def add_script_item(
    *,
    demo: Demo,
    question: str,
    by: By,
    requirement: Requirement | None = None,
    asker: Stakeholder | None = None,
    minutes: int = 5,
    show_live: str = "",
    data_to_bring: str = "",
    passes_if: str = "",
    named_values: object = None,
    measure: Mapping[str, Any] | None = None,
) -> ScriptItem:
    """Put one more thing on the script, about a requirement or on its own.

    It has the requirement's measure unless it is given another; `{}` is none.
    """
    demo, evaluation = open_demo(demo, by)
    require_same(evaluation, requirement)
    if requirement and demo.script_items.filter(requirement=requirement).exists():
        raise Refused(f"{requirement.ref} is on this script already; change that item.")
    _check_asker(demo, asker)
    inputs = Inputs()
    item = ScriptItem(
        demo=demo,
        requirement=requirement,
        position=next_position(demo),
        question=inputs.text("question", question),
        show_live=inputs.text("show_live", show_live, blank=True),
        data_to_bring=inputs.text("data_to_bring", data_to_bring, blank=True),
        minutes=minutes,
        asker=asker,
        passes_if=inputs.text("passes_if", passes_if, blank=True),
        named_values=read_item_values(named_values, evaluation),
        measure=_measure(requirement, measure),
    )
    inputs.check()
    return save_item(item, evaluation, "demo.script_item_added", by)


@transaction.atomic
def change_script_item(*, item: ScriptItem, by: By, **values: Any) -> ScriptItem:
    """Change an item; once the demo was held, only the remark.

    Nothing on the dazzle list can be turned into something that scores.
    """
    unknown = values.keys() - EDITABLE
    if unknown:
        raise Invalid(f"Unknown fields: {', '.join(sorted(unknown))}.")
    only_remark = values.keys() <= {"remark"}
    rule = check_add_dazzle if only_remark else check_demo
    demo, evaluation = open_demo(item.demo, by, rule)
    fresh: ScriptItem = ScriptItem.objects.get(pk=item.pk)
    _check_asker(demo, values.get("asker"))
    if "named_values" in values:
        said = read_item_values(values["named_values"], evaluation)
        values["named_values"] = said
    if "measure" in values:
        values["measure"] = kept_measure(values["measure"])
    inputs = Inputs()
    for field in TEXTS & values.keys():
        values[field] = inputs.text(field, values[field], blank=field != "question")
    inputs.check()
    before, after = change(fresh, **values)
    if after:
        journal.record(
            evaluation=evaluation,
            action="demo.script_item_changed",
            subject=fresh,
            by=by,
            before=before,
            after=after,
        )
    return fresh


def time_box(demo: Demo, items: int) -> int:
    """Minutes for each of so many items: what four fifths of the demo hold, 3 to 10.

    The last fifth is for questions that nobody foresaw.
    """
    return max(3, min(10, demo.minutes * 4 // 5 // max(items, 1)))


def unproven_values(cell: Cell) -> dict[str, list[str]]:
    """The values of the brief's lists that are offered and not proven or shown yet."""
    found: dict[str, list[str]] = {}
    for one in cell.state.counted:
        if one.list_name and one.claimed in OFFERED and one.standing not in SEEN:
            found.setdefault(one.list_name, []).append(one.value)
    return found


def _wanted(demo: Demo, book: Ledger) -> list[Requirement]:
    """What is not on the script and belongs there: must-haves, then by weight."""
    asked = set(demo.script_items.values_list("requirement_id", flat=True))
    wanted = [
        requirement
        for requirement in book.requirements
        if requirement.pk not in asked
        and _belongs(requirement, book.cell(demo.candidate, requirement))
    ]
    return sorted(
        wanted, key=lambda requirement: (not requirement.is_must, -requirement.weight)
    )


def _one_per_role(evaluation: Evaluation) -> list[Stakeholder]:
    """Who can ask: of each role that scores the first who has not left."""
    people: dict[str, Stakeholder] = {}
    for voice in voices().filter(evaluation=evaluation, scores=True):
        people.setdefault(voice.role, voice)
    return list(people.values())


def _askers(evaluation: Evaluation, able: list[Stakeholder]) -> dict[Any, Stakeholder]:
    """By category, who of them has the role to which it matters most, if any has."""
    people = {stakeholder.role: stakeholder for stakeholder in able}
    best: dict[Any, tuple[int, str]] = {}
    for said in evaluation.role_weights.filter(role__in=people).order_by("role"):
        if said.weight > best.get(said.category_id, (0, ""))[0]:
            best[said.category_id] = (said.weight, said.role)
    return {category: people[role] for category, (_, role) in best.items()}


def _belongs(requirement: Requirement, cell: Cell) -> bool:
    """Whether a demo should ask for it."""
    if cell.not_applicable or cell.standing in (*SEEN, Standing.NEVER):
        return False
    return matters_most(requirement)


def _current_claims(demo: Demo) -> dict[object, Claim]:
    """What the candidate itself says; a script is read out before its vendor."""
    current = current_claims(demo.candidate)
    if demo.candidate.kind not in ANSWERED_BY_BUYER:
        current = own_claims(demo.candidate)
    return {claim.requirement_id: claim for claim in current}


def _measure(
    requirement: Requirement | None, said: Mapping[str, Any] | None
) -> dict[str, Any]:
    if said is None and requirement is not None:
        inherited: dict[str, Any] = requirement.measure
        return inherited
    return kept_measure(said)


def _check_asker(demo: Demo, asker: Stakeholder | None) -> None:
    """Whoever asks has a part in the same evaluation."""
    if asker is None:
        return
    if asker.evaluation_id != demo.candidate.evaluation_id or asker.left_at:
        sentence = "Name somebody who has a part in this evaluation."
        raise Invalid(sentence, errors={"asker": [sentence]})


# What the journal keeps of a verdict.

KEPT = (
    *("source", "verdict", "note", "url", "independent", "runner", "data"),
    *("named_values", "file_name", "file_sha256", "script_item_id", "criterion_id"),
    *("research_note_id", "reconfirms_id"),
)


RESTS_ON = ("measure", "n", "value", "proposed", "reason")


def journal_verdict(
    evidence: Evidence, by: By, measurement: Measurement | None = None
) -> None:
    """One entry, which commits to the row and to what it rests on."""
    claim = evidence.claim
    rests_on = journal.snapshot(measurement, RESTS_ON) if measurement else {}
    journal.record(
        evaluation=claim.candidate.evaluation,
        action="evidence.reconfirmed"
        if evidence.reconfirms_id
        else "evidence.recorded",
        subject=evidence,
        by=by,
        after={
            "candidate": claim.candidate,
            "requirement": claim.requirement.ref,
            "claim_revision": claim.revision,
            **journal.snapshot(evidence, KEPT),
            **rests_on,
        },
        rows=[evidence, *([measurement] if measurement else [])],
    )
