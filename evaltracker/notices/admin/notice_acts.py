"""The owner's word on unclear notices, and the evaluation's chat room."""

from collections.abc import Mapping
from typing import Any

from django import forms

from evaltracker.errors import Forbidden
from evaltracker.evaluations.choices import NOTICE_UNCLEAR, ChatFlavour
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.notices.services.chats import remove_chat, set_chat
from evaltracker.notices.services.scheduling import resend_notice, resolve_notice
from evaltracker.pages.acts import Act, Confirm, Outcome, register_act
from evaltracker.pages.fields import ReasonForm
from evaltracker.pages.workspace import crumbs_to, page_address


class OnNotices(Act):
    """An act of the owner beside the list of notices."""

    def evaluation_of(self, target: Any) -> Evaluation:
        """Whose notices they are; a notice about a login belongs to none."""
        found = target if isinstance(target, Evaluation) else target.evaluation
        if found is None:
            raise Forbidden("A mail about a login is nobody's to settle.")
        return found

    def allowed(self, user: User, target: Any) -> bool:
        """The owner."""
        return is_owner(user, self.evaluation_of(target))

    def cancel_url(self, target: Any) -> str:
        """The notices page."""
        return page_address(self.evaluation_of(target), "notices")

    def context(self, target: Any, user: User) -> dict[str, Any]:
        """The notices page's frame."""
        steps = (("Notices", "notices"), (self.title, ""))
        evaluation = self.evaluation_of(target)
        return {
            "evaluation": evaluation,
            "tab": "notices",
            "crumbs": crumbs_to(evaluation, *steps),
        }


class OnUnclear(OnNotices):
    """The owner's word on a mail that may or may not have arrived."""

    model = Notice
    form_class = ReasonForm

    def is_timely(self, target: Notice) -> bool:
        """While it waits for a word."""
        return target.state in NOTICE_UNCLEAR

    def allowed(self, user: User, target: Notice) -> bool:
        """The owner; a mail about a login is asked for anew instead."""
        return target.evaluation is not None and super().allowed(user, target)

    def heading(self, target: Notice) -> str:
        """To whom it goes."""
        to = target.recipient or target.webhook or target.address
        return f"{self.title} to {to}"


@register_act
class ResendNotice(OnUnclear):
    """Send it after all."""

    name = "resend-notice"
    title = "Send the notice again"
    verb = "Send again"
    help = "If it did arrive the first time, it arrives twice; it says so itself."
    success = "It goes out with the next sweep, within half a minute."

    def perform(self, target: Notice, data: Mapping[str, Any], by: User) -> Outcome:
        """Send it."""
        resend_notice(notice=target, reason=data["reason"], by=by)
        return None


@register_act
class ResolveNotice(OnUnclear):
    """Close it without sending."""

    name = "resolve-notice"
    title = "Close the notice"
    verb = "Close without sending"
    help = "Say how you know that it arrived, or why it is not needed any more."
    success = "The notice is closed."

    def perform(self, target: Notice, data: Mapping[str, Any], by: User) -> Outcome:
        """Close it."""
        resolve_notice(notice=target, reason=data["reason"], by=by)
        return None


class ChatForm(forms.Form):
    """Where the room listens."""

    flavour = forms.ChoiceField(label="Chat", choices=ChatFlavour.choices)
    url = forms.CharField(
        label="Address of the webhook",
        max_length=2000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="As the chat shows it, with https://. It is kept like a password "
        "and never shown again, for whoever knows it can post into the room.",
    )


@register_act
class SetChat(OnNotices):
    """Tell a chat room what people are reminded of."""

    name = "set-chat"
    title = "Tell a chat room"
    verb = "Tell this room"
    help = (
        "The room hears that a date is near or was missed and where to look: no "
        "prices, scores, claims or names of vendors. Whoever reads the room reads this."
    )
    success = "The room hears the next notice."
    model = Evaluation
    form_class = ChatForm

    def perform(self, target: Evaluation, data: Mapping[str, Any], by: User) -> Outcome:
        """See the service."""
        set_chat(evaluation=target, **data, by=by)
        return self.cancel_url(target)


@register_act
class RemoveChat(OnNotices):
    """Tell the room nothing any more."""

    name = "remove-chat"
    title = "Stop telling the chat room"
    verb = "Stop"
    success = "The room hears nothing any more."
    model = Evaluation
    form_class = Confirm

    def perform(self, target: Evaluation, data: Mapping[str, Any], by: User) -> Outcome:
        """See the service."""
        remove_chat(evaluation=target, by=by)
        return self.cancel_url(target)
