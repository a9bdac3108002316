"""The owner's word on unclear notices, and the evaluation's chat room."""

from django import forms

from evaltracker.evaluations.choices import ChatFlavour
from evaltracker.evaluations.models import Notice
from evaltracker.notices.services.chats import check_remove_chat, remove_chat, set_chat
from evaltracker.notices.services.scheduling import (
    check_settle_notice,
    resend_notice,
    resolve_notice,
)
from evaltracker.pages.acts import Confirm, register_act
from evaltracker.pages.evaluation_acts import InEvaluation, OnEvaluation
from evaltracker.pages.fields import ReasonForm


class OnUnclear(InEvaluation[Notice]):
    """The owner's word on a mail that may or may not have arrived."""

    tab = "notices"
    model = Notice
    target_name = "notice"
    form_class = ReasonForm
    rule = check_settle_notice

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
    service = resend_notice


@register_act
class ResolveNotice(OnUnclear):
    """Close it without sending."""

    name = "resolve-notice"
    title = "Close the notice"
    verb = "Close without sending"
    help = "Say how you know that it arrived, or why it is not needed any more."
    success = "The notice is closed."
    service = resolve_notice


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
class SetChat(OnEvaluation):
    """Tell a chat room what people are reminded of."""

    name = "set-chat"
    title = "Tell a chat room"
    verb = "Tell this room"
    help = (
        "The room hears that a date is near or was missed and where to look: no "
        "prices, scores, claims or names of vendors. Everybody in the room can read "
        "this."
    )
    success = "The room hears the next notice."
    tab = "notices"
    service = set_chat
    form_class = ChatForm


@register_act
class RemoveChat(OnEvaluation):
    """Tell the room nothing any more."""

    name = "remove-chat"
    title = "Stop telling the chat room"
    verb = "Stop"
    success = "The room hears nothing any more."
    tab = "notices"
    service = remove_chat
    rule = check_remove_chat
    form_class = Confirm
