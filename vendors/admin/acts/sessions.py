"""Ending what a vendor's contact has open in the vendor pages."""

from typing import Any

from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import InEvaluation
from vendors.models import VendorSession
from vendors.services.vendor_sessions import check_end_session, end_session


@register_act
class EndVendorSession(InEvaluation[VendorSession]):
    """Sends a contact out of the vendor pages."""

    name = "end-vendor-session"
    model = VendorSession
    target_name = "session"
    related = ("link__contact", "link__candidate__evaluation__owner")
    tab = "invitations"
    title = "End the session"
    verb = "End the session"
    rule = check_end_session
    service = end_session
    help = (
        "Their next page asks them for a new code. To keep somebody out for good, "
        "remove the contact."
    )
    success = "The session has ended."
    dangerous = True

    def heading(self, target: Any) -> str:
        """Whose session it is."""
        return f"End the session of {target.link.contact.name}"

    def cancel_url(self, target: Any) -> str:
        return self.page(target, "sessions")
