"""The contract of a trial, how far it has come, and in what trials differ."""

import datetime
import hashlib
import uuid
import zoneinfo
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import attrgetter
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery

from evaltracker.enumerations import Priority, Source
from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.toolbox.days import is_working_day, wall_of
from evaltracker.toolbox.text import listed
from evaltracker.toolbox.working_days import (
    day_in_words,
    working_day,
    working_days_between,
)
from stakeholders.models import Stakeholder, role_names
from stakeholders.policy import voices
from stakeholders.selectors import plan_of
from trials.choices import MilestoneState
from trials.models import (
    Agreement,
    Criterion,
    Evidence,
    Gap,
    Milestone,
    Run,
    RunReport,
    Trial,
)
from trials.policy import matters_most, today_in
from trials.scoring import Standing
from trials.selectors.cells import LedgerCell
from trials.selectors.ledger import Ledger, ledger
from vendors.choices import CandidateState
from vendors.claims import named_words
from vendors.models import Candidate, Ruling
from vendors.policy import conflicted_people


@dataclass(frozen=True, slots=True)
class DayShare:
    day: datetime.date
    number: int
    exercised: int
    asked: int

    @property
    def share(self) -> Fraction | None:
        """Exercised of asked; None if there is no must-have."""
        if self.asked:
            return Fraction(self.exercised, self.asked)
        return None


def unjudged_criteria() -> QuerySet[Criterion]:
    """Criteria without a verdict on words that stand; filter it by trial.

    A criterion of a retired requirement needs none.
    """
    judged = Evidence.objects.standing().filter(
        criterion=OuterRef("pk"),
        claim__superseded_at__isnull=True,
        claim__requirement_revision__gte=F("claim__requirement__revision"),
    )
    return Criterion.objects.filter(
        ~Exists(judged), requirement__retired_at__isnull=True
    ).select_related("requirement", "trial")


def exercised_by_day(
    trial: Trial, today: datetime.date | None = None
) -> list[DayShare]:
    """For each day of the trial until `today`, how many must-haves had been tried.

    A must-have is exercised by the first verdict of this trial on any revision of
    the candidate's claim, or by the first run that counts if the trial measures it;
    what was tried before day one counts on day one.
    """
    musts = asked_musts(trial)
    first = _first_exercised(trial, [requirement.pk for requirement in musts])
    last = min(today or today_in(trial.zone), trial.ends_on)
    return [
        DayShare(
            day=day,
            number=number + 1,
            exercised=sum(tried <= day for tried in first.values()),
            asked=len(musts),
        )
        for number in range((last - trial.starts_on).days + 1)
        for day in [trial.starts_on + datetime.timedelta(days=number)]
    ]


def half_time_alarm(
    trial: Trial, today: datetime.date | None = None
) -> list[Requirement]:
    """The must-haves that nobody has touched once half of an open trial is gone."""
    day = today or today_in(trial.zone)
    length = (trial.ends_on - trial.starts_on).days + 1
    if trial.closed_at or 2 * (day - trial.starts_on).days < length:
        return []
    musts = asked_musts(trial)
    first = _first_exercised(trial, [requirement.pk for requirement in musts])
    return [requirement for requirement in musts if requirement.pk not in first]


def asked_musts(trial: Trial) -> list[Requirement]:
    return list(
        Requirement.objects.filter(
            evaluation=trial.candidate.evaluation_id,
            priority=Priority.MUST,
            retired_at__isnull=True,
        ).exclude(
            pk__in=Ruling.objects.whole()
            .filter(candidate=trial.candidate_id)
            .values("requirement")
        )
    )


def _first_exercised(
    trial: Trial, requirements: list[uuid.UUID]
) -> dict[uuid.UUID, datetime.date]:
    """By requirement, the day in the trial's zone of its first verdict, or of its first
    run where the trial measures it."""
    zone = zoneinfo.ZoneInfo(trial.zone)
    wanted = set(requirements)
    verdicts = Evidence.objects.standing().filter(
        Q(criterion__isnull=True) | Q(criterion__trial=trial),
        source=Source.TRIAL,
        claim__candidate=trial.candidate_id,
        claim__requirement__in=requirements,
        reconfirms__isnull=True,
    )
    first: dict[uuid.UUID, datetime.date] = {}
    for requirement, at in verdicts.order_by("recorded_at").values_list(
        "claim__requirement_id", "recorded_at"
    ):
        first.setdefault(requirement, at.astimezone(zone).date())
    runs = Run.objects.counting().filter(criterion=OuterRef("pk"))
    first_at = runs.order_by("measured_at").values("measured_at")[:1]
    measured = trial.criteria.exclude(measure={}).order_by()
    # When the first run that counts was; None without one.
    firsts: dict[uuid.UUID, datetime.datetime | None] = {}
    for key, when in measured.values_list("requirement_id", Subquery(first_at)):
        known = firsts.setdefault(key, when)
        if when is not None and (known is None or when < known):
            firsts[key] = when
    for requirement, earliest in firsts.items():
        first.pop(requirement, None)
        if earliest is not None:
            first[requirement] = earliest.astimezone(zone).date()
    return {key: day for key, day in first.items() if key in wanted}


