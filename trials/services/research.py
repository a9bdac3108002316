"""Noting what was read or heard about a candidate."""

import datetime

from django.db import transaction

from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Requirement, User
from evaltracker.evaluations.policy import checked, lock
from evaltracker.kit.text import Inputs
from trials.models import ResearchNote
from trials.policy import AFTER_REQUIREMENTS, check_part, require_same
from vendors.models import Candidate


def check_note_research(candidate: Candidate, by: By) -> User:
    """The acting user, one of its people, once vendors are looked at."""
    return check_part(candidate.evaluation, by, *AFTER_REQUIREMENTS)


@transaction.atomic
def note_research(
    *,
    candidate: Candidate,
    kind: str,
    title: str,
    text: str,
    by: By,
    source_url: str = "",
    source_date: datetime.date | None = None,
    requirement: Requirement | None = None,
) -> ResearchNote:
    """Note what an article, a podcast or a peer says, with source and date.

    Raises:
        Forbidden: no part in the evaluation. Refused: nobody looks at vendors yet.
        Invalid: by field.

    """
    evaluation = candidate.evaluation = lock(candidate.evaluation)
    user = check_note_research(candidate, by)
    require_same(evaluation, requirement)
    inputs = Inputs()
    note = ResearchNote(
        candidate=candidate,
        requirement=requirement,
        kind=kind,
        title=inputs.line("title", title, limit=200),
        text=inputs.text("text", text),
        source_url=inputs.link("source_url", source_url),
        source_date=source_date,
        noted_by=user,
    )
    inputs.check()
    checked(note)
    note.save()
    journal.record(
        evaluation=evaluation,
        action="research.noted",
        subject=note,
        by=by,
        after={
            "candidate": candidate,
            "requirement": requirement.ref if requirement else "",
            "kind": kind,
            "title": note.title,
            "text": note.text,
            "source_url": note.source_url,
            "source_date": source_date,
        },
    )
    return note
