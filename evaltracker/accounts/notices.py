"""Mails about logins. Their links are made when they leave, and only show a form."""

from typing import ClassVar

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from evaltracker.accounts.services.addresses import key_for
from evaltracker.evaluations.models import Notice, User
from evaltracker.evaluations.selectors import at_address
from evaltracker.notices.kinds import Message, NoticeKind, register
from evaltracker.notices.mail import letter

WAS_CHANGED = {
    "email_changed": "Your mail address was changed",
    "password_changed": "Your password was changed",
    "password_set": "A password was set",
    "password_reset": "Your password was set anew",
    "totp_activated": "An authenticator app was added",
    "totp_deactivated": "The authenticator app was removed",
    "webauthn_added": "A security key was added",
    "webauthn_removed": "A security key was removed",
    "recovery_codes_generated": "New recovery codes were made",
    "account_connected": "Single sign-on was connected",
    "account_disconnected": "Single sign-on was disconnected",
    "factors_reset": "Your second factor was removed by an operator",
}
DAYS = "three days"


def password_path(person: User) -> str:
    """The address of the page where `person` sets a password; it works once."""
    key = default_token_generator.make_token(person)
    return reverse(
        "account_reset_password_from_key", args=[user_pk_to_url_str(person), key]
    )


def what_of(notice: Notice) -> str:
    """The word of ours in an occurrence."""
    return notice.occurrence.partition(":")[0]


class ToPerson(NoticeKind):
    """A mail that brings one of our people to the form for their password."""

    subject: ClassVar[str]
    lead: ClassVar[str]
    action: ClassVar[str]

    def holds(self, notice: Notice) -> str:
        """While the login works, which is asked for every kind."""
        return ""

    def compose(self, notice: Notice) -> Message:
        """The link works once and for three days."""
        person = notice.recipient
        if person is None:
            raise ValueError("This mail has a person as its reader, and lost them.")
        return letter(
            notice=notice,
            subject=self.subject,
            lead=self.lead.format(name=person.get_username()),
            action=self.action,
            path=password_path(person),
        )


@register
class PasswordReset(ToPerson):
    """Somebody asked for a new password."""

    name = "password_reset"
    subject = "Set a new password"
    lead = (
        "Somebody asked for a new password for your login “{name}”. If that was not "
        f"you, do nothing: your password stays. The link works once, for {DAYS}."
    )
    action = "Set a new password"


@register
class LoginGiven(ToPerson):
    """Somebody was given a login."""

    name = "login_given"
    subject = "You can log in to evaltracker"
    lead = (
        "You were added as “{name}”. Set a password to log in, or use your company's "
        "single sign-on if the login page offers it. The link works once, for "
        f"{DAYS}; after that, “Forgot your password?” on the login page sends another."
    )
    action = "Set your password"

    def holds(self, notice: Notice) -> str:
        """Until they have a password."""
        person = notice.recipient
        if person is not None and person.has_usable_password():
            return f"{person.name} has a password already."
        return ""


@register
class AddressConfirmation(NoticeKind):
    """Somebody typed this address as theirs."""

    name = "address_confirmation"

    def holds(self, notice: Notice) -> str:
        """While it is nobody's."""
        if at_address(notice.address):
            return "The address is somebody's already."
        return ""

    def compose(self, notice: Notice) -> Message:
        """The link shows whose address it becomes; a button there confirms."""
        person = User.objects.get(pk=notice.subject_id)
        return letter(
            notice=notice,
            subject="Confirm your mail address",
            lead="Somebody wants to be reached at this address. If that was not you, "
            f"do nothing. The link works once, for {DAYS}, for whoever is logged in.",
            action="Confirm the address",
            path=reverse(
                "admin:confirm_address", args=[key_for(person, notice.address)]
            ),
        )


@register
class AccountChanged(NoticeKind):
    """Something about a login was changed, perhaps not by its owner."""

    name = "account_changed"

    def holds(self, notice: Notice) -> str:
        """Always: what was done stays told."""
        return ""

    def compose(self, notice: Notice) -> Message:
        """What was changed, and what to do if it was somebody else."""
        return letter(
            notice=notice,
            subject=WAS_CHANGED.get(what_of(notice), "Your login was changed"),
            lead="If it was not you who did this, tell whoever runs evaltracker in "
            "your company at once, and set a new password.",
            action="Look at your account",
            path=reverse("admin:my_account"),
        )


@register
class AccountGuessed(NoticeKind):
    """Somebody tries many passwords for a login."""

    name = "account_guessed"

    def holds(self, notice: Notice) -> str:
        """Always: it was tried."""
        return ""

    def compose(self, notice: Notice) -> Message:
        """What was tried, and what the reader may do."""
        return letter(
            notice=notice,
            subject="Somebody tries to guess your password",
            lead="Many wrong passwords were given for your login within an hour, by "
            "you or by somebody else. You are not locked out: a browser in which you "
            "have logged in before works as always, and new ones wait up to five "
            "minutes between two attempts. If it was not you, tell whoever runs "
            "evaltracker in your company, and use a password of its own here.",
            action="Look at your account",
            path=reverse("admin:my_account"),
        )


@register
class ErasureAsked(NoticeKind):
    """A person asks to be forgotten; goes to the operators."""

    name = "erasure_asked"

    def holds(self, notice: Notice) -> str:
        """Always; whether it was done already stands in the list."""
        return ""

    def compose(self, notice: Notice) -> Message:
        """Without the name: the list shows who asks."""
        return letter(
            notice=notice,
            subject="A person asks to be erased",
            lead="Somebody with a login here asks that their name and address be "
            "erased. You do it on their page; what stays is said there.",
            action="Open the list of users",
            path=reverse("admin:evaluations_user_changelist"),
        )
