"""Asking people to sign when it is their turn, and telling them what reopened.

Whatever opens or closes a gate is written on five floors, by services that know
nothing of gates. So no change writes these notices itself: a chore looks at every
evaluation that moved since it was last looked at, and owes what is owed by the facts.
The rows are unique, so to look twice owes nothing twice, and nothing that moved is
forgotten: the journal's head counts every change.
"""

import datetime
from collections.abc import Iterable

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from evaltracker.evaluations.choices import Stage, Status, VisitEnd
from evaltracker.evaluations.models import Entry, Evaluation, Notice, User, Visit
from evaltracker.kit.database_away import database_is_away
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.workflow.gates import Look
from evaltracker.workflow.gates.demos import scores_locked
from evaltracker.workflow.gates.signers import DIGEST_KEPT, Asked, required_signers
from evaltracker.workflow.inbox.steps import stand_of
from evaltracker.workflow.models import Outlook
from evaltracker.workflow.notices import (
    SignOffEscalated,
    SignOffReopened,
    SignOffRequested,
    SignOffWaiting,
)
from evaltracker.workflow.services.score_requests import owe_scores
from stakeholders.models import SignOff
from trials.selectors.versions import versions_of
from vendors.models import PriceOpening
from vendors.services.opening import (
    ESCALATED_FROM,
    WAITING_EVERY,
    owe_second_people,
    times_since,
)

# Whoever edits ten requirements asks once, not ten times: people are asked when the
# words have stood still for so long.
QUIET = datetime.timedelta(minutes=10)
# Even if nothing was written: a day passes, a login is stopped, a substitute begins.
LOOK_AGAIN = datetime.timedelta(hours=1)
# Entries that change no words that anybody signs.
WORDLESS = Q(action__startswith="sign_off.") | Q(action__startswith="notice.")

logger = structlog.get_logger(__name__)


def look_at_what_moved() -> None:
    """A chore: look closely at each evaluation that moved, and ask who is to be asked.

    One that cannot be looked at is told in the log and holds up no other.
    """
    for evaluation in [*moved(), *counted_otherwise()]:
        try:
            with transaction.atomic():
                look_closely(evaluation)
        except Exception as error:
            if database_is_away(error):
                raise
            logger.exception("look_failed", evaluation=str(evaluation.pk))


def moved() -> QuerySet[Evaluation]:
    """Open evaluations in which something was written since, or that are due a look."""
    count = F("journal_head__count")
    found: QuerySet[Evaluation] = Evaluation.objects.filter(
        Q(outlook__isnull=True)
        | ~Q(outlook__entries=count)
        | ~Q(outlook__asked_entries=count)
        | Q(outlook__looked_at__lt=timezone.now() - LOOK_AGAIN)
        | Q(outlook__valid_until__lte=timezone.now()),
        status=Status.OPEN,
    )
    return found.select_related("owner", "journal_head")


def counted_otherwise() -> Iterable[Evaluation]:
    """Open evaluations in which nothing was written, and something else that counts is
    not as it was: a person's name or login, or the code that counts."""
    rows = Outlook.objects.filter(evaluation__status=Status.OPEN)
    kept = dict(
        rows.exclude(evaluation__in=moved()).values_list("evaluation", "version")
    )
    now = versions_of(kept)
    found = Evaluation.objects.filter(
        pk__in=[key for key, version in kept.items() if version != now[key].digest]
    )
    return found.select_related("owner", "journal_head")


def look_closely(evaluation: Evaluation) -> Outlook:
    """Keep how it stands now, and owe what is owed once its words stand still.

    The count of entries and the version were read before the facts: what is written
    meanwhile makes it move once more.
    """
    entries = evaluation.journal_head.count
    version = versions_of([evaluation.pk])[evaluation.pk]
    look = Look(evaluation)
    stand = stand_of(look)
    still = stands_still(evaluation)
    if still and look.has_rules:
        owe(look, is_turn=stand.is_signed_now)
    if still and stand.gate == scores_locked.__name__:
        owe_scores(look)
    opening = PriceOpening.objects.awaited().filter(evaluation=evaluation).first()
    if opening is not None:  # who may confirm by now may not have been there
        owe_second_people(opening)
    seen = {
        "entries": entries,
        "looked_at": timezone.now(),
        "version": version.digest,
        "valid_until": version.valid_until,
        "due_on": stand.due,
        "digest": stand.digest,
        "is_signed_now": stand.is_signed_now,
        "what": stand.step.what,
        "why": stand.step.why,
        "link": stand.step.link,
        "verb": stand.step.verb,
    }
    if still:
        seen["asked_entries"] = entries
    outlook, _ = Outlook.objects.update_or_create(evaluation=evaluation, defaults=seen)
    return outlook


def stands_still(evaluation: Evaluation) -> bool:
    """Whether nothing that can change words was written lately."""
    lately = Entry.objects.filter(
        evaluation=evaluation, at__gt=timezone.now() - QUIET
    ).exclude(WORDLESS)
    return not lately.exists()


def owe(look: Look, *, is_turn: bool) -> None:
    """Owe each mail that the facts call for; what is owed already stays as it is."""
    told: set[User] = set()
    if is_turn:
        for signer in required_signers(look):
            for user in signer.people:
                ask(signer, user)
                told.add(user)
    for occurrence, signed in reopened(look):
        if signed.person in told or signed.person_id == look.evaluation.owner_id:
            continue
        owe_now(
            evaluation=look.evaluation,
            kind=SignOffReopened.name,
            subject_id=look.visit.pk,
            occurrence=occurrence,
            recipient=signed.person,
        )


def ask(signer: Asked, user: User) -> None:
    """Ask once; remind every three days; tell the owner from the second time on."""
    evaluation = signer.look.evaluation
    about = {"subject_id": signer.rule.pk, "occurrence": signer.occurrence}
    owe_now(evaluation=evaluation, kind=SignOffRequested.name, recipient=user, **about)
    request = Notice.objects.get(
        kind=SignOffRequested.name,
        recipient=user,
        **about | {"subject_id": str(signer.rule.pk)},
    )
    times = times_since(request.due_at)
    if times < 1:
        return
    days = -times * WAITING_EVERY.days
    owe_now(
        evaluation=evaluation,
        kind=SignOffWaiting.name,
        recipient=user,
        offset_days=days,
        **about,
    )
    if times >= ESCALATED_FROM:
        owe_now(
            evaluation=evaluation,
            kind=SignOffEscalated.name,
            recipient=evaluation.owner,
            offset_days=days,
            **about,
        )


def reopened(look: Look) -> list[tuple[str, SignOff]]:
    """Signatures that no longer count on this stay, each with what reopened it."""
    visit = look.visit
    found = [
        (f"words.{sign_off.document.sha256[:DIGEST_KEPT]}", sign_off)
        for rule in look.tallies
        for sign_off in rule.outdated
    ]
    earlier = SignOff.objects.filter(visit=visit, round__lt=visit.round)
    found += [
        (f"round.{visit.round}", sign_off)
        for sign_off in earlier.select_related("person")
    ]
    before = Visit.objects.filter(
        evaluation=look.evaluation, number=visit.number - 1, ended=VisitEnd.SENT_BACK
    )
    if before.exists():
        later = [
            stage for stage in Stage if stage.position >= Stage(visit.stage).position
        ]
        undone = SignOff.objects.filter(
            visit__evaluation=look.evaluation,
            visit__number__lt=visit.number,
            visit__stage__in=later,
        )
        found += [
            (f"back.{visit.number}", sign_off)
            for sign_off in undone.select_related("person")
        ]
    return found
