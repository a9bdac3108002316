"""Finding a run token by its secret text, and whether it still posts."""

import datetime
import re
from collections.abc import Collection

from django.db.models import QuerySet

from evaltracker.errors import Forbidden
from evaltracker.evaluations.policy import require_stage
from evaltracker.kit.clock import wall_of
from evaltracker.kit.days import day_in_words
from trials.models import RunToken
from trials.policy import TRIAL_STAGES, check_running, may_lead, require_unclosed
from vendors.policy import may_read_answers
from vendors.wall import digest_of

SECRET = re.compile(r"evr_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")
ENDED = "run_token_ended"


def find_run_tokens(secrets: Collection[str]) -> QuerySet[RunToken]:
    """The tokens of these secret texts, also those that have ended.

    Only what they open is read with them: whoever uses one locks and reads it anew.
    """
    rows: QuerySet[RunToken] = RunToken.objects.filter(
        digest__in=[digest_of(text) for text in secrets]
    )
    return rows.select_related("trial__candidate__evaluation").only(
        "trial__candidate__evaluation__id"
    )


def check_run_token(token: RunToken, now: datetime.datetime) -> None:
    """A token posts while its trial goes on as it was agreed, and whoever made it
    runs it.

    Raises:
        Forbidden: the token has ended. Refused: nothing of the trial is taken.

    """
    trial = token.trial
    evaluation = trial.candidate.evaluation
    if token.revoked_at:
        raise _ended("This run token was revoked.")
    if not may_lead(token.made_by, trial):
        raise _ended(
            f"{token.made_by.name}, who made this token, no longer runs the trial."
        )
    if not may_read_answers(token.made_by, evaluation):
        raise _ended(
            f"{token.made_by.name}, who made this token, has a conflict of interest "
            "or has not declared yet."
        )
    require_unclosed(trial)
    require_stage(evaluation, *TRIAL_STAGES)
    check_running(trial.candidate)
    if wall_of(now, trial.zone).date() > trial.ends_on:
        last = day_in_words(trial.ends_on)
        raise _ended(f"The last day of the trial was {last}; this token ended with it.")
    if token.version != trial.version:
        raise _ended(
            "The contract was changed after this token was made, which posts for "
            f"version {token.version} and not for version {trial.version}."
        )


def _ended(sentence: str) -> Forbidden:
    return Forbidden(f"{sentence} Make another one on the trial's page.", code=ENDED)
