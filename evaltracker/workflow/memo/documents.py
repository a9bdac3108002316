"""The exact words that are signed in each stage, as canonical Markdown.

The text holds nothing that changes by itself (no clock, no counters of views), so
that a digest changes only when the content does.
"""

from typing import Any

from django.db.models import Prefetch

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, Visit
from evaltracker.workflow.memo.brief_words import brief_rows, held_against
from evaltracker.workflow.memo.inputs import gather_inputs
from evaltracker.workflow.memo.kept_draws import exact_draws
from evaltracker.workflow.memo.markdown import (
    block,
    bullets,
    day,
    inline,
    section,
    table,
)
from evaltracker.workflow.memo.results import compute_results
from evaltracker.workflow.memo.text import write_memo
from trials.models import Criterion, Evidence, Gap, Trial
from trials.selectors.counted import standing_ledger
from vendors.choices import CandidateState
from vendors.models import Candidate

QUESTIONS = {
    Stage.REQUIREMENTS: "Are these the right requirements and weights?",
    Stage.RESEARCH: "Is this the right shortlist?",
    Stage.DEMOS: "Is this what was shown in the demos?",
    Stage.TRIALS: "Are these the results of the trials, and may we decide on them?",
    Stage.DECISION: "Do you agree to this decision, on the grounds that it gives?",
}

# What is signed in each stage, as sentences call it.
THINGS = {
    Stage.REQUIREMENTS: "the requirements",
    Stage.RESEARCH: "the shortlist",
    Stage.DEMOS: "the demo results",
    Stage.TRIALS: "the trial results",
    Stage.DECISION: "the decision",
}

# What is written of each trial: all criteria with their verdicts in order, all gaps.
FOUND: tuple[Any, ...] = (
    Prefetch("criteria", Criterion.objects.select_related("requirement")),
    Prefetch("criteria__evidence", Evidence.objects.order_by("recorded_at")),
    Prefetch(
        "gaps",
        Gap.objects.select_related("requirement", "evidence__criterion").order_by(
            "found_on", "text"
        ),
    ),
)


def document_of(evaluation: Evaluation, *, visit: Visit) -> str:
    """The words that are signed on this visit, as they stand now.

    Read anew from the database: a row that was just written holds what was typed
    (60000), not what is kept (60000.00), and both must give the same digest.
    """
    evaluation = Evaluation.objects.get(pk=evaluation.pk)
    match visit.stage:
        case Stage.REQUIREMENTS:
            return requirements_document(evaluation)
        case Stage.DECISION:
            inputs = gather_inputs(evaluation)
            return write_memo(inputs, compute_results(inputs, exact_draws(evaluation)))
        case Stage.TRIALS:
            return trials_document(evaluation)
        case _:
            return candidates_document(evaluation)


def requirements_document(evaluation: Evaluation) -> str:
    """Brief, metrics, categories with weights, and requirements."""
    metrics = evaluation.metrics.values_list(
        "name", "baseline", "target", "how_measured"
    )
    needs = evaluation.requirements.filter(retired_at__isnull=True)
    parts = [
        f"# Requirements: {inline(evaluation.title)}",
        section("Brief", table(("Question", "Answer"), brief_rows(evaluation))),
        section("Context", block(evaluation.context)),
        section(
            "Business metrics",
            table(("Metric", "From", "To", "How measured"), metrics),
        ),
        section("Categories", categories(evaluation)),
        section(
            "Requirements",
            table(
                ("Ref", "Category", "Requirement", "Priority", "Weight", "Moves"),
                (
                    (
                        need.ref,
                        need.category.name,
                        need.text,
                        need.get_priority_display(),
                        need.weight,
                        need.metric.name if need.metric else need.metric_excuse,
                    )
                    for need in needs.select_related("category", "metric")
                ),
            ),
        ),
        section("Must hold for every value of a list", held_against(evaluation)),
    ]
    return "\n\n".join(part for part in parts if part)


