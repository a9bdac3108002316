"""The buyer's notes of what candidates are said to do, and the owner's rulings."""

import datetime
import uuid
from typing import Any

from django import forms
from django.urls import reverse

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import address_of, register_act
from evaltracker.pages.fields import (
    LinesField,
    day_field,
    link_field,
    long_text,
    reason_field,
    without_blank,
)
from evaltracker.pages.workspace import OnEvaluation
from vendors.admin.base import AboutCandidate, OnPlace, Place
from vendors.answers import NumberField
from vendors.candidates import ForValuesForm
from vendors.choices import Availability
from vendors.holds_for_fields import HoldsForField, OwnAnswersField, joined, parted
from vendors.models import Ruling
from vendors.policy import ANSWERED_BY_BUYER
from vendors.selectors.access import sent_by_vendors
from vendors.selectors.candidates import lists_of
from vendors.selectors.rivals import demanded_of
from vendors.selectors.vendor_answers import answering_of
from vendors.services.claims import (
    check_note_claim,
    check_withdraw_note,
    current_claim,
    note_claim,
    revoke_ruling,
    rule_not_applicable,
    withdraw_claim,
)
from vendors.services.mailed_sheets import (
    WORDS,
    answer_requirement,
    check_answer_requirement,
)
from vendors.services.tokens import mark_seen

NEVER_CHOSEN = (Availability.PARTIAL, Availability.WITHDRAWN)
ANSWER = ("availability", "available_from", "holds_for", "own_answers")


class NoteForm(forms.Form):
    """What a candidate is said to do."""

    availability = forms.ChoiceField(
        label="Availability",
        choices=without_blank(Availability.choices, *NEVER_CHOSEN),
    )
    available_from = day_field(
        "Available from", required=False, help_text="For planned, beta or on request."
    )
    environments = LinesField(label="Environments", help_text="One a line.")
    number = NumberField(
        label="Number", required=False, help_text="What is claimed, such as 12 ms."
    )
    statement = forms.CharField(label="Statement", widget=long_text(5))
    evidence_url = link_field("Evidence link")

    def __init__(self, *args: Any, place: Place, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        candidate = place.candidate
        if place.requirement.measure:
            asked = place.requirement.measure_words
            self.fields["number"].help_text += f" Asked is {asked}."
        else:
            del self.fields["number"]
        if candidate.kind not in ANSWERED_BY_BUYER:
            # A status is the vendor's to give.
            del self.fields["availability"]
            del self.fields["available_from"]
        if lists := lists_of(candidate.evaluation):
            self.fields["holds_for"] = HoldsForField(
                lists=lists,
                label="Holds for",
                required=False,
                help_text="What you leave out is not answered. None ticked: a never is "
                "never for every value.",
            )
            if "availability" in self.fields:
                self.fields["own_answers"] = OwnAnswersField(
                    label="Values with another answer",
                    required=False,
                    help_text="As in “Runs on: AWS = never; Languages: R = planned "
                    "2027-03-31”.",
                )
            self.order_fields(ANSWER)

    def clean(self) -> dict[str, Any]:
        """The values that share the answer above and those that have their own."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        own_answers = data.pop("own_answers", [])
        if "availability" in data and "holds_for" in data:
            data["holds_for"] = joined(data["holds_for"], own_answers, data)
        return data


@register_act
class NoteClaim(OnPlace):
    """Notes what a candidate is said to do."""

    name = "note-claim"
    title = "Note a claim"
    verb = "Save the note"
    help = (
        "What you read or heard. What is bought stays “not stated” until its vendor "
        "says more; for build, open source and stay as is you answer yourself."
    )
    success = "The note is saved as a revision."
    form_class = NoteForm
    template = "vendors/place.html"
    service = note_claim
    rule = check_note_claim

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """What may be said hangs on the kind, and on whether a number is asked."""
        return {"place": target}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        claim = current_claim(target.candidate, target.requirement)
        if claim is None or claim.availability == Availability.WITHDRAWN:
            return {"availability": Availability.UNSTATED}
        words = {field: getattr(claim, field) for field in WORDS}
        said = claim.holds_for and claim.holds_for["said"]
        held, own_answers = parted(said, words)
        number = claim.number_words
        return {
            **words,
            "number": number,
            "holds_for": held,
            "own_answers": own_answers,
        }


@register_act
class AnswerRequirement(NoteClaim):
    """Answers for a candidate that the buyer answers for, one requirement after the
    other."""

    tab = "candidates"
    name = "answer-requirement"
    title = "Answer"
    verb = "Save"
    help = (
        "You answer for this candidate, since nobody outside does. Must-haves come "
        "first; what you save leads to the next that waits."
    )
    success = "The answer is saved."
    template = "vendors/answering.html"
    service = answer_requirement
    rule = check_answer_requirement

    def context(self, target: Place, user: User) -> dict[str, Any]:
        """How far it is, and what would come after this one."""
        found = answering_of(target.candidate)
        following = found.after(target.requirement.pk)
        return {
            **super().context(target, user),
            "answering": found,
            "following": following and Place(target.candidate, following),
        }

    def cancel_url(self, target: Place) -> str:
        """The candidate's page, at the requirement."""
        page = reverse("admin:candidate", args=[target.candidate.pk])
        return f"{page}#requirement-{target.requirement.pk}"

    def destination(self, target: Place, made: Any) -> str:
        """The next that waits, else the candidate."""
        following = answering_of(target.candidate).after(target.requirement.pk)
        if following is None:
            return self.cancel_url(target)
        return address_of(self.name, Place(target.candidate, following))


@register_act
class WithdrawNote(OnPlace):
    """Takes a note back."""

    name = "withdraw-note"
    title = "Withdraw the note"
    verb = "Withdraw"
    help = "A revision that says “withdrawn”; history stays."
    success = "The note is withdrawn."
    template = "vendors/place.html"
    service = withdraw_claim
    rule = check_withdraw_note


class RulingForm(forms.Form):
    reason = reason_field(help_text="Everybody in the evaluation reads it.")


class RuleOutForm(ForValuesForm):
    """Why, and for which values."""

    reason = reason_field(help_text="Everybody in the evaluation reads it.")


@register_act
class RuleNotApplicable(OnPlace):
    """Rules that a requirement does not apply to a candidate."""

    name = "rule-not-applicable"
    title = "Rule not applicable"
    verb = "Rule not applicable"
    help = "It leaves the count for this candidate: neither earned nor missed."
    success = "It does not count for this candidate any more."
    form_class = RuleOutForm
    template = "vendors/place.html"
    service = rule_not_applicable

    def form_kwargs(self, target: Place, user: User) -> dict[str, Any]:
        """The values that are demanded."""
        return {"lists": demanded_of(target.requirement)}


@register_act
class RevokeRuling(AboutCandidate[Ruling]):
    """Takes a ruling back."""

    name = "revoke-ruling"
    title = "Apply it after all"
    verb = "Let it apply"
    success = "It counts again."
    model = Ruling
    target_name = "ruling"
    service = revoke_ruling
    related = ("candidate__evaluation__owner", "requirement")
    form_class = RulingForm
    tab = "matrix"

    def heading(self, target: Any) -> str:
        return f"{self.title}: {target.candidate}, {target.requirement}"


# The act *Mark as seen*: moves the reader's own mark in what vendors sent.


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
