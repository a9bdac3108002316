"""Letting a vendor's colleague in, or not."""

from typing import Any

from django import forms

from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import InEvaluation
from evaltracker.pages.fields import reason_field
from vendors.admin.acts.shared import SharedForm
from vendors.models import ContactRequest
from vendors.services.contact_requests import (
    accept_contact,
    check_accept_contact,
    check_decline_contact,
    decline_contact,
)


class RulingOnContact(InEvaluation[ContactRequest]):
    """What is done to a vendor's request."""

    tab = "invitations"
    model = ContactRequest
    target_name = "request"
    related = ("candidate__evaluation__owner", "candidate__vendor")

    def cancel_url(self, target: Any) -> str:
        return self.page(target, "contact-requests")


@register_act
class AcceptContact(RulingOnContact):
    """Makes somebody a contact and sends them a link."""

    name = "accept-contact"
    title = "Let the colleague in"
    verb = "Let in and send the link"
    help = (
        "They become a contact of the vendor and get the invitation with a link of "
        "their own. They read and hand in the vendor's answers."
    )
    success = "The invitation leaves within half a minute."
    form_class = SharedForm
    service = accept_contact
    rule = check_accept_contact

    def heading(self, target: Any) -> str:
        """Who it is, and where the mail goes."""
        return f"Let in {target.name}, {target.email}, for {target.candidate}"


class DeclineContactForm(forms.Form):
    reason = reason_field(help_text="The vendor reads it.")


@register_act
class DeclineContact(RulingOnContact):
    name = "decline-contact"
    title = "Decline the request"
    verb = "Decline"
    success = "The request is declined; the vendor reads why."
    form_class = DeclineContactForm
    service = decline_contact
    rule = check_decline_contact

    def heading(self, target: Any) -> str:
        """Whom it is about."""
        return f"Decline to let in {target.name}"
