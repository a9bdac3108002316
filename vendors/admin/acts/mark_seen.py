"""The act *Mark as seen*: moves the reader's own mark in what vendors sent."""

import datetime
import uuid
from typing import Any

from django import forms

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from vendors.selectors.sent import sent_by_vendors
from vendors.services.last_seen import mark_seen


class MomentsField(forms.Field):
    """For each candidate, the moment of the newest thing that the page showed."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> dict[uuid.UUID, datetime.datetime]:
        """From “<id> <moment>”, as the page wrote it."""
        super().clean(value)
        found = {}
        for pair in value:
            key, _, moment = str(pair).partition(" ")
            try:
                found[uuid.UUID(key)] = datetime.datetime.fromisoformat(moment)
            except ValueError as error:
                raise forms.ValidationError("Load the page again.") from error
            if found[uuid.UUID(key)].tzinfo is None:
                raise forms.ValidationError("Load the page again.")
        return found


class SeenForm(forms.Form):
    """What was on the page."""

    until = MomentsField(error_messages={"required": "There is nothing to mark."})


@register_act
class MarkSeen(OnEvaluation):
    """Remembers up to when the reader has seen what came."""

    name = "mark-seen"
    title = "Mark as seen"
    verb = "Mark as seen"
    help = (
        "For you alone: what vendors send later is new to you, and is shown beside the "
        "words that you have seen. Nobody else sees your mark."
    )
    success = "Marked as seen."
    form_class = SeenForm
    tab = "sent"
    service = mark_seen

    def allowed(self, user: User, target: Any) -> bool:
        """Whoever may read it."""
        return True

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """Everything that is there now."""
        parties = sent_by_vendors(user, target)
        return {
            "until": [
                f"{party.candidate.pk} {party.newest.isoformat()}"
                for party in parties
                if party.newest
            ]
        }
