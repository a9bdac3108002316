"""Everything that a decision rests on, as plain JSON."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from evaltracker.evaluations.journal import plain
from evaltracker.evaluations.models import Evaluation
from evaltracker.kit.clock import today_in
from evaltracker.workflow.memo.asked import lists_inputs, requirement_inputs
from evaltracker.workflow.memo.brief_words import own_rows
from evaltracker.workflow.memo.cells import cell_inputs
from evaltracker.workflow.memo.costing import COST, RATE
from evaltracker.workflow.memo.imported_signatures import told_apart
from evaltracker.workflow.memo.numbers import numbers_inputs
from evaltracker.workflow.memo.owed import certainty_inputs
from evaltracker.workflow.models import Decision, Waiver
from stakeholders.models import Condition, SignOff
from stakeholders.selectors import said_weights
from trials.models import Consensus, Excuse, Settlement
from trials.scoring import FORMULA_VERSION, CellRecord
from trials.selectors import Ledger, cell_records, counted_scores, ledger
from vendors.costs import CostKind
from vendors.models import Candidate, Conflict, CostLine, MailedSheet
from vendors.selectors import rates_of

CHECKLIST_ORDER = tuple(CostKind)
CANDIDATE = (
    *("name", "kind", "state", "state_reason", "months_to_live", "hours_saved"),
    *("builders", "payments", "support_offered"),
)
SIGN_OFF = (
    *("visit__stage", "visit__number", "role", "printed_name", "verdict", "reason"),
    *("signed_at", "document__sha256"),
)
MAILED = (
    *("arrived_at", "confirmed_at", "submission__claims", "submission__submitted_by"),
)
BRIEF = (
    *("title", "buyer", "problem"),
    "infrastructure",
    "languages",
    "must_run_by",
    "budget",
    "budget_once",
    "budget_yearly",
    "currency",
    "support_wanted",
    "engineers",
    "context",
    "source_note",
    "evidence_share",
    "credits",
    "horizon_months",
    "discount_rate",
    "planning_factor",
    "working_days",
    "loaded_hourly_rate",
    "builder_earnings",
)


def gather_inputs(
    evaluation: Evaluation, as_of: datetime.date | None = None
) -> dict[str, Any]:
    """The inputs of the memo as they stand, as JSON without floats.

    `as_of` (default: today in the evaluation's zone) decides which planned dates
    have passed.
    """
    candidates = list(Candidate.objects.filter(evaluation=evaluation))
    day = as_of or today_in(evaluation.zone)
    book = ledger(evaluation, candidates=candidates, as_of=day, exact=True)
    return inputs_of(book, cell_records(book))


def inputs_of(
    book: Ledger, records: Mapping[Any, Mapping[str, CellRecord]]
) -> dict[str, Any]:
    """The same of a ledger of all candidates; `records` are the cells to write down."""
    evaluation, candidates = book.evaluation, book.candidates
    decision = Decision.objects.filter(evaluation=evaluation).first()
    gathered = {
        "formula_version": FORMULA_VERSION,
        "as_of": book.as_of,
        "brief": {field: getattr(evaluation, field) for field in BRIEF}
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
            role: {category.name: weight for category, weight in said.items()}
            for role, said in said_weights(evaluation).items()
        },
        "lists": lists_inputs(evaluation),
        "requirements": requirement_inputs(book),
        "candidates": candidates_inputs(book, records),
        "certainty": certainty_inputs(evaluation, book, candidates),
        "rates": [
            {field: getattr(row, field) for field in RATE}
            for row in rates_of(evaluation).values()
        ],
        "choice": choice_inputs(decision),
        **agreements(evaluation),
    }
    result: dict[str, Any] = plain(gathered)
    return result


def choice_inputs(decision: Decision | None) -> dict[str, str]:
    """What was chosen and why; nothing while nothing is drafted."""
    return {
        "candidate": str(decision.candidate_id or "") if decision else "",
        "rationale": decision.rationale if decision else "",
        "dissent": decision.dissent if decision else "",
        "revisit_when": decision.revisit_when if decision else "",
    }


def candidates_inputs(
    book: Ledger, records: Mapping[Any, Mapping[str, CellRecord]]
) -> list[dict[str, Any]]:
    """Candidates with their cells, scores, numbers and cost lines; eight queries for
    all."""
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
    # As the checklist asks for them. They are frozen in this order, so that whatever
    # is printed of a memo keeps the order in which it was signed.
    lines = by_candidate(
        sorted(
            CostLine.objects.filter(**among).values("candidate_id", *COST),
            key=lambda row: CHECKLIST_ORDER.index(row["kind"]),
        )
    )
    mailed, numbers = entered_sheets(evaluation), numbers_inputs(book)
    return [
        {
            "id": candidate.pk,
            **{field: getattr(candidate, field) for field in CANDIDATE},
            "cells": {
                ref: cell_inputs(record)
                for ref, record in records.get(candidate.pk, {}).items()
            },
            # Claimed for a measure and measured, by ref.
            "numbers": numbers.get(candidate.pk, {}),
            "scores": scores.get(candidate.pk, []),
            # What the meeting settled on, by category; None before it is opened.
            "settled": settled.get(candidate.pk, []) if opened else None,
            "cost_lines": lines.get(candidate.pk, []),
            "mailed_sheets": mailed.get(candidate.pk, []),
        }
        for candidate in book.candidates
    ]


def entered_sheets(evaluation: Evaluation) -> dict[object, list[dict[str, Any]]]:
    """By candidate, the answer sheets that came by mail and were entered."""
    return by_candidate(
        MailedSheet.objects.filter(
            candidate__evaluation=evaluation, entered_at__isnull=False
        )
        .order_by("entered_at")
        .values("candidate_id", *MAILED)
    )


def by_candidate(rows: Iterable[Any]) -> dict[object, list[dict[str, Any]]]:
    """Rows by the candidate that they name, in the order in which they came."""
    found: dict[object, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.pop("candidate_id"), []).append(row)
    return found


def agreements(evaluation: Evaluation) -> dict[str, Any]:
    """Who agreed to what before the decision: sign-offs, waivers, excuses."""
    before = SignOff.objects.filter(visit__evaluation=evaluation).exclude(
        visit__stage="decision"
    )
    return {
        "sign_offs": told_apart(
            evaluation, before.order_by("signed_at").values(*SIGN_OFF)
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
        "conditions": list(
            Condition.objects.filter(sign_off__visit__evaluation=evaluation)
            .exclude(sign_off__visit__stage="decision")
            .order_by("text")
            .values("text", "owner__username", "due_on", "closing_note")
        ),
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
