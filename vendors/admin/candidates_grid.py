"""The candidates as rows that the owner edits in place and moves several at once."""

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
from evaltracker.pages.grid import Column, Grid, OwnAnswers, Saves, register_grid
from vendors.admin.acts.candidates import CandidateForm
from vendors.choices import CandidateKind
from vendors.models import Candidate, Contact, Vendor
from vendors.policy import has_to_declare
from vendors.services.candidates import (
    add_candidate,
    change_candidate,
    check_add_candidate,
)
from vendors.services.companies import add_vendor
from vendors.services.contacts import note_contact

SAVES = Saves(change_candidate, "candidate")


def everybody_known(candidate: Candidate) -> dict[str, Any]:
    """The form of an invitation, to all contacts that the vendor named.

    Raises:
        Refused: it named none.

    """
    contacts = Contact.objects.current().filter(vendor=candidate.vendor_id)
    told = [str(key) for key in contacts.values_list("pk", flat=True)]
    if not told:
        raise Refused(
            f"{candidate.vendor} has no contact yet. Invite {candidate.name} from its "
            "own line, where you can name one."
        )
    return {"contacts": told}


def listed_aliases(candidate: Candidate) -> str:
    """Its other names, one a line."""
    return "\n".join(candidate.aliases)


def first_contact(candidate: Candidate) -> str:
    """The first by name at its vendor, “Name <address>”; blank if none is known."""
    known = list(candidate.vendor.contacts.all()) if candidate.vendor else []
    return f"{known[0].name} <{known[0].email}>" if known else ""


@register_grid
class CandidatesGrid(Grid[Evaluation, Candidate]):
    """What the form of a candidate changes, and where each one stands."""

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
        made = partial(_column, fields, closed)
        return (
            made("name", "Name", width=16),
            Column("kind", "Kind", fields["kind"], width=10),
            made(
                *("vendor", "Vendor"),
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
            made("aliases", "Other names", read=listed_aliases, width=12),
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
        """By kind, as on the page."""
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


def _column(
    fields: Mapping[str, forms.Field], closed: str, name: str, label: str, **more: Any
) -> Column:
    """A column that is saved as by the form of the candidate."""
    return Column(name, label, fields[name], SAVES, closed=closed, **more)
