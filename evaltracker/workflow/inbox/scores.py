"""Scores that a person gives, and what scorers have to talk about."""

from collections.abc import Iterator

from django.db.models import Count

from evaltracker.kit.text import listed_few
from evaltracker.workflow import links
from evaltracker.workflow.inbox.items import Desk, WorkItem
from trials.models import Consensus, ScoreSheet
from trials.policy import FROM_DEMOS, SCORING_STAGES
from trials.selectors import far_apart_in, unlocked_scorers


def scores(desk: Desk) -> Iterator[WorkItem]:
    """Scores to give or to lock."""
    parts = [
        part
        for part in desk.parts
        if part.scores and desk.evaluations[part.evaluation_id].stage in SCORING_STAGES
    ]
    if not parts:
        return
    sheets = ScoreSheet.objects.filter(stakeholder__in=parts).annotate(
        given=Count("scores")
    )
    begun = {sheet.stakeholder_id: sheet for sheet in sheets}
    for part in parts:
        evaluation = desk.evaluations[part.evaluation_id]
        sheet = begun.get(part.pk)
        is_locked = sheet is not None and sheet.locked_at is not None
        if is_locked or evaluation.pk in desk.barred:
            continue
        given = sheet.given if sheet is not None else 0
        yield desk.item(
            "scores",
            evaluation,
            "Score the candidates"
            if not given
            else f"Finish and lock your scores ({given} given)",
            f"You score as {part.get_role_display()}. Scores are blind until locked.",
            links.page(evaluation, "scores"),
        )


def far_apart_scores(desk: Desk) -> Iterator[WorkItem]:
    """What the person and other scorers see very differently, once all have locked,
    until it is settled. The owner is told by the gate that it keeps closed."""
    where = {
        part.evaluation_id
        for part in desk.parts
        if part.scores
        and desk.evaluations[part.evaluation_id].stage in FROM_DEMOS
        and not desk.keeps_out(part.evaluation_id)
    }
    if not where:
        return
    unlocked = unlocked_scorers([desk.evaluations[key] for key in where])
    where -= set(unlocked.values_list("evaluation", flat=True))
    found = far_apart_in([desk.evaluations[key] for key in sorted(where)])
    meetings = Consensus.objects.filter(evaluation__in=where)
    opened = set(meetings.values_list("evaluation", flat=True))
    for key, cells in found.items():
        if not cells:
            continue
        evaluation = desk.evaluations[key]
        opens = "" if key in opened else " opens the consensus and"
        yield desk.item(
            "far_apart",
            evaluation,
            f"Talk about what is far apart: {listed_few(cells)}",
            f"All scores are locked. {evaluation.owner.name}{opens} settles each with "
            "all of you.",
            links.page(evaluation, "scores", "dots"),
        )
