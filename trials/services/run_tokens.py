"""Keys that post runs of one trial: shown once, kept as a digest, revocable at once."""

import datetime

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.journal import SYSTEM, Actor, By, actor_of
from evaltracker.evaluations.policy import lock
from evaltracker.kit.text import Inputs
from evaltracker.notices.services.scheduling import owe_now
from trials.models import RunToken, Trial
from trials.policy import check_running, check_trial, today_in
from trials.run_notices import RunTokenLeaked
from trials.services.trials import locked_trial, open_trial, record
from vendors.policy import check_judges
from vendors.secrets import new_token
from vendors.wall import digest_of

# One for each program that measures, and one to change over.
MOST_LIVE = 5


def check_make_run_token(trial: Trial, by: By) -> None:
    """Whoever runs an agreed trial makes one, until its last day.

    Raises:
        Forbidden: neither lead nor owner, or a conflict of interest.
        Refused: not agreed, over, closed, or there are enough.

    """
    check_trial(trial, by)
    check_judges(trial.candidate.evaluation, by)
    check_running(trial.candidate)
    if trial.agreed_at is None:
        raise Refused("Runs are measured against what was agreed; agree first.")
    if today_in(trial.zone) > trial.ends_on:
        raise Refused("The last day of this trial is over; move its end first.")
    if trial.run_tokens.filter(revoked_at=None, version=trial.version).count() >= (
        MOST_LIVE
    ):
        raise Refused(
            f"This trial has {MOST_LIVE} run tokens; revoke one before you make "
            "another."
        )


def check_revoke_run_token(token: RunToken, by: By) -> None:
    """Whoever runs the trial revokes one that has not been revoked."""
    check_trial(token.trial, by)
    if token.revoked_at:
        raise Refused("This run token is revoked already.")


@transaction.atomic
def make_run_token(*, trial: Trial, by: By, label: str = "") -> tuple[RunToken, str]:
    """A token and its secret text, which is shown this once and never kept.

    Raises:
        Forbidden: neither lead nor owner, or a conflict of interest.
        Refused: not agreed, over, closed, or there are enough.

    """
    trial, _ = open_trial(trial, by, check_make_run_token)
    inputs = Inputs()
    name = inputs.line("label", label, limit=80, blank=True)
    inputs.check()
    user = actor_of(by).user
    if user is None:
        raise Forbidden("A person makes a run token.")
    prefix, secret = new_token("evr")
    token = RunToken.objects.create(
        trial=trial,
        label=name,
        prefix=prefix,
        digest=digest_of(secret),
        version=trial.version,
        made_by=user,
    )
    after = {"prefix": prefix, "label": name, "version": trial.version}
    record(trial, "run_token.made", by, after=after)
    return token, secret


@transaction.atomic
def revoke_run_token(*, token: RunToken, by: By) -> RunToken:
    """End a token; the next call with it is refused.

    Raises:
        Forbidden: neither lead nor owner. Refused: it is revoked already.

    """
    token = _locked(token)
    check_revoke_run_token(token, by)
    _end(token, by, "")
    return token


@transaction.atomic
def end_leaked_token(*, token: RunToken) -> None:
    """End a token that stood in an address; who runs the trial is told."""
    token = _locked(token)
    if token.revoked_at:
        return
    token.leaked_at = timezone.now()
    _end(token, SYSTEM, "It was sent in a URL, which logs keep.")
    trial = token.trial
    for person in {trial.lead, token.made_by}:
        owe_now(
            kind=RunTokenLeaked.name,
            evaluation=trial.candidate.evaluation,
            subject_id=token.pk,
            occurrence="",
            recipient=person,
        )


def actor_by_run_token(token: RunToken) -> Actor:
    """Who acts when a run token is used."""
    return Actor(name=f"Run token {token.prefix}")


def note_use(token: RunToken, now: datetime.datetime) -> None:
    """Remember when it was last used."""
    RunToken.objects.filter(pk=token.pk).update(last_used_at=now)


def _locked(token: RunToken) -> RunToken:
    """The token as it is now, its trial locked."""
    evaluation = lock(token.trial.candidate.evaluation)
    fresh: RunToken = RunToken.objects.select_related("made_by").get(pk=token.pk)
    fresh.trial = locked_trial(token.trial, evaluation)
    return fresh


def _end(token: RunToken, by: By, reason: str) -> None:
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at", "leaked_at"])
    after = {"prefix": token.prefix, "label": token.label}
    record(token.trial, "run_token.revoked", by, after=after, reason=reason)