def agreed_trial(candidate: Candidate) -> Trial | None:
    """The agreed trial that starts last, with its milestones, criteria and gaps."""
    rows: QuerySet[Trial] = Trial.objects.filter(
        candidate=candidate, agreed_at__isnull=False
    )
    return (
        rows.prefetch_related(
            "milestones", "criteria__requirement", "gaps__requirement"
        )
        .order_by("starts_on", "agreed_at")
        .last()
    )


def agreed_gaps(candidate: Candidate) -> QuerySet[Gap]:
    rows: QuerySet[Gap] = Gap.objects.filter(
        trial__candidate=candidate, trial__agreed_at__isnull=False
    )
    return rows.select_related("requirement", "trial__candidate__evaluation")


def own_runs(trial: Trial) -> QuerySet[Run]:
    """The numbers that the buyer's programs measured, also those that were left out;
    never where or from what they came."""
    rows: QuerySet[Run] = Run.objects.filter(
        criterion__trial=trial, number__isnull=False
    )
    return rows.select_related("criterion__requirement").only(
        "number",
        "unit",
        "measured_at",
        "criterion__position",
        "criterion__requirement__ref",
    )


PARTS = (
    ("workload", "What is run"),
    ("environment", "Where it runs"),
    ("data_allowed", "Which data may go in"),
    ("people_hours", "Who, and how many hours"),
    ("exit_plan", "Clean-up when it ends"),
)

# What an evaluation calls some of them, where people read them; a blank one is not
# asked. The text that is agreed to has the headings above.
TERM_WORDS = {
    "workload": "trial_what",
    "environment": "trial_where",
    "data_allowed": "trial_data",
}


@dataclass(frozen=True, slots=True)
class RoleAgreement:
    """A role that is asked: who said yes to the words of now, or who is awaited."""

    role: str
    label: str
    awaited: list[Stakeholder]
    given: Agreement | None


@dataclass(frozen=True, slots=True)
class Contract:
    """The words, their digest, and the roles that are asked."""

    text: str
    digest: str
    roles: list[RoleAgreement]

    @property
    def awaited(self) -> list[RoleAgreement]:
        return [role for role in self.roles if role.given is None]

    def parts_of(self, user: User) -> list[Stakeholder]:
        return [
            part
            for agreement in self.awaited
            for part in agreement.awaited
            if part.user_id == user.pk
        ]


def contract_text(trial: Trial) -> str:
    """Everything that is agreed on, as text; it holds no clock and no counter.

    Who leads the trial is not part of it: a person may fall ill.
    """
    lines = [
        f"# {trial.title}",
        "",
        f"From {trial.starts_on} to {trial.ends_on}, days in {trial.zone}.",
    ]
    for field, heading in PARTS:
        lines += ["", f"## {heading}", "", getattr(trial, field)]
    if trial.difference:
        heading = "What differs from the other finalists' trials, and why"
        lines += ["", f"## {heading}", "", trial.difference]
    if any((trial.counted_environment, trial.counted_commit)):
        heading = "Where numbers count from"
        lines += ["", f"## {heading}", "", trial.declared.words]
    lines += ["", "## Success criteria", ""]
    for criterion in trial.criteria.select_related("requirement").order_by(
        "position", "pk"
    ):
        if criterion.number:
            reach = f" Must reach: {criterion.number}."
        else:
            reach = ""
        if criterion.method:
            how = f" Measured by: {criterion.method}."
        else:
            how = ""
        values = named_words(criterion.named_values)
        if values:
            for_values = f" For {values}."
        else:
            for_values = ""
        is_declared = criterion.counted_environment or criterion.counted_commit
        if is_declared:
            place = f" Numbers count from: {criterion.declared.words}."
        else:
            place = ""
        text = f"{criterion.text}.{for_values}{reach}{how}{place}"
        lines.append(f"- {criterion.requirement.ref}: {text}")
    return "\n".join(lines) + "\n"


