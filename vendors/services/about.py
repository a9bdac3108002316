"""What vendors read first: people, timetable and files of a purchase."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid
from evaltracker.evaluations import journal, policy
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.journal import SYSTEM, By, actor_of
from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.requirements import require_known
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.text import CallFields, listed
from vendors import notices
from vendors.models import AboutRevision
from vendors.selectors.dialogue import (
    ABOUT,
    day_and_words,
    named_candidates,
    person_of,
    proposed_about,
    released_about,
)
from vendors.services.contacts import invited_candidates, schedule_for_contacts, yes_to

# What this is about. Lines of each, and signs of a line.
LINES = {"people": (3, 300), "timetable": (12, 150), "files": (10, 64)}


check_write_about = check_release_about = policy.check_owned


@transaction.atomic
def write_about(*, evaluation: Evaluation, by: By, **values: Any) -> AboutRevision:
    """Keep a draft, which no vendor reads; what is not said stays as it is proposed."""
    evaluation = policy.lock(evaluation)
    check_write_about(evaluation, by)
    return _tell_about(_drafted(evaluation, values), "about.drafted", by)


@transaction.atomic
def release_about(
    *, evaluation: Evaluation, by: By, shared: Collection[str] = (), **values: Any
) -> AboutRevision:
    """Show vendors the draft, with `values` in it, and mail those who are invited what
    has changed. `shared` is the owner's yes to names of candidates that stand in it."""
    evaluation = policy.lock(evaluation)
    check_release_about(evaluation, by)
    known = named_candidates(released_about(evaluation))
    about = _drafted(evaluation, values)
    if not about.purpose:
        raise Invalid("Say what it is for before vendors read it.", field="purpose")
    if about.people:
        first = person_of(about.people[0])
    else:
        first = {}
    if not (first.get("email") or first.get("phone")):
        sentence = "Begin with yourself, and an e-mail address or a telephone number."
        raise Invalid(sentence, field="people")
    if names := [name for name in named_candidates(about) if name not in known]:
        sentence = (
            f"It names {listed(names)}, and all invited vendors read it. If that is "
            "intended, confirm it in the form."
        )
        if yes_to(sentence) not in shared:
            raise Invalid(sentence, field="shared")
        details: Any = {"action": "about.named_candidate", "after": {"names": names}}
        journal.record(evaluation=evaluation, subject=evaluation, by=by, **details)
    about.released_at = timezone.now()
    about.released_by = actor_of(by).user
    schedule_for_contacts(
        kind=notices.AboutChanged.name,
        candidates=invited_candidates(evaluation),
        at=database_now(),
        subject=about,
    )
    return _tell_about(about, "about.released", by)


def _drafted(evaluation: Evaluation, values: Mapping[str, Any]) -> AboutRevision:
    """The draft with these values, not saved."""
    require_known(values, ABOUT)
    contents = {**proposed_about(evaluation), **values}
    inputs = CallFields()
    about = evaluation.about_revisions.last()
    if about is None or about.released_at:
        number = about.revision + 1 if about else 1
        about = AboutRevision(evaluation=evaluation, revision=number)
    for name in ("purpose", "judged"):
        setattr(about, name, inputs.text(name, contents[name], blank=True))
    for name, (most, limit) in LINES.items():
        setattr(about, name, inputs.lines(name, contents[name], most=most, limit=limit))
    about.timetable.sort()
    for line in about.timetable:
        try:
            day_and_words(line)
        except ValueError:
            sentence = f"Begin “{line}” with its day, such as 2040-05-31 Demos."
            inputs.refuse("timetable", sentence)
    inputs.check()
    return about


def _tell_about(about: AboutRevision, action: str, by: By) -> AboutRevision:
    policy.checked(about)
    about.save()
    after = journal.snapshot(about, ("revision", *ABOUT))
    journal.record(about.evaluation, action, about.evaluation, by, after=after)
    return about


@transaction.atomic
def name_owners() -> None:
    """A chore: show who asks where vendors were invited before this was released."""
    released = AboutRevision.objects.filter(released_at__isnull=False)
    rows = Evaluation.objects.filter(candidates__invited_at__isnull=False)
    rows = rows.filter(status=Status.OPEN).exclude(pk__in=released.values("evaluation"))
    for evaluation in rows.distinct().order_by("pk"):
        people = proposed_about(policy.lock(evaluation))["people"]
        about = AboutRevision(evaluation=evaluation, revision=0, people=people)
        about.released_at = timezone.now()
        _tell_about(about, "about.owner_named", SYSTEM)
