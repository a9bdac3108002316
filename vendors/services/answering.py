"""Answering a question once for all, without giving away who asked."""

from django.db import transaction

from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.policy import change, lock, require_open, require_owner
from evaltracker.kit.clock import database_now
from evaltracker.kit.text import Inputs
from vendors.models import Question
from vendors.reminders import QuestionAnswered
from vendors.selectors.askers import given_away
from vendors.services.mailing import gathering_end, invited_candidates, owe_contacts


@transaction.atomic
def answer_question(
    *,
    question: Question,
    answer: str,
    by: By,
    text: str | None = None,
    though_named: bool = False,
) -> Question:
    """Answer, or correct an answer; every invited vendor reads it.

    `text` words the question anew for all; what its asker wrote is kept apart. Words
    that hold a name of the asker are refused, unless the owner has looked at them
    and says that they give nobody away.

    Raises:
        Forbidden: not the owner. Refused: the evaluation has ended. Invalid: by field.

    """
    evaluation = lock(question.evaluation)
    require_owner(by, evaluation)
    require_open(evaluation)
    question = Question.objects.select_for_update(of=("self",), no_key=True).get(
        pk=question.pk
    )
    inputs = Inputs()
    words = {
        "text": inputs.text("text", question.text if text is None else text),
        "answer": inputs.text("answer", answer),
    }
    for field, name in () if though_named else given_away(question, **words):
        inputs.refuse(field, f"It names {name}, who asked. Word it otherwise.")
    inputs.check()
    if all(getattr(question, field) == value for field, value in words.items()):
        return question
    before, after = change(
        question,
        **words,
        answered_at=database_now(),
        answered_by=actor_of(by).user,
    )
    journal.record(
        evaluation=evaluation,
        action="question.answered",
        subject=question,
        by=by,
        before=before,
        after=after,
    )
    at = gathering_end(database_now())
    owe_contacts(
        kind=QuestionAnswered.name,
        candidates=invited_candidates(evaluation),
        subject=evaluation,
        occurrence=at.isoformat(),
        at=at,
    )
    return question
