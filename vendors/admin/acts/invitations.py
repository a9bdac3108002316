"""Inviting a candidate's vendor, and telling its contacts (again)."""

from collections.abc import Mapping
from typing import Any

from django import forms

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import register_act
from evaltracker.pages.fields import reason_field
from vendors.admin.acts.base import OnCandidate
from vendors.admin.acts.shared import SharedForm
from vendors.models import Candidate, Contact
from vendors.services.contacts import add_contact
from vendors.services.invitations import (
    check_invite,
    check_send_invitation,
    invite,
    send_invitation,
)


class ContactsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Some of a vendor's contacts, each told by name and address."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, label: str = "Who gets the mail", **kwargs: Any) -> None:
        super().__init__(Contact.objects.none(), label=label, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        """Who it is and where the mail goes."""
        return f"{obj.name}, {obj.email}"


class ContactsForm(forms.Form):
    """A form whose `contacts` are some of those of the candidate's vendor."""

    choice: Any

    def __init__(self, *args: Any, candidate: Candidate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["contacts"]
        choice.queryset = Contact.objects.current().filter(vendor=candidate.vendor_id)
        self.choice = choice


class TellForm(ContactsForm, SharedForm):
    """Who gets the mail."""

    contacts = ContactsField(
        required=False,
        help_text="Each gets a mail of their own and sees nobody else's.",
    )
    new_name = forms.CharField(label="Or somebody new: name", required=False)
    new_email = forms.EmailField(label="Their e-mail address", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.choice.queryset.exists():
            del self.fields["contacts"]
            self.fields["new_name"].label = "Who gets the mail: name"

    def clean(self) -> dict[str, Any]:
        """A new contact has a name and an address, or is none."""
        data = super().clean() or {}
        name, email = data.get("new_name"), data.get("new_email")
        if bool(name) != bool(email) and not self.errors:
            self.add_error("new_email" if name else "new_name", "A contact needs both.")
        return data


class SendForm(TellForm):
    """Who gets it, and why now."""

    reason = reason_field(help_text="The journal keeps it; the vendor does not see it.")


class Telling(OnCandidate):
    """What inviting and telling again share."""

    tab = "invitations"

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """Whose contacts may be chosen."""
        return {"candidate": target}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """Everybody whom the vendor named."""
        return {"contacts": Contact.objects.current().filter(vendor=target.vendor_id)}

    def cancel_url(self, target: Any) -> str:
        return self.page(target, f"invitation-{target.pk}")

    def chosen(self, target: Any, data: Mapping[str, Any], by: User) -> list[Contact]:
        """The contacts of the form; a new one is kept first."""
        told = list(data.get("contacts") or [])
        if data["new_name"] and target.vendor is not None:
            told.append(
                add_contact(
                    vendor=target.vendor,
                    name=data["new_name"],
                    email=data["new_email"],
                    by=by,
                    shared=data["shared"],
                )
            )
        return told


@register_act
class Invite(Telling):
    """Lets a candidate's vendor read and answer the requirements."""

    name = "invite"
    title = "Invite the vendor"
    verb = "Invite"
    rule = check_invite
    help = (
        "The vendor may then read the requirements and answer them while answering is "
        "open. Each contact gets a link to answer in a browser; for the API they ask "
        "you for a token. The vendor learns of no other. Afterwards another vendor "
        "needs a candidate of its own."
    )
    success = "The vendor is invited. Issue a token if it answers by program."
    form_class = TellForm

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> None:
        told, shared = self.chosen(target, data, by), data["shared"]
        invite(candidate=target, contacts=told, shared=shared, by=by)


@register_act
class SendInvitation(Telling):
    """Sends the mail of an invitation once more, or to somebody else."""

    name = "send-invitation"
    title = "Send the invitation"
    verb = "Send"
    rule = check_send_invitation
    help = (
        "It has the link to answer in a browser, and says that a token is to be had "
        "from you. The same person gets it once a day at most, and five times in all."
    )
    success = "The mail leaves within half a minute."
    form_class = SendForm

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """Nobody: whoever presses them all, presses those who answer, too."""
        return {}

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> None:
        told, shared = self.chosen(target, data, by), data["shared"]
        send_invitation(
            candidate=target,
            contacts=told,
            reason=data["reason"],
            shared=shared,
            by=by,
        )
