"""Everything that a decision rests on: gathered, frozen, and as it stands now."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import Case, When

from evaltracker.decision.memo import record
from evaltracker.decision.memo.brief import Asked, answered_briefs, by_question
from evaltracker.decision.memo.figures import Figures
from evaltracker.decision.memo.results import (
    CHOOSABLE,
    Counted,
    Draws,
    SimulationInputs,
    count_candidate,
    count_known,
    draw_all,
    missed_by,
    results_of,
)
from evaltracker.decision.models import Decision, KeptDraws, Waiver
from evaltracker.enumerations import Availability
from evaltracker.evaluations.journal import as_json_value
from evaltracker.evaluations.models import Evaluation, ImportedHistory
from evaltracker.evaluations.policy import shown_answer
from evaltracker.toolbox.days import today_in
from evaltracker.toolbox.measures import CellNumbers
from stakeholders.models import Condition, SignOff, given_names
from stakeholders.selectors import DIFFERENT, said_weights
from trials import scoring
from trials.choices import MilestoneState
from trials.models import Consensus, Excuse, Gap, Milestone, Settlement
from trials.selectors import evaluation_cache, matrix
from trials.selectors.cells import PlainShape, record_of, shape_of
from trials.selectors.ledger import Ledger, ledger
from trials.selectors.pending_verdicts import verdicts_owed
from trials.selectors.scores import cell_records, counted_scores, prior_of
from vendors.choices import CandidateState, CostState
from vendors.costs import SUPPORT, CostKind
from vendors.models import Candidate, Claim, Conflict, CostLine, MailedSheet
from vendors.selectors.candidates import lists_of
from vendors.selectors.costs import kinds_of, rates_of


def requirement_inputs(book: Ledger) -> list[dict[str, Any]]:
    moved = {
        key: (metric or "", excuse)
        for key, metric, excuse in book.evaluation.requirements.values_list(
            "pk", "metric__name", "metric_excuse"
        )
    }
    return [
        {
            "ref": row.ref,
            "category": row.category,
            "text": row.text,
            "priority": row.priority,
            "weight": row.weight,
            "metric": moved[row.pk][0],
            "metric_excuse": moved[row.pk][1],
            "lists": list(dict.fromkeys(value.list_name for value in row.demanded)),
        }
        for row in book.rows
    ]


OPEN = ("candidate", "ref", "today", "holds", "partly", "fails", "knocks_out")
RECORDED = ("candidate", "ref", "today", "recorded", "knocks_out")


def certainty_inputs(
    evaluation: Evaluation, book: Ledger, candidates: Iterable[Candidate]
) -> dict[str, Any]:
    """What the draws start from: open cells, records, urns and where the urns start. Of
    all who can be chosen and are not knocked out; whoever has no total takes no part in
    the draws."""
    running = [
        candidate
        for candidate in candidates
        if candidate.state in CHOOSABLE and not book.of(candidate).knock_outs
    ]
    owed = verdicts_owed(book, running)
    prior, source = prior_of(evaluation)
    return {
        "seed": scoring.SEED,
        "draws": scoring.DRAWS,
        "prior": {**asdict(prior), **source},
        "candidates": {
            str(key): {
                "urn": asdict(scoring.urn_of(prior, row.own)),
                "own": asdict(row.own),
                "judged": row.judged,
                "unanswered": row.unanswered,
            }
            for key, row in owed.items()
        },
        "open": [
            {field: getattr(cell, field) for field in OPEN}
            for row in owed.values()
            for cell in row.cells
        ],
        "recorded": [
            {field: getattr(cell, field) for field in RECORDED}
            for row in owed.values()
            for cell in row.recorded
        ],
        # What runs propose and nobody has confirmed; absent before formula 4.
        "proposed": [
            {field: getattr(cell, field) for field in (*RECORDED, "verdict")}
            for row in owed.values()
            for cell in row.proposed
        ],
    }


KIND = tuple(name for name in record.FrozenKind.__annotations__ if name != "parts")
LINE = tuple(name for name in record.FrozenCostLine.__annotations__ if name != "ruled")
CHOICE = ("rationale", "dissent", "revisit_when")
SIGN_OFF = (
    *("visit__number", "role", "role_name", "printed_name", "verdict", "reason"),
    *("signed_at", "document__sha256"),
)


def gather_inputs(
    evaluation: Evaluation, as_of: datetime.date | None = None
) -> record.Inputs:
    """The inputs of the memo as they stand, as JSON without floats. `as_of` (default:
    today in the evaluation's zone) decides which planned dates have passed."""
    candidates = list(Candidate.objects.filter(evaluation=evaluation))
    day = as_of or today_in(evaluation.zone)
    book = ledger(evaluation, candidates=candidates, as_of=day, exact=True)
    return inputs_of(book, cell_records(book))


def inputs_of(
    book: Ledger, records: Mapping[Any, Mapping[str, scoring.CellRecord]]
) -> record.Inputs:
    evaluation = book.evaluation
    candidates = book.candidates
    decision = Decision.objects.filter(evaluation=evaluation).first()
    gathered = {
        "formula_version": scoring.FORMULA_VERSION,
        "as_of": book.as_of,
        "brief": {
            field: getattr(evaluation, field)
            for field in record.FrozenBrief.__annotations__
        }
        | {"owner": evaluation.owner.name},
        "brief_questions": own_rows(evaluation),
        "scale": evaluation.scale,
        "metrics": list(
            evaluation.metrics.values("name", "baseline", "target", "how_measured")
        ),
        "categories": list(
            evaluation.categories.values("name", "weight", "price_reason")
        ),
        # Each role's own, sealed before any vendor was seen.
        "role_weights": {
            role: {category.name: weight for category, weight in weights.items()}
            for role, weights in said_weights(evaluation).items()
        },
        **({"role_names": named} if (named := given_names(evaluation)) else {}),
        # Of the brief, those that have values which nobody retired.
        "lists": {name: rows for name, rows in lists_of(evaluation).items() if rows},
        "requirements": requirement_inputs(book),
        "candidates": candidates_inputs(book, records),
        "certainty": certainty_inputs(evaluation, book, candidates),
        "rates": [
            {field: getattr(row, field) for field in record.FrozenRate.__annotations__}
            for row in rates_of(evaluation).values()
        ],
        "kinds": [kind_inputs(kind) for kind in kinds_of(evaluation)],
        "choice": {
            "candidate": decision.candidate_id or "" if decision else "",
            **{name: getattr(decision, name, "") for name in CHOICE},
        },
        **agreements(evaluation),
    }
    inputs: record.Inputs = as_json_value(gathered)
    return inputs


def kind_inputs(kind: CostKind) -> dict[str, Any]:
    fields: dict[str, Any] = {field: getattr(kind, field) for field in KIND}
    return fields | {"parts": [part.part for part in kind.parts]}


def candidates_inputs(
    book: Ledger, records: Mapping[Any, Mapping[str, scoring.CellRecord]]
) -> list[dict[str, Any]]:
    """Candidates with their cells, scores, numbers, cost lines, gaps and steps, in
    seventeen queries for all."""
    evaluation = book.evaluation
    opened = Consensus.objects.filter(evaluation=evaluation).exists()
    among = {"candidate__evaluation": evaluation}
    scores = by_candidate(
        counted_scores(evaluation)
        .order_by("category__position", "value")
        .values("candidate_id", "category__name", "value")
    )
    settled = by_candidate(
        Settlement.objects.filter(**among)
        .order_by("category__position")
        .values("candidate_id", "category__name", "value", "reason")
    )
    kinds = kinds_of(evaluation)
    order = {kind.key: at for at, kind in enumerate(kinds)}
    support = [kind.key for kind in kinds if kind.counts_as == SUPPORT]
    # As they are asked for. They are frozen in this order, so that whatever
    # is printed of a memo keeps the order in which it was signed.
    lines = by_candidate(
        sorted(
            CostLine.objects.filter(**among).values(
                *("candidate_id", *LINE),
                ruled=Case(When(state=CostState.NOT_APPLICABLE, then="note")),
                offered=Case(When(kind__in=support, said_by="vendor", then="note")),
            ),
            key=lambda row: order.get(row["kind"], len(order)),
        )
    )
    mailed = by_candidate(
        MailedSheet.objects.filter(**among, entered_at__isnull=False)
        .order_by("entered_at")
        .values("candidate_id", *record.FrozenSheet.__annotations__)
    )
    stated = {
        key: {"kind": kind, "text": text}
        for key, kind, text in Candidate.objects.filter(evaluation=evaluation)
        .order_by("support_statements__revision")
        .values_list("pk", "support_statements__kind", "support_statements__text")
        if kind
    }
    numbers = numbers_inputs(book)
    stages = stages_eliminated(evaluation)
    gaps = gaps_inputs(evaluation)
    steps = steps_inputs(book, gaps)
    efforts = matrix.effort_cells(book)
    rows = []
    for candidate in book.candidates:
        fields = {
            field: getattr(candidate, field)
            for field in record.FrozenOption.__annotations__
        }
        cells = {
            ref: record.cell_inputs(cell)
            for ref, cell in records.get(candidate.pk, {}).items()
        }
        row = {
            "id": candidate.pk,
            "eliminated_in": stages.get(str(candidate.pk), ""),
            **fields,
            "cells": cells,
            # Claimed for a measure and measured, by ref.
            "numbers": numbers.get(candidate.pk, {}),
            "scores": scores.get(candidate.pk, []),
            # What the meeting settled on, by category; None before it is opened.
            "settled": settled.get(candidate.pk, []) if opened else None,
            "cost_lines": lines.get(candidate.pk, []),
            "mailed_sheets": mailed.get(candidate.pk, []),
            "invited": candidate.invited_at is not None,
            "gaps": gaps.get(candidate.pk, []),
            "steps": steps[candidate.pk],
            "support_stated": stated.get(candidate.pk),
        }
        if efforts:
            row["effort"] = efforts[candidate.pk]
        rows.append(row)
    return rows


def stages_eliminated(evaluation: Evaluation) -> dict[str, str]:
    """By candidate the stage in which it was eliminated last, as the journal has it."""
    visits = list(evaluation.visits.values_list("entered_at", "stage"))
    moves = evaluation.entries.filter(action="candidate.eliminated")
    return {
        key: next((stage for start, stage in reversed(visits) if start <= at), "")
        for key, at in moves.order_by("number").values_list("subject_id", "at")
    }


def gaps_inputs(evaluation: Evaluation) -> dict[object, list[dict[str, Any]]]:
    rows = Gap.objects.filter(trial__candidate__evaluation=evaluation)
    return by_candidate(
        {
            "candidate_id": gap.trial.candidate_id,
            "ref": gap.requirement.ref if gap.requirement else "",
            "severity": gap.severity,
            "text": gap.text,
            "reply": gap.reply,
            "promised_for": gap.promised_for,
            "closed": gap.closed_at is not None,
            "lead": gap.trial.lead.name,
        }
        for gap in rows.select_related("requirement", "trial__lead").order_by(
            "found_on", "pk"
        )
    )


def steps_inputs(
    book: Ledger, gaps: Mapping[Any, list[dict[str, Any]]]
) -> dict[Any, list[dict[str, Any]]]:
    """By candidate what is dated from the book's day on: what all share, and its own
    milestones, open gaps that it promised to mend, and plans that it answered."""
    evaluation = book.evaluation
    needs = {row.pk: f"{row.ref} {row.text}" for row in book.rows}
    shared = [
        (row.due_on, "condition", row.text, row.owner.name)
        for row in Condition.objects.filter(
            sign_off__visit__evaluation=evaluation, closed_at=None
        ).select_related("owner")
    ]
    if evaluation.must_run_by:
        shared.append((evaluation.must_run_by, "start", "It has to run", ""))
    candidate_steps: dict[Any, list[tuple[Any, str, str, str]]] = defaultdict(list)
    for row in Milestone.objects.filter(
        evaluation=evaluation, state=MilestoneState.OPEN
    ).select_related("owner", "trial"):
        step = (row.due_on, "milestone", row.title, row.owner.name)
        if row.trial:
            candidate_steps[row.trial.candidate_id].append(step)
        else:
            shared.append(step)
    for key, rows in gaps.items():
        candidate_steps[key] += [
            (row["promised_for"], "gap", f"{row['ref']} {row['text']}".strip(), "")
            for row in rows
            if not row["closed"]
        ]
    planned = Claim.objects.filter(
        candidate__in=[candidate.pk for candidate in book.candidates],
        requirement__in=needs,
        superseded_at=None,
        availability=Availability.PLANNED,
    )
    for key, requirement, on in planned.values_list(
        "candidate_id", "requirement_id", "available_from"
    ):
        candidate_steps[key].append((on, "promise", needs[requirement], ""))
    steps = {}
    for candidate in book.candidates:
        dated = sorted(
            step
            for step in (*shared, *candidate_steps[candidate.pk])
            if step[0] and step[0] >= book.as_of
        )
        steps[candidate.pk] = [
            dict(zip(("on", "kind", "text", "who"), step, strict=True))
            for step in dated
        ]
    return steps


def by_candidate(rows: Iterable[Any]) -> dict[object, list[dict[str, Any]]]:
    by_key: dict[object, list[dict[str, Any]]] = {}
    for row in rows:
        by_key.setdefault(row.pop("candidate_id"), []).append(row)
    return by_key


def agreements(evaluation: Evaluation) -> dict[str, Any]:
    before = SignOff.objects.filter(visit__evaluation=evaluation).exclude(
        visit__stage="decision"
    )
    people = {
        stage: number
        for stage, number in evaluation.different_people.items()
        if number != DIFFERENT
    }
    return {
        **({"different_people": people} if people else {}),
        "sign_offs": mark_imported(
            evaluation, before.order_by("signed_at").values("visit__stage", *SIGN_OFF)
        ),
        "waivers": list(
            Waiver.objects.filter(visit__evaluation=evaluation).values(
                "visit__stage", "gate", "rule", "reason", "waived_by__user__username"
            )
        ),
        "excuses": list(
            Excuse.objects.filter(candidate__evaluation=evaluation)
            .order_by("excused_at")
            .values(
                "candidate__name",
                "requirement__ref",
                "named_values",
                "reason",
                "withdrawn_at",
                "withdrawn_reason",
            )
        ),
        "interests": interests(evaluation),
        "consensus": Consensus.objects.filter(evaluation=evaluation)
        .values("outcome")
        .first(),
        "conditions": [
            {
                **{"text": row.text, "owner": row.owner.name},
                **{"due_on": row.due_on, "closing_note": row.closing_note},
            }
            for row in Condition.objects.filter(sign_off__visit__evaluation=evaluation)
            .exclude(sign_off__visit__stage="decision")
            .order_by("text")
            .select_related("owner")
        ],
    }


def interests(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Who declared an interest in what, and why the owner cleared it; what exactly it
    is stays between that person and the owner."""
    declared = Conflict.objects.filter(
        candidate__evaluation=evaluation, has_interest=True
    ).order_by("declared_at")
    return [
        {
            "person": conflict.person.name,
            "candidate": conflict.candidate.name,
            "replaced": conflict.replaced_at is not None,
            "cleared_reason": conflict.cleared_reason,
        }
        for conflict in declared.select_related("person", "candidate")
    ]


def last_draws(evaluation: Evaluation) -> Draws:
    """The draws for a page, which never waits for them; None of other inputs, or of
    shares that cannot be."""
    return lambda race: _kept_of(evaluation, race)


def exact_draws(evaluation: Evaluation) -> Draws:
    """The draws of just these inputs: kept ones, or counted on the spot. For words that
    are signed, which must never rest on older draws."""
    return lambda race: _kept_of(evaluation, race) or draw_all(race)


def _kept_of(evaluation: Evaluation, race: SimulationInputs) -> dict[str, Any] | None:
    draws = KeptDraws.objects.filter(evaluation=evaluation).first()
    if draws is None or draws.digest != race.digest or not draws.adds_up:
        return None
    results: dict[str, Any] = draws.results
    return results


def mark_imported(
    evaluation: Evaluation, signed: Iterable[Any]
) -> list[dict[str, Any]]:
    """The rows, each of those that came with the file marked `imported`. Rows that were
    given here stay as they are, so that words which were signed before there was such a
    mark are the same words still."""
    history = ImportedHistory.objects.filter(evaluation=evaluation).first()
    return [
        {**row, "imported": True}
        if history and row["signed_at"] <= history.imported_at
        else row
        for row in signed
    ]


def numbers_inputs(book: Ledger) -> dict[Any, dict[str, Any]]:
    """By candidate and ref the numbers of the book's cells, as a memo freezes them. Of
    a requirement for which any candidate has some, every candidate has a cell, be it
    empty: so whoever has nothing is told from whoever is not compared."""
    refs = {row.pk: row.ref for row in book.rows}
    numbers = matrix.cell_numbers(book.evaluation)
    empty = {
        requirement: CellNumbers(cell.asked, None)
        for (_, requirement), cell in numbers.items()
        if requirement in refs
    }
    return {
        candidate.pk: {
            refs[requirement]: numbers.get((candidate.pk, requirement), none).as_json()
            for requirement, none in empty.items()
        }
        for candidate in book.candidates
    }


def own_rows(evaluation: Evaluation) -> list[tuple[str, str]]:
    fields = evaluation.brief_fields.all()
    return [(field.label, shown_answer(field)) for field in fields]


# The memo of an evaluation as it stands, counted once for each of its versions.
#
# Its inputs have no cells: what those come to is known from the ledger, which stands
# for the same records. `gather_inputs` has them, for what is frozen or of another day.

MOST_DATED = 20_000  # cells that rest on dates; a large purchase has some thousands


@dataclass(frozen=True)
class StandingMemo:
    inputs: record.Inputs
    results: record.Results
    counted: list[Counted]
    planned: list[tuple[datetime.date, int]]

    @property
    def memo(self) -> record.Memo:
        return {"inputs": self.inputs, "results": self.results}

    @cached_property
    def figures(self) -> Figures:
        return Figures(self.inputs, self.results, self.counted)

    def brief(self, *, prices: bool, readings: Mapping[str, str]) -> list[Asked]:
        """What every finalist answers to the brief; without `prices` what it costs is
        sealed."""
        cells = {option.candidate["id"]: option.cells for option in self.counted}
        briefs = answered_briefs(
            self.memo,
            prices=prices,
            readings=readings,
            states=lambda item, _: cells[item["id"]],
        )
        return by_question(briefs)


def standing_memo(evaluation: Evaluation) -> StandingMemo:
    """Frozen with the decision, or as they stand with the last draws that were kept;
    those come later, and are no part of the version."""
    drawn = KeptDraws.objects.filter(evaluation=evaluation)
    digest = drawn.values_list("digest", flat=True).first()
    return evaluation_cache.cached_for_version(
        evaluation, f"memo with draws {digest}", _memo
    )


def memo_on(
    evaluation: Evaluation, day: datetime.date, *, kept: bool = False
) -> StandingMemo:
    frozen = _frozen_memo(evaluation)
    if frozen:
        now = frozen["inputs"]
    else:
        now = gather_inputs(evaluation)
    inputs = record.on_day(now, day, kept=kept)
    counted = [count_candidate(item, inputs) for item in inputs["candidates"]]
    results = results_of(
        inputs, counted, lambda race: {"wins": {}, "another_day": True}
    )
    return StandingMemo(inputs, results, counted, record.planned_dates(now))


def _memo(evaluation: Evaluation) -> StandingMemo:
    frozen = _frozen_memo(evaluation)
    if frozen:
        inputs = frozen["inputs"]
        counted = [count_candidate(item, inputs) for item in inputs["candidates"]]
        return StandingMemo(
            inputs, frozen["results"], counted, record.planned_dates(inputs)
        )
    book = evaluation_cache.standing_ledger(evaluation)
    inputs = inputs_of(book, {})
    states = _states(book)
    sums = {str(column.candidate.pk): column.sums for column in book.columns}
    counted = [
        count_known(
            item,
            inputs,
            states[item["id"]].by_ref,
            fit=sums[item["id"]].whole_fit,
            knock_outs=list(sums[item["id"]].knock_outs),
            promises=sums[item["id"]].promises(missed_by(item, inputs)),
        )
        for item in inputs["candidates"]
    ]
    results = results_of(inputs, counted, last_draws(evaluation))
    cells = (
        cell
        for item in inputs["candidates"]
        if item["state"] != CandidateState.ELIMINATED
        for cell in states[item["id"]].dated
    )
    planned = record.dates_ahead(cells, book.as_of)
    return StandingMemo(inputs, results, counted, planned)


def _frozen_memo(evaluation: Evaluation) -> record.Memo | None:
    decision = Decision.objects.filter(evaluation=evaluation).first()
    if decision is None or decision.decided_at is None:
        return None
    memo: record.Memo = decision.memo
    return memo


@dataclass(slots=True)
class _States:
    by_ref: dict[str, scoring.CellState]
    dated: list[scoring.CellState]


def _states(book: Ledger) -> dict[str, _States]:
    """What cells come to, by candidate. Those of the ledger know no dates; where one
    rests on a planned date, it is read with that date."""
    credits = scoring.Credits.from_mapping(book.evaluation.credits)
    refs = [row.ref for row in book.rows]
    wide = len(book.rows)
    rests: dict[int, bool] = {}
    states = {}
    for place, column in enumerate(book.columns):
        numbers = column.numbers
        for number in set(numbers) - rests.keys():
            claims = (value.facts.claim for value in book.kinds[number].state.values)
            rests[number] = any(
                claim and claim.availability == Availability.PLANNED for claim in claims
            )
        results = [book.kinds[number].state for number in numbers]
        dated = [at for at, number in enumerate(numbers) if rests[number]]
        for at in dated:
            plain = (book.on_file or {})[place * wide + at]
            demanded = book.rows[at].demanded
            results[at] = _dated(plain, demanded, book.as_of, credits)
        states[str(column.candidate.pk)] = _States(
            dict(zip(refs, results, strict=True)), [results[at] for at in dated]
        )
    return states


@lru_cache(maxsize=MOST_DATED)
def _dated(
    plain: PlainShape,
    demanded: tuple[scoring.Value, ...],
    day: datetime.date,
    credits: scoring.Credits,
) -> scoring.CellState:
    return scoring.cell_state(record_of(shape_of(plain)), demanded, day, credits)
