"""The act that sends a vendor a test invitation."""

from typing import Any

from evaltracker.evaluations.models import Evaluation
from evaltracker.pages.acts import register_act
from evaltracker.pages.workspace import page_address
from evaltracker.workflow.services.practice import (
    check_send_test_invitation,
    send_test_invitation,
)
from vendors.admin.acts.invitations import ContactsField, ContactsForm, Telling
from vendors.models import Candidate


class TestForm(ContactsForm):
    """Who gets the mail."""

    contacts = ContactsField(help_text="Its subject begins with “Test:”.")


@register_act
class SendTestInvitation(Telling):
    """Lets a vendor try everything against a made-up list."""

    name = "send-test-invitation"
    title = "Send a test invitation"
    verb = "Send the test"
    help = (
        "The vendor answers a made-up list for two weeks, in a browser or by program, "
        "and nothing of it counts here. It is an evaluation of its own that you own; "
        "it ends by itself."
    )
    success = "The test is open, and its mail leaves within half a minute."
    form_class = TestForm
    service = send_test_invitation
    rule = check_send_test_invitation

    def destination(self, target: Candidate, made: Any) -> str:
        """Back to the candidate's row, where a link leads to the test."""
        where: Evaluation = self.evaluation(target)
        return page_address(where, self.tab, f"invitation-{target.pk}")
