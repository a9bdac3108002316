"""Adding, changing and moving candidates, their companies and contacts."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.db.models import Prefetch, QuerySet
from django.http import QueryDict
from django.urls import reverse

from evaltracker.errors import Refused, why_not
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import check_owned, is_owner
from evaltracker.pages.acts import Act, register_act
from evaltracker.pages.fields import LinesField, NamedChoice, ReasonForm, link_field
from evaltracker.pages.grid import Column, Grid, OwnAnswers, Saves, register_grid
from evaltracker.pages.workspace import OnEvaluation
from vendors.admin.base import OnCandidate, OpenReasonForm, SharedForm
from vendors.candidates import COLUMNS
from vendors.choices import CandidateKind, CandidateState
from vendors.models import Candidate, Contact, Vendor
from vendors.policy import has_to_declare, may_keep_vendors
from vendors.services.candidates import (
    add_candidate,
    change_candidate,
    check_add_candidate,
    check_move,
    eliminate,
    reinstate,
    shortlist,
)
from vendors.services.contacts import (
    add_contact,
    add_vendor,
    change_contact,
    change_vendor,
    note_contact,
    remove_contact,
)


class ChangeForm(forms.Form):
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
        data = super().clean() or {}
        if data.get("vendor") and data.get("new_vendor"):
            self.add_error("new_vendor", "Choose one in the list, or name a new one.")
        return data


ChangeForm.base_fields.update({column.name: column.form_field() for column in COLUMNS})


class CandidateForm(ChangeForm):
    kind = forms.ChoiceField(label="How the need is met", choices=CandidateKind.choices)

    field_order = ("name", "kind")


def vendor_from(data: Mapping[str, Any], by: User) -> dict[str, Any]:
    values = dict(data)
    name = values.pop("new_vendor", "")
    if name:
        values["vendor"] = add_vendor(name=name, by=by)
    return values


@register_act
class AddCandidate(OnEvaluation):
    tab = "candidates"
    title = "Add a candidate"
    verb = "Add"
    again_verb = "Add and start another"
    rule = check_add_candidate
    help = "Something to buy, open source, to build, or staying as is: on equal terms."
    success = "The candidate is on the long list."
    form_class = CandidateForm
    prefill = ("kind",)

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"user": user}

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> str:
        candidate = add_candidate(evaluation=target, by=by, **vendor_from(data, by))
        return self.page(target, f"candidate-{candidate.pk}")


@register_act
class ChangeCandidate(OnCandidate):
    title = "Change candidate"
    verb = "Save"
    success = "Saved."
    form_class = ChangeForm

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
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
    title = "Shortlist"
    verb = "Shortlist"
    help = (
        "Shortlisted candidates have to answer every must-have, are shown in a demo "
        "and go through a trial."
    )
    success = "It is shortlisted."
    service = shortlist
    rule = partial(check_move, state=CandidateState.SHORTLISTED)


@register_act
class Eliminate(OnCandidate):
    title = "Eliminate"
    verb = "Eliminate"
    help = (
        "It is out of the choice; nothing of it is deleted, and it can be brought back."
    )
    success = "It is eliminated; the reason stays readable."
    form_class = OpenReasonForm
    dangerous = True
    service = eliminate
    rule = partial(check_move, state=CandidateState.ELIMINATED)


@register_act
class Reinstate(OnCandidate):
    title = "Reinstate"
    verb = "Bring back"
    help = "It goes back to the long list."
    success = "It is back on the long list."
    form_class = OpenReasonForm
    service = reinstate
    rule = partial(check_move, state=CandidateState.LONGLISTED)


class VendorForm(forms.Form):
    name = forms.CharField(label="Name")
    website = link_field("Website")
    aliases = LinesField(label="Other names", help_text="One a line.")


class KeepingVendors(Act[Any]):
    target_name = "vendor"

    def allowed(self, user: User, target: Any) -> bool:
        return may_keep_vendors(user)

    def cancel_url(self, target: Any) -> str:
        return reverse("admin:vendors_vendor_changelist")


@register_act
class AddVendor(KeepingVendors):
    title = "Add a vendor"
    verb = "Add"
    again_verb = "Add and start another"
    help = "It belongs to no evaluation until it is a candidate's vendor there."
    success = "The vendor is in the list."
    form_class = VendorForm
    target_name = ""
    service = add_vendor


@register_act
class ChangeVendor(KeepingVendors):
    title = "Change vendor"
    verb = "Save"
    success = "Saved."
    model = Vendor
    service = change_vendor
    form_class = VendorForm

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {name: getattr(target, name) for name in VendorForm.base_fields}


class ContactForm(SharedForm):
    name = forms.CharField(label="Name")
    email = forms.EmailField(label="E-mail address")
    phone = forms.CharField(label="Telephone", required=False)


@register_act
class AddContact(KeepingVendors):
    title = "Add a contact"
    verb = "Add"
    again_verb = "Add and start another"
    help = "Gets the mails that are meant for this vendor."
    success = "The contact is added."
    model = Vendor
    service = add_contact
    form_class = ContactForm


@register_act
class ChangeContact(KeepingVendors):
    model = Contact
    target_name = "contact"
    title = "Change contact"
    verb = "Save"
    help = "Mails still due to the old address are not sent; send them again."
    success = "Saved."
    form_class = ContactForm
    service = change_contact

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {name: getattr(target, name) for name in ("name", "email", "phone")}


@register_act
class RemoveContact(KeepingVendors):
    model = Contact
    target_name = "contact"
    title = "Remove contact"
    verb = "Remove"
    help = "They get no more mail, not even mail that is already due."
    success = "The contact is removed."
    form_class = ReasonForm
    dangerous = True
    service = remove_contact


SAVES = Saves(change_candidate, "candidate")


def everybody_known(candidate: Candidate) -> dict[str, Any]:
    """The form of an invitation, to all contacts that the vendor named."""
    contacts = Contact.objects.current().filter(vendor=candidate.vendor_id)
    told = [str(key) for key in contacts.values_list("pk", flat=True)]
    if not told:
        raise Refused(
            f"{candidate.vendor} has no contact yet. Invite {candidate.name} from its "
            "own line, where you can name one."
        )
    return {"contacts": told}


def first_contact(candidate: Candidate) -> str:
    """The first by name at its vendor, “Name <address>”; blank if none is known."""
    known = list(candidate.vendor.contacts.all()) if candidate.vendor else []
    return f"{known[0].name} <{known[0].email}>" if known else ""


@register_grid
class CandidatesGrid(Grid[Evaluation, Candidate]):
    name = "candidates"
    title = "Candidates"
    related = ("owner",)
    anchor = "change"
    noun = "candidate"
    first_column = "name"
    own_answers: ClassVar[Mapping[str, OwnAnswers]] = {
        "invite": OwnAnswers(
            everybody_known,
            "Each vendor may then read the requirements, and all contacts that we know "
            "of it get a mail. No vendor learns of another.",
        )
    }

    def columns(self, subject: Evaluation, user: User) -> Sequence[Column]:
        """As in the form of a candidate; its kind stays, and acts change its state."""
        closed = str(why_not(check_owned, subject, user) or "")
        fields = CandidateForm(user=user).fields

        def made(name: str, label: str, **more: Any) -> Column:
            return Column(name, label, fields[name], SAVES, closed=closed, **more)

        return (
            made("name", "Name", width=16),
            Column("kind", "Kind", fields["kind"], width=10),
            made(
                "vendor",
                "Vendor",
                named=lambda row: str(row.vendor or ""),
                aside=lambda row: "invited" if row.invited_at else "",
                width=14,
            ),
            Column(
                *("state", "State"),
                read=lambda row: row.get_state_display(),
                aside=lambda row: row.state_reason,
                width=14,
            ),
            *self.contact(subject, user, closed),
            made("summary", "Summary", width=18),
            made("website", "Website", width=12),
            made(
                "aliases",
                "Other names",
                read=lambda row: "\n".join(row.aliases),
                width=12,
            ),
            made("months_to_live", "Months until live", width=16),
            made("support_offered", "Support", for_many=True, width=12),
            made("hours_saved", "Hours saved", width=12),
            made("builders", "Builders"),
        )

    def contact(self, subject: Evaluation, user: User, closed: str) -> Iterable[Column]:
        """Who at the vendor is written to; the owner's to know."""
        if is_owner(user, subject):
            yield Column(
                *(
                    "contact",
                    "Contact",
                    forms.CharField(required=False, max_length=400),
                ),
                Saves(note_contact, "candidate"),
                read=first_contact,
                closed=closed,
                width=24,
            )

    def rows(self, subject: Evaluation, user: User) -> QuerySet[Candidate]:
        """All of them, once the reader has said in which they have an interest."""
        if not is_owner(user, subject) and has_to_declare(user, subject):
            return Candidate.objects.none()
        rows: QuerySet[Candidate] = Candidate.objects.visible_to(user).filter(
            evaluation=subject
        )
        known = Prefetch("vendor__contacts", Contact.objects.current().order_by("name"))
        rows = rows.select_related("vendor", "evaluation__owner")
        return rows.prefetch_related(known).order_by("name")

    def filtered(
        self, rows: QuerySet[Candidate], subject: Evaluation, asked: QueryDict
    ) -> QuerySet[Candidate]:
        kind = asked.get("kind", "")
        return rows.filter(kind=kind) if kind in CandidateKind.values else rows

    def links(self, row: Candidate, user: User) -> Iterable[tuple[str, str]]:
        yield "Open", reverse("admin:candidate", args=[row.pk])

    def acts(self, subject: Evaluation, user: User) -> Sequence[str]:
        """What the owner does to several; inviting only in research."""
        if why_not(check_owned, subject, user):
            return ()
        may_invite = why_not(check_owned, subject, user, Stage.RESEARCH) is None
        invite = ("invite",) if may_invite else ()
        return ("shortlist", *invite, "eliminate", "reinstate")

    def may_add(self, subject: Evaluation, user: User) -> bool:
        return why_not(check_add_candidate, subject, user) is None

    def choice_named(
        self, subject: Evaluation, column: str, name: str, by: User
    ) -> Vendor | None:
        """A company that nobody has listed is made, as in the form."""
        return add_vendor(name=name, by=by) if column == "vendor" else None

    def add(
        self, subject: Evaluation, values: Mapping[str, Any], by: User
    ) -> Candidate:
        """A row needs its name; without a kind it is something to buy."""
        given = {name: value for name, value in values.items() if value is not None}
        contact = given.pop("contact", "")
        made = add_candidate(evaluation=subject, by=by, **{"name": "", **given})
        if contact:
            note_contact(candidate=made, contact=contact, by=by)
        return made