def categories(evaluation: Evaluation) -> str:
    """What each weighs, and why one about price is scored."""
    rows = list(evaluation.categories.all())
    weights = (
        (category.name, "not agreed" if category.weight is None else category.weight)
        for category in rows
    )
    priced = (
        f"{inline(category.name)} is scored although it is about price: "
        f"{inline(category.price_reason)}"
        for category in rows
        if category.price_reason
    )
    return f"{table(('Category', 'Weight'), weights)}\n\n{bullets(priced)}".rstrip()


def candidates_document(evaluation: Evaluation) -> str:
    """Every candidate, where it stands and why, and its must-haves."""
    candidates = Candidate.objects.filter(evaluation=evaluation)
    rows = (
        (
            candidate.name,
            candidate.get_kind_display(),
            candidate.get_state_display(),
            candidate.state_reason,
        )
        for candidate in candidates
    )
    return "\n\n".join(
        [
            f"# Candidates: {inline(evaluation.title)}",
            table(("Candidate", "Kind", "State", "Reason"), rows),
            must_haves(evaluation),
        ]
    )


def trials_document(evaluation: Evaluation) -> str:
    """What each trial found, and how the must-haves of the finalists stand."""
    trials = Trial.objects.filter(candidate__evaluation=evaluation)
    trials = trials.select_related("candidate").prefetch_related(*FOUND)
    parts = [f"# Trial results: {inline(evaluation.title)}"]
    for trial in trials.order_by("candidate__name", "starts_on", "title"):
        days = f"{day(str(trial.starts_on))} to {day(str(trial.ends_on))}"
        parts.append(
            section(
                f"{inline(trial.candidate.name)}: {inline(trial.title)}",
                f"{days}.\n\n{block(trial.summary)}\n\n"
                + table(
                    ("Criterion", "Threshold", "Requirement", "Verdict", "How", "Note"),
                    (criterion_row(criterion) for criterion in trial.criteria.all()),
                )
                + "\n\n"
                + bullets(gap_line(gap) for gap in trial.gaps.all()),
            )
        )
    return "\n\n".join([*parts, must_haves(evaluation)])


def criterion_row(criterion: Criterion) -> tuple[str, ...]:
    """A criterion with its newest verdict."""
    newest = next(reversed(criterion.evidence.all()), None)
    return (
        criterion.text,
        criterion.threshold,
        f"{criterion.requirement.ref} {criterion.requirement.text}",
        newest.get_verdict_display() if newest else "not judged",
        how_judged(newest or criterion),
        newest.note if newest else "",
    )


def how_judged(row: Evidence | Criterion) -> str:
    """Who ran it on whose data, and for which values of the brief."""
    setting = row.setting if isinstance(row, Evidence) else ""
    return "; ".join(filter(None, (setting, row.values_named)))


def gap_line(gap: Gap) -> str:
    """A gap in one line, with the requirement and the criterion that it is about."""
    state = "closed" if gap.closed_at else "open"
    criterion = gap.evidence.criterion if gap.evidence else None
    need = gap.requirement
    about = f"{need.ref} {need.text}" if need else "no requirement"
    if criterion is not None:
        about = f"{about}, criterion “{criterion.text}”"
    return (
        f"{gap.get_severity_display()}, {state}, on {inline(about)}: "
        f"{inline(gap.text)} "
        f"{inline(gap.closing_note or gap.workaround)}".rstrip()
    )


def must_haves(evaluation: Evaluation) -> str:
    """The standing of every must-have for each candidate in the running."""
    running = (CandidateState.SHORTLISTED, CandidateState.CHOSEN)
    candidates = list(
        Candidate.objects.filter(evaluation=evaluation, state__in=running)
    )
    book = standing_ledger(evaluation)
    musts = [requirement for requirement in book.requirements if requirement.is_must]
    counts = bullets(
        f"{inline(candidate.name)}: {book.of(candidate).coverage.in_words}"
        for candidate in candidates
    )
    standings = table(
        ("Ref", "Requirement", *(inline(candidate.name) for candidate in candidates)),
        (
            (
                must.ref,
                must.text,
                *(str(book.cell(candidate, must).standing) for candidate in candidates),
            )
            for must in musts
        ),
    )
    return section("Must-haves", f"{counts}\n\n{standings}".strip())
