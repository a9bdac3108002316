"""What allauth asks us: who may come in, and what is told to whom."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.urls import reverse

from evaltracker.accounts.middleware import close, reopen
from evaltracker.accounts.signing_in import CEILING, client_address
from evaltracker.evaluations.account_log import at_address, record
from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import User
from evaltracker.notices.services.due_times import owe_account_mail
from evaltracker.pages.fields import proved_recently

# One text for an unknown name, a wrong password, a stopped, locked and slowed login.
NO_MATCH = (
    "Name and password do not match, or there were too many wrong ones: after "
    f"{settings.AXES_FAILURE_LIMIT}, a name is locked from where you are for a quarter "
    f"of an hour; after {CEILING} from anywhere, new browsers wait up to five minutes "
    "between two attempts. “Forgot your password?” makes this browser a known one."
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # untyped library
    """Accounts are given, guesses are axes' to count, and mail is owed, not sent."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": NO_MATCH,
        "email_password_mismatch": NO_MATCH,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an account is given, not taken."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Ask the backends, axes first. A stopped login reads like a wrong password."""
        return authenticate(request, **credentials)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The same address that everything else here counts by."""
        return client_address(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever has just come in has just shown who they are."""
        return not proved_recently(self.request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the account."""
        return reverse("admin:my_account")

    def send_mail(self, template_prefix: str, email: str, context: Any) -> None:
        """Owe the mail: it outlives a mail server that is down, and so does the page.

        A page that fails when a mail cannot leave would tell which addresses exist.
        """
        # The library writes others where it offers more than we do.
        if template_prefix == "account/email/password_reset_key":
            owe_account_mail(kind="password_reset", person=context["user"])

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: Any = None,
        email: str | None = None,
    ) -> None:
        """Tell a person that something about their login was changed."""
        if user.email:
            what = template_prefix.rpartition("/")[2]
            owe_account_mail(kind="account_changed", person=user, what=what)


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # untyped library
    """Second factors carry the login name, which their owner knows."""

    def get_totp_label(self, user: User) -> str:
        """Under which name an authenticator app lists it."""
        return user.get_username()

    def encrypt(self, text: str) -> str:
        """How a secret is stored."""
        return close(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret that was stored."""
        return reopen(encrypted_text)


class SignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # untyped library
    """The company's single sign-on: it says who somebody is, we say who may come in."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Recognise one of our people by a mail address that the provider verified."""
        login = sociallogin.state.get("process") == AuthProcess.LOGIN
        if not login or sociallogin.is_existing:
            return
        for address in verified_addresses(sociallogin):
            people = [person for person in at_address(address) if person.is_active]
            if len(people) == 1:
                sociallogin.connect(request, people[0])
                return

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, *args: Any, **kwargs: Any
    ) -> None:
        """What went wrong there is in the log of the process; that it did is here."""
        record(
            action=AccountAction.LOGIN_FAILED,
            person=None,
            address=client_address(request),
            detail="single sign-on",
        )

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Only if the operator says so, and only with a verified address."""
        return settings.OIDC_CREATE_ACCOUNTS and bool(verified_addresses(sociallogin))

    def save_user(
        self, request: HttpRequest, sociallogin: Any, form: Any = None
    ) -> Any:
        """A new person may log in and sees nothing until somebody gives them a part."""
        person = sociallogin.user
        person.is_staff = True
        person.time_zone = settings.TIME_ZONE
        return super().save_user(request, sociallogin, form)


def verified_addresses(sociallogin: Any) -> list[str]:
    """The mail addresses that the provider vouches for."""
    return [
        address.email for address in sociallogin.email_addresses if address.verified
    ]
