"""What vendors' programs are told of: entries that concern their invitation."""

import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from evaltracker.evaluations.models import ChoreDone, Entry
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.processes import create_all, register_chore
from trials.models import Trial
from trials.selectors.trials import agreed_gaps
from vendors.choices import EVENT_OF
from vendors.models import Candidate, Ruling, VendorEvent
from vendors.selectors.candidates import ACTIVE, asked_requirements

NAME = "tell vendors' programs of events"
# How long an entry may wait for the end of its transaction.
MARGIN = datetime.timedelta(hours=1)
A_MOMENT = datetime.timedelta(microseconds=1)
# Not weights, nor what is noted for those who score.
SHOWN = ~Q(action="requirement.changed") | Q(after__has_key="revision")


def copy_events() -> None:
    """A chore: copy each once to where vendors read."""
    same = {
        "number": OuterRef("number"),
        "candidate__evaluation": OuterRef("evaluation"),
    }
    copied = Exists(VendorEvent.objects.filter(**same))
    new = Entry.objects.filter(SHOWN, ~copied, action__in=EVENT_OF)
    if done := ChoreDone.objects.filter(name=NAME).first():
        new = new.filter(at__gt=done.done_at - MARGIN)
    invited = Candidate.objects.filter(evaluation__in=new.values("evaluation"))
    now = database_now()
    events = list[VendorEvent]()
    for candidate in invited.filter(invited_at__isnull=False):
        names = names_of(candidate)
        entries = new.filter(at__gte=candidate.invited_at)
        for entry in entries.filter(evaluation=candidate.evaluation_id):
            key = UUID(entry.subject_id)
            name = EVENT_OF[entry.action]
            if entry.after.get("new") == {}:  # a file without new ones
                name = "requirement.changed"
            if key in names:
                event = VendorEvent(candidate=candidate, number=entry.number)
                event.type = name
                event.at = entry.at
                if names[key]:
                    kind = name.partition(".")[0]
                    event.subject = {"kind": kind, "id": str(names[key])}
                event.placed_at = now + len(events) * A_MOMENT
                events.append(event)
    create_all(events)


def names_of(candidate: Candidate) -> dict[UUID, Any]:
    """Of what its vendor hears, as its calls name it, None of what they do not; out of
    the choice, it hears of what is its own alone."""
    trials = Trial.objects.filter(candidate=candidate, agreed_at__isnull=False)
    names: dict[UUID, Any] = dict.fromkeys(
        [candidate.pk, *(trial.pk for trial in trials)]
    )
    names |= agreed_gaps(candidate).values_list("pk", "pk")
    if candidate.state in ACTIVE:
        evaluation = candidate.evaluation
        out = Ruling.objects.whole().filter(candidate=candidate).values("requirement")
        names[evaluation.pk] = None
        names |= (
            asked_requirements(evaluation).exclude(pk__in=out).values_list("pk", "ref")
        )
        names |= evaluation.questions.values_list("pk", "pk")
    return names


register_chore(name=NAME, every=datetime.timedelta(seconds=20), work=copy_events)