def contract_of(trial: Trial) -> Contract:
    """The contract as it stands; every role with a part is asked, in four queries.

    A person with a conflict of interest is not asked, nor is a role that only such
    people hold.
    """
    text = contract_text(trial)
    digest = hashlib.sha256(text.encode()).hexdigest()
    parts = _unbiased_voices(trial)
    required = {part.role for part in parts}
    agreements = {
        agreement.stakeholder.role: agreement
        for agreement in Agreement.objects.filter(
            trial=trial, digest=digest
        ).select_related("stakeholder__user")
    }
    roles = [
        RoleAgreement(
            role=role,
            label=name,
            awaited=[part for part in parts if part.role == role],
            given=agreements.get(role),
        )
        for role, name in role_names(trial.candidate.evaluation_id).items()
        if role in required
    ]
    return Contract(text, digest, roles)


def _unbiased_voices(trial: Trial) -> list[Stakeholder]:
    barred = conflicted_people(trial.candidate.evaluation)
    parts = voices().filter(evaluation=trial.candidate.evaluation_id)
    parts = parts.select_related("user")
    return [part for part in parts if part.user_id not in barred]


def orphaned_milestones() -> QuerySet[Milestone]:
    part = Stakeholder.objects.filter(
        evaluation=OuterRef("evaluation"), user=OuterRef("owner"), left_at__isnull=True
    )
    outside = ~Q(owner=F("evaluation__owner")) & ~Exists(part)
    return Milestone.objects.filter(
        Q(owner__is_active=False) | outside,
        state=MilestoneState.OPEN,
        evaluation__status=Status.OPEN,
    )


def orphans_of(evaluation: Evaluation) -> frozenset[uuid.UUID]:
    rows = orphaned_milestones().filter(evaluation=evaluation)
    return frozenset(rows.values_list("pk", flat=True))


# So many working days without a run, after the day of the last one.
SILENT_DAYS = 2


def silent_since(trial: Trial) -> datetime.date | None:
    """The day of the last report, if an open trial's benchmark has stopped.

    Working days are Monday to Friday, since nobody may be at work where it runs. A
    trial whose days are over waits for nothing.
    """
    today = today_in(trial.zone)
    if trial.closed_at or today > trial.ends_on:
        return None
    last = RunReport.objects.filter(trial=trial).aggregate(at=Max("received_at"))["at"]
    if last is None:
        return None
    day = wall_of(last, trial.zone).date()
    # Today is not over.
    yesterday = today - datetime.timedelta(days=1)
    silent = working_days_between(day, yesterday) >= SILENT_DAYS
    return day if silent else None


type Days = tuple[datetime.date, datetime.date]
USUAL_DAYS = 28
A_WEEK = datetime.timedelta(days=7)
FALLEN_SHORT = (Standing.REFUTED, Standing.PARTLY)
NEEDS_NO_TRIAL = (Standing.PROVEN, Standing.NEVER)


@dataclass(frozen=True, slots=True)
class ProposedCriterion:
    requirement: Requirement
    why: str
    before: Criterion | None


def finalists_without_trial(evaluation: Evaluation) -> list[Candidate]:
    rows = Candidate.objects.filter(
        evaluation=evaluation, state=CandidateState.SHORTLISTED
    ).exclude(pk__in=Trial.objects.filter(closed_at=None).values("candidate"))
    candidates = list(rows.order_by("name"))
    for candidate in candidates:
        candidate.evaluation = evaluation
    return candidates


def days_of_trials(evaluation: Evaluation) -> Days:
    """The days that the plan has for them; else four weeks from next week."""
    if planned := _planned_days(evaluation):
        return planned
    first = working_day(today_in(evaluation.zone) + A_WEEK)
    return first, working_day(first + datetime.timedelta(days=USUAL_DAYS - 1), -1)


def _planned_days(evaluation: Evaluation) -> Days | None:
    """The days between setting trials up and judging them; None if few are left. The
    plan has a week for either in its weeks of trials."""
    plan = plan_of(evaluation, list(evaluation.visits.all()))
    if plan is None:
        return None
    row = next(row for row in plan.rows if row.stage == Stage.TRIALS)
    first = working_day(max(row.start, today_in(evaluation.zone)) + A_WEEK)
    last = working_day(row.end - A_WEEK, -1)
    if last - first >= A_WEEK:
        return (first, last)
    return None


