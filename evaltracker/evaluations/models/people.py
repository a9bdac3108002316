"""The user model: people who sign in."""

from __future__ import annotations

import uuid
from copy import copy
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import PROTECT, ForeignKey, Index, Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils import timezone

from evaltracker.evaluations.choices import MailRhythm, TokenScope, known
from evaltracker.toolbox.days import check_place, unknown_zone, zone_names


class CachedValue(models.Model):
    """A row of the default cache, in the shape that Django's DatabaseCache knows.

    In the database and not in Redis: signing in must work while Redis is away, and what
    was counted must not be forgotten when it comes back empty.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key


def check_zone(name: str) -> None:
    """Refuse a time zone that the IANA database does not know."""
    if name not in zone_names():
        raise ValidationError(unknown_zone(name))


def name_columns(path: str) -> tuple[str, ...]:
    """What `User.name` reads of the person at `path`, for queries that read no more."""
    return tuple(f"{path}__{part}" for part in ("first_name", "last_name", "username"))


class UserQuerySet(models.QuerySet["User"]):
    """People, scoped: who runs or adds logins sees all, others themselves."""

    def visible_to(self, user: User) -> UserQuerySet:
        """Everybody for operators and who may add people, else only oneself."""
        if user.is_active and user.has_perm("evaluations.add_user"):
            return self
        return self.filter(pk=user.pk)


class EvaltrackerUserManager(UserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Django's user manager with our scope."""


class User(AbstractUser):
    """A person who signs in; their part in an evaluation is a Stakeholder."""

    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[check_zone],
        help_text="Dates in pages and mails are shown in this zone.",
    )

    country = models.CharField(
        max_length=2,
        blank=True,
        help_text="Whose public holidays are days off; blank: weekends only.",
    )
    subdivision = models.CharField(
        max_length=20,
        blank=True,
        help_text="State or province, where its holidays differ.",
    )
    mail_rhythm = models.CharField(
        max_length=5, choices=MailRhythm.choices, default=MailRhythm.DAILY
    )
    search_by_slash = models.BooleanField(
        "open search with /",
        default=True,
        db_default=True,
        help_text="Switch it off if you speak to your computer. Ctrl+K opens it too.",
    )
    # SHA-256 of the secret in the address of their calendar; blank: there is none.
    feed_digest = models.CharField(max_length=64, blank=True, editable=False)
    feed_made_at = models.DateTimeField(null=True, blank=True, editable=False)

    erasure_asked_at = models.DateTimeField(
        "asked to be erased", null=True, blank=True, editable=False
    )
    erased_at = models.DateTimeField("erased", null=True, blank=True, editable=False)

    objects: ClassVar[EvaltrackerUserManager] = EvaltrackerUserManager()

    # Whether a sign-on that asks for a second factor let them in, as far as is known.
    by_sign_on = False
    # The id of the one evaluation that a program may see which calls as this person.
    bound_to: uuid.UUID | None = None
    # The label of the token by which that program calls.
    by_token = ""

    class Meta(AbstractUser.Meta):
        constraints = [
            # An address is how single sign-on and a new password find a person.
            UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),
                name="user_address_once",
                violation_error_message="Somebody has this address already.",
            ),
            UniqueConstraint(
                fields=("feed_digest",),
                condition=~Q(feed_digest=""),
                name="user_feed_digest_once",
            ),
            known("mail_rhythm", MailRhythm, "user_mail_rhythm_known"),
        ]

    def as_program(self, bound_to: uuid.UUID | None = None) -> User:
        """The person as their program calls: no operator, maybe bound to one purchase.

        Rights of one call are not to be written down: it cannot be saved.
        """
        caller = copy(self)
        vars(caller).update(is_superuser=False, bound_to=bound_to, save=None)
        return caller

    def clean(self) -> None:
        super().clean()
        check_place(self.country, self.subdivision)

    @property
    def name(self) -> str:
        """How the person is printed: full name, else the login name."""
        return self.get_full_name() or self.get_username()

    def __str__(self) -> str:
        return self.name


class OwnQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Everything for an active operator, else one's own."""
        if not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(person=user)


class PersonalTokenQuerySet(OwnQuerySet):
    def live(self) -> PersonalTokenQuerySet:
        return self.filter(revoked_at=None, ends_at__gt=timezone.now())


class PersonalToken(models.Model):
    """A bearer token of a person's program; only its SHA-256 is kept.

    What it opens is what its person may do now, within its scope.
    """

    evaluation_path: ClassVar[str] = ""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = ForeignKey(User, PROTECT, related_name="tokens")
    label = models.CharField(max_length=80)
    scope = models.CharField(max_length=5, choices=TokenScope.choices)
    # Blank: every evaluation that its person owns or has a part in.
    evaluation = ForeignKey(
        "evaluations.Evaluation", PROTECT, related_name="+", null=True, blank=True
    )
    prefix = models.CharField(max_length=16, help_text="For people to tell it by.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    # Whether its person came by a company sign-on that asks for a second factor.
    by_sign_on = models.BooleanField(default=False, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    ends_at = models.DateTimeField(editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When it stood in an address.
    leaked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = PersonalTokenQuerySet.as_manager()

    class Meta:
        indexes = [Index(fields=("made_at", "id"), name="personal_tokens_in_lists")]
        constraints = [known("scope", TokenScope, "personal_token_scope_known")]

    def __str__(self) -> str:
        return f"{self.prefix}…"

    @property
    def days_left(self) -> int:
        """How many days after today it still works; 0 on its last."""
        return (self.ends_at - timezone.now()).days
