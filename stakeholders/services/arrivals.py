"""What stakeholders does with an evaluation that came with a file."""

from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Evaluation, Visit
from evaltracker.evaluations.policy import change


def ask_everybody_anew(evaluation: Evaluation) -> None:
    """Open a new round where people had signed: nobody signed here, so none counts.

    What was signed on stays that are over is history and stays as the file tells it.
    """
    visit = Visit.objects.filter(evaluation=evaluation, left_at__isnull=True).first()
    if visit is None or not visit.sign_offs.filter(round=visit.round).exists():
        return
    before, after = change(visit, round=visit.round + 1)
    journal.record(
        evaluation=evaluation,
        action="sign_off.round_opened",
        subject=visit,
        by=SYSTEM,
        before=before,
        after=after,
        reason="The sign-offs of this stay came with a file.",
    )