def proposed_criteria(
    evaluation: Evaluation, candidates: Sequence[Candidate]
) -> list[ProposedCriterion]:
    """What no trial has proven for all of them: must-haves, then by weight.

    Those are the must-haves, the heavy requirements, and what was refuted or held only
    partly. What none of them will ever have, or what does not apply, is not tried.
    """
    book = ledger(evaluation, candidates=candidates)
    before = {
        criterion.requirement_id: criterion
        for criterion in Criterion.objects.in_evaluation(evaluation).order_by("pk")
    }
    proposed = [
        ProposedCriterion(requirement, why, before.get(requirement.pk))
        for requirement in book.requirements
        if (why := _why(requirement, book, candidates))
    ]
    return sorted(
        proposed,
        key=lambda criterion: (
            not criterion.requirement.is_must,
            -criterion.requirement.weight,
        ),
    )


def _why(
    requirement: Requirement, book: Ledger, candidates: Iterable[Candidate]
) -> str:
    """Why a trial should judge it, in words; blank if it need not."""
    short = list[str]()
    unproven = list[str]()
    for candidate in candidates:
        cell = book.cell(candidate, requirement)
        if cell.not_applicable or cell.standing in NEEDS_NO_TRIAL:
            continue
        fell_short = cell.standing in FALLEN_SHORT
        (short if fell_short else unproven).append(candidate.name)
    if not short and not (unproven and matters_most(requirement)):
        return ""
    if requirement.is_must:
        kind = "must-have"
    else:
        kind = f"weight {requirement.weight}"
    parts = [kind]
    if short:
        parts.append(f"fell short for {listed(short)}")
    if unproven:
        parts.append(f"not proven for {listed(unproven)}")
    return "; ".join(parts)


DAYS = ("starts_on", "ends_on")
WORDS = ("workload", "environment", "data_allowed", "people_hours", "exit_plan")
TERMS = (*DAYS, "zone", *WORDS, "counted_environment", "counted_commit")


def open_trials_drawn_up(evaluation: Evaluation) -> list[Trial]:
    """The trials that were drawn up together and are not closed, by candidate."""
    rows = Trial.objects.filter(
        candidate__evaluation=evaluation, drawn_up=True, closed_at=None
    ).exclude(candidate__state=CandidateState.ELIMINATED)
    trials = list(rows.select_related("candidate", "lead").order_by("candidate__name"))
    for trial in trials:
        trial.candidate.evaluation = evaluation
    return trials


def drawn_up_with(trial: Trial) -> list[Trial]:
    """The trial, and the open ones on the same terms; alone, if there are none."""
    if not trial.drawn_up:
        return [trial]
    together = open_trials_drawn_up(trial.candidate.evaluation)
    return [trial, *(other for other in together if other.pk != trial.pk)]


def twins_of(criterion: Criterion) -> list[Criterion]:
    """The criterion, and the same one of the open trials that share it."""
    if criterion.shared is None:
        return [criterion]
    others = drawn_up_with(criterion.trial)[1:]
    by_id = {trial.pk: trial for trial in others}
    twins = Criterion.objects.filter(shared=criterion.shared, trial__in=others)
    shared = list(twins.select_related("requirement"))
    for twin in shared:
        twin.trial = by_id[twin.trial_id]
    return [criterion, *shared]


def common_values(trials: Sequence[Trial]) -> dict[str, Any]:
    """Of each term, and of the lead, what most of the trials say."""
    return {
        name: Counter(getattr(trial, name) for trial in trials).most_common(1)[0][0]
        for name in (*TERMS, "lead")
    }


def unlike_the_others(trial: Trial) -> list[str]:
    together = sorted(drawn_up_with(trial), key=lambda other: other.candidate.name)
    common = common_values(together)
    return [name for name in TERMS if getattr(trial, name) != common[name]]


def is_partly_proven(cell: LedgerCell, requirement: Requirement) -> bool:
    partly = requirement.is_must and cell.standing == Standing.PARTLY
    return partly and not cell.not_applicable and not cell.state.is_settled


