"""Changing one's own mail address: it counts once its owner has confirmed it."""

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import transaction

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations.account_log import record
from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import User
from evaltracker.evaluations.policy import change
from evaltracker.evaluations.selectors import at_address
from evaltracker.notices.services.account_mail import owe_account_mail

SALT = "evaltracker.address"
LASTS = 3 * 24 * 60 * 60
USED_UP = "This link is used up, too old, or meant for somebody else."


def key_for(person: User, address: str) -> str:
    """What a link carries that lets `person` confirm `address`, once."""
    said = {"person": person.pk, "new": address, "old": person.email}
    return signing.dumps(said, salt=SALT)


def address_in(key: str, by: User) -> str:
    """The address that `by` confirms with that key.

    Raises:
        Refused: it is forged, too old, used up or somebody else's.

    """
    try:
        said = signing.loads(key, salt=SALT, max_age=LASTS)
    except signing.BadSignature as error:
        raise Refused(USED_UP) from error
    if (said["person"], said["old"]) != (by.pk, by.email):
        raise Refused(USED_UP)
    address: str = said["new"]
    return address


@transaction.atomic
def ask_for_address(*, address: str, by: User) -> None:
    """Owe a mail with a link to the new address; nothing changes before it is used.

    Raises:
        Invalid: somebody here has it already.

    """
    address = address.lower()
    if at_address(address):
        sentence = "Somebody has this address already."
        raise Invalid(sentence, errors={"email": [sentence]})
    owe_account_mail(kind="address_confirmation", person=by, address=address)


@transaction.atomic
def confirm_address(*, key: str, by: User) -> User:
    """Take the new address; the one before is told.

    Raises:
        Refused: the key does not hold. Invalid: somebody took the address meanwhile.

    """
    before = by.email
    change(by, email=address_in(key, by))
    forget_addresses(by)
    record(action=AccountAction.ADDRESS, person=by, by=by)
    if before:
        # Its reader can still object.
        owe_account_mail(
            kind="account_changed", person=by, address=before, what="email_changed"
        )
    return by


def forget_addresses(person: User) -> None:
    """Drop the library's copies, or an old one could still ask for a new password."""
    EmailAddress.objects.filter(user=person).delete()
