"""Putting options up, shortlisting, dropping, bringing back."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django import forms

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from evaltracker.pages.fields import NamedChoice, reason_field
from vendors.admin.acts.base import OnCandidate
from vendors.choices import CandidateKind, CandidateState
from vendors.columns import COLUMNS
from vendors.models import Vendor
from vendors.services.candidates import (
    add_candidate,
    change_candidate,
    check_add_candidate,
    check_move,
    eliminate,
    reinstate,
    shortlist,
)
from vendors.services.companies import add_vendor


class ChangeForm(forms.Form):
    """A candidate's words, its vendor and its value."""

    name = forms.CharField(
        label="Name", help_text="What people call it; it is printed in the memo."
    )
    vendor = NamedChoice(
        Vendor.objects.none(),
        label="Vendor",
        required=False,
        empty_label="Nobody yet",
        help_text="Who answers for it. Nobody for build and stay as is.",
    )
    new_vendor = forms.CharField(
        label="Or a new vendor",
        required=False,
        max_length=150,
        help_text="The company's name, if it is not in the list.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["vendor"]
        choice.queryset = Vendor.objects.visible_to(user)

    def clean(self) -> dict[str, Any]:
        """One vendor at most."""
        data = super().clean() or {}
        if data.get("vendor") and data.get("new_vendor"):
            self.add_error("new_vendor", "Choose one in the list, or name a new one.")
        return data


ChangeForm.base_fields.update({column.name: column.form_field() for column in COLUMNS})


class CandidateForm(ChangeForm):
    """A new candidate; its kind stays."""

    kind = forms.ChoiceField(label="How the need is met", choices=CandidateKind.choices)

    field_order = ("name", "kind")


def vendor_from(data: Mapping[str, Any], by: User) -> dict[str, Any]:
    """The fields of a candidate, with its new vendor made."""
    values = dict(data)
    name = values.pop("new_vendor", "")
    if name:
        values["vendor"] = add_vendor(name=name, by=by)
    return values


@register_act
class AddCandidate(OnEvaluation):
    """Puts an option on the long list."""

    tab = "candidates"
    name = "add-candidate"
    title = "Add a candidate"
    verb = "Add"
    again_verb = "Add and start another"
    rule = check_add_candidate
    help = "Something to buy, open source, to build, or staying as is: on equal terms."
    success = "The candidate is on the long list."
    form_class = CandidateForm
    prefill = ("kind",)

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """Vendors that the reader may see."""
        return {"user": user}

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> str:
        """Add it and go to its line."""
        candidate = add_candidate(evaluation=target, by=by, **vendor_from(data, by))
        return self.page(target, f"candidate-{candidate.pk}")


@register_act
class ChangeCandidate(OnCandidate):
    """Changes a candidate's words, its vendor or its value."""

    name = "change-candidate"
    title = "Change candidate"
    verb = "Save"
    success = "Saved."
    form_class = ChangeForm

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """Vendors that the reader may see."""
        return {"user": user}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {
            field: getattr(target, field)
            for field in ChangeForm.base_fields
            if field != "new_vendor"
        }

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> None:
        change_candidate(candidate=target, by=by, **vendor_from(data, by))


@register_act
class Shortlist(OnCandidate):
    """Takes a candidate into the closer choice."""

    name = "shortlist"
    title = "Shortlist"
    verb = "Shortlist"
    help = (
        "Shortlisted candidates have to answer every must-have, are shown in a demo "
        "and go through a trial."
    )
    success = "It is shortlisted."
    service = shortlist
    rule = partial(check_move, state=CandidateState.SHORTLISTED)


class ReasonForm(forms.Form):
    reason = reason_field(help_text="Everybody in the evaluation reads it.")


@register_act
class Eliminate(OnCandidate):
    """Drops a candidate for a reason."""

    name = "eliminate"
    title = "Eliminate"
    verb = "Eliminate"
    help = (
        "It is out of the choice; nothing of it is deleted, and it can be brought back."
    )
    success = "It is eliminated; the reason stays readable."
    form_class = ReasonForm
    dangerous = True
    service = eliminate
    rule = partial(check_move, state=CandidateState.ELIMINATED)


@register_act
class Reinstate(OnCandidate):
    """Brings an eliminated candidate back."""

    name = "reinstate"
    title = "Reinstate"
    verb = "Bring back"
    help = "It goes back to the long list."
    success = "It is back on the long list."
    form_class = ReasonForm
    service = reinstate
    rule = partial(check_move, state=CandidateState.LONGLISTED)
