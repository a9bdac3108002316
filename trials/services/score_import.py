"""Taking one's own scores out of a spreadsheet, and undoing it, until they are locked.

The journal says that scores were given, never which; nor which file they came from.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Stale
from evaltracker.evaluations import journal
from evaltracker.evaluations.models import Category, Evaluation, Import, User
from evaltracker.evaluations.policy import checked
from evaltracker.importing.rows import RowsPlan, moved_since
from evaltracker.importing.services.import_log import (
    log_import,
    refuse_moved,
    refuse_repeat,
)
from evaltracker.kit.batches import create_all
from evaltracker.requirements.services.imports import refuse_problems
from stakeholders.models import Stakeholder
from stakeholders.policy import parts
from trials.imports.scores import KnownScores
from trials.models import Score, ScoreSheet
from trials.services.scores import open_sheet, own_scoring
from vendors.choices import CandidateState
from vendors.models import Candidate
from vendors.services.imports import names_of

KIND = "scores"


def scoring_parts(*, evaluation: Evaluation, by: User) -> list[Stakeholder]:
    """The parts in which `by` scores here."""
    return list(parts(by, evaluation).filter(scores=True).order_by("role"))


def known_scores(*, stakeholder: Stakeholder) -> KnownScores:
    """What may be scored, and what this part has given; for its person alone."""
    evaluation = stakeholder.evaluation
    running = Candidate.objects.filter(evaluation=evaluation).exclude(
        state=CandidateState.ELIMINATED
    )
    return KnownScores(
        candidates={
            row.name: names_of(row) for row in running.select_related("vendor")
        },
        categories=[
            category.name for category in evaluation.categories.exclude(weight=0)
        ],
        scores={
            (row.candidate.name, row.category.name): {
                "value": row.value,
                "reason": row.reason,
            }
            for row in scores_given_by(stakeholder)
        },
    )


def refuse_outdated(plan: RowsPlan, known: KnownScores) -> None:
    """Insist that all that `plan` rests on is as it was when the file was read.

    Raises:
        Stale: scores, candidates or categories changed since.

    """
    moved = moved_since(plan, known.scores)
    names = [line.key for line in plan.new] + [it.line.key for it in plan.changed]
    gone = [
        " / ".join(key)
        for key in names
        if key[0] not in known.candidates or key[1] not in known.categories
    ]
    if moved or gone:
        raise Stale(
            "Your scores changed after the file was read. Import it again to see "
            "the difference.",
            difference=", ".join([*moved, *gone]),
        )


def add_scores(
    sheet: ScoreSheet, evaluation: Evaluation, plan: RowsPlan
) -> list[Score]:
    """Write the scores that are new in `plan`."""
    candidates = {row.name: row for row in evaluation.candidates.all()}
    categories: dict[str, Category] = {
        row.name: row for row in evaluation.categories.all()
    }
    now, added = timezone.now(), []
    for line in plan.new:
        score = Score(
            sheet=sheet,
            candidate=candidates[line.key[0]],
            category=categories[line.key[1]],
            given_at=now,
            **line.values,
        )
        score.clean_fields(exclude={"sheet", "candidate", "category"})
        added.append(score)
    create_all(Score.objects, added)
    return added


def change_scores(
    stakeholder: Stakeholder, plan: RowsPlan
) -> tuple[list[Score], dict[str, Any]]:
    """Write the scores that `plan` changes; before and after of each, by its id."""
    rows: dict[tuple[str, ...], Score] = {
        (row.candidate.name, row.category.name): row
        for row in scores_given_by(stakeholder)
    }
    touched, kept = [], {}
    for change in plan.changed:
        row = rows[change.line.key]
        before = state(row)
        put(row, {**before, **change.after})
        touched.append(row)
        kept[str(row.pk)] = [before, state(row)]
    return touched, kept


@transaction.atomic
def import_scores(
    *,
    stakeholder: Stakeholder,
    plan: RowsPlan,
    by: User,
    import_id: uuid.UUID | None = None,
) -> dict[str, int]:
    """Do what `plan` says to one's own scores, all of it or nothing.

    Raises:
        Forbidden: not one's own part, or a part that does not score.
        Refused: the wrong stage, locked, or done already.
        Invalid: the plan has problems. Stale: the scores changed since.

    """
    evaluation = own_scoring(stakeholder, by)
    refuse_repeat(import_id)
    refuse_problems(plan.problems)
    sheet = open_sheet(stakeholder)
    refuse_outdated(plan, known_scores(stakeholder=stakeholder))
    if not (plan.new or plan.changed):
        return plan.counts
    added = add_scores(sheet, evaluation, plan)
    touched, changed = change_scores(stakeholder, plan)
    log_import(
        evaluation=evaluation,
        kind=KIND,
        plan=plan,
        by=by,
        kept={
            "new": {str(score.pk): state(score) for score in added},
            "changed": changed,
            "part": str(stakeholder.pk),
        },
        import_id=import_id,
        is_private=True,
    )
    journal.record(
        evaluation=evaluation,
        action="scores.imported",
        subject=sheet,
        by=by,
        after={
            "given": [" / ".join(line.key) for line in plan.new],
            "changed": [" / ".join(it.line.key) for it in plan.changed],
        },
        rows=[sheet, *added, *touched],
    )
    return plan.counts


def undo(imported: Import, by: User) -> None:
    """Take back the scores that are new, and give again what stood before."""
    kept = imported.kept
    stakeholder = Stakeholder.objects.get(pk=kept["part"])
    evaluation = own_scoring(stakeholder, by)
    sheet = open_sheet(stakeholder)
    rows = {str(row.pk): row for row in scores_given_by(stakeholder)}
    expected = kept["new"] | {key: after for key, (_, after) in kept["changed"].items()}
    refuse_moved(
        name_of(rows[key]) if key in rows else "a score that you took back"
        for key, after in expected.items()
        if key not in rows or state(rows[key]) != after
    )
    for key, (before, _) in kept["changed"].items():
        put(rows[key], before)
    Score.objects.filter(pk__in=list(kept["new"])).delete()
    journal.record(
        evaluation=evaluation,
        action="scores.put_back",
        subject=sheet,
        by=by,
        before={"scores": [name_of(rows[key]) for key in expected]},
        rows=[sheet, *(rows[key] for key in kept["changed"])],
        removed=[rows[key] for key in kept["new"]],
    )


def scores_given_by(stakeholder: Stakeholder) -> list[Score]:
    """What this part has given."""
    rows = Score.objects.filter(sheet__stakeholder=stakeholder)
    return list(rows.select_related("candidate", "category"))


def state(row: Score) -> dict[str, Any]:
    """A score as it can be compared later."""
    return {"value": row.value, "reason": row.reason}


def put(row: Score, values: Mapping[str, Any]) -> None:
    """Write a score anew."""
    row.value, row.reason = values["value"], values["reason"]
    row.given_at = timezone.now()
    checked(row)
    row.save(update_fields=["value", "reason", "given_at"])


def name_of(row: Score) -> str:
    """Whose, and in what."""
    return f"{row.candidate.name} / {row.category.name}"
