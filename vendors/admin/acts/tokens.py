"""The end of a vendor's tokens; issuing and replacing one is `token_page`."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import Act, register_act
from evaltracker.pages.fields import day_field, end_of
from vendors.models import VendorToken
from vendors.policy import may_keep_tokens
from vendors.services.tokens import expire_token, revoke_token


class RevokeForm(forms.Form):
    """Why, if there is something to say."""

    reason = forms.CharField(label="Reason", required=False)


class OnToken(Act[VendorToken]):
    """What is done to a token of a vendor."""

    model = VendorToken
    target_name = "token"

    def allowed(self, user: User, target: Any) -> bool:
        """The owner of an evaluation with this vendor in it."""
        return may_keep_tokens(user, target.vendor)

    def cancel_url(self, target: Any) -> str:
        """The list of companies."""
        return reverse("admin:vendors_vendor_changelist")


@register_act
class RevokeToken(OnToken):
    name = "revoke-token"
    title = "Revoke"
    verb = "Revoke the token"
    help = "The next call with it is refused. This cannot be taken back."
    success = "The token is revoked."
    form_class = RevokeForm
    dangerous = True
    service = revoke_token


class ExpireForm(forms.Form):
    expires_at = day_field("Last day", help_text="In UTC.")


@register_act
class ExpireToken(OnToken):
    """Lets a token end on a day."""

    name = "expire-token"
    title = "Set its last day"
    verb = "Save"
    help = "It can end earlier than it does, never later: replace it instead."
    success = "The last day is set."
    form_class = ExpireForm
    service = expire_token

    def arguments(self, target: VendorToken, data: Mapping[str, Any]) -> dict[str, Any]:
        """The end of the last day."""
        return {"token": target, "ends_at": end_of(data["expires_at"])}