def unequal_trials(evaluation: Evaluation) -> dict[str, Any] | None:
    """In what the trials of the candidates in the choice differ; None if in nothing.

    Two queries. Of several trials of a candidate the last counts.
    """
    rows = (
        Trial.objects.filter(candidate__evaluation=evaluation)
        .exclude(candidate__state=CandidateState.ELIMINATED)
        .select_related("candidate")
        .prefetch_related("criteria__requirement")
        .order_by("starts_on")
    )
    last = {trial.candidate_id: trial for trial in rows}
    trials = sorted(last.values(), key=lambda trial: trial.candidate.name)
    reworded = {
        label: evaluation.words[word]
        for name, label in PARTS
        if (word := TERM_WORDS.get(name, "")) in evaluation.words
    }
    differing = [
        (reworded.get(label) or label, texts)
        for label, text_of in UNEQUAL_TERMS
        if len(set(texts := [text_of(trial) for trial in trials])) > 1
    ]
    differing += _criteria(trials)
    if not differing:
        return None
    if any(trial.difference for trial in trials):
        differing.append(("Why", [trial.difference for trial in trials]))
    return {"trials": trials, "rows": differing}


UNEQUAL_TERMS: Sequence[tuple[str, Callable[[Trial], str]]] = (
    (
        "Days",
        lambda trial: (
            f"{day_in_words(trial.starts_on)} – {day_in_words(trial.ends_on)}"
        ),
    ),
    ("Length", lambda trial: f"{(trial.ends_on - trial.starts_on).days + 1} days"),
    *((label, attrgetter(name)) for name, label in PARTS),
    ("Where numbers count from", attrgetter("declared.words")),
)


def _criteria(trials: Sequence[Trial]) -> list[tuple[str, list[str]]]:
    terms = {
        trial.pk: {
            (
                criterion.requirement.ref,
                criterion.text,
                criterion.number,
                criterion.method,
            )
            for criterion in trial.criteria.all()
        }
        for trial in trials
    }
    if len(set(map(frozenset, terms.values()))) < 2:
        return []
    everywhere = set.intersection(*terms.values())
    own_refs = [
        sorted({ref for ref, *_ in terms[trial.pk] - everywhere}) for trial in trials
    ]
    texts = [", ".join(refs) if refs else "none of its own" for refs in own_refs]
    return [(f"Criteria, beside {len(everywhere)} in common", texts)]


@dataclass(frozen=True, slots=True)
class Shift:
    """One open milestone that moves along, and the day on which it then is due."""

    milestone: Milestone
    due_on: datetime.date

    @property
    def on_a_day_off(self) -> bool:
        owner = self.milestone.owner
        return not is_working_day(self.due_on, owner.country, owner.subdivision)


def hanging_on(milestone: Milestone) -> list[Milestone]:
    """The open milestones that hang on it, directly or through others, by due date.

    What is settled stands, and so does what hangs on that only.
    """
    rows = Milestone.objects.filter(
        evaluation=milestone.evaluation_id, state=MilestoneState.OPEN
    ).select_related("owner", "trial")
    children: dict[uuid.UUID, list[Milestone]] = {}
    for row in rows:
        if row.hangs_on_id:
            children.setdefault(row.hangs_on_id, []).append(row)
    hanging = list(_below(milestone.pk, children))
    return sorted(hanging, key=lambda milestone: (milestone.due_at, milestone.title))


def shifts_of(milestone: Milestone, due_on: datetime.date) -> list[Shift]:
    """What moves with a milestone to `due_on`, each by as many days."""
    by = due_on - milestone.due_on
    moving = hanging_on(milestone) if by else []
    return [Shift(row, row.due_on + by) for row in moving]


def shifts_of_trial(
    trial: Trial, starts_on: datetime.date, ends_on: datetime.date
) -> list[Shift]:
    """The open milestones of a trial: those on its last day or later move with it, the
    others with its first day."""
    first = starts_on - trial.starts_on
    last = ends_on - trial.ends_on
    shifts = []
    for row in trial.milestones.filter(state=MilestoneState.OPEN).select_related(
        "owner"
    ):
        at_the_end = row.due_on >= trial.ends_on > trial.starts_on
        if by := last if at_the_end else first:
            shifts.append(Shift(row, row.due_on + by))
    return shifts


def _below(
    root: uuid.UUID, children: dict[uuid.UUID, list[Milestone]]
) -> Iterator[Milestone]:
    for milestone in children.get(root, ()):
        yield milestone
        yield from _below(milestone.pk, children)
