"""Every choice of the record, such as stages and the states of notices."""

from collections.abc import Mapping
from enum import Enum, StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from evaltracker.enumerations import Priority


def known(field: str, choices: type[Enum], name: str) -> models.CheckConstraint:
    """That a column holds one of its choices, also to the database."""
    condition = models.Q((f"{field}__in", [choice.value for choice in choices]))
    return models.CheckConstraint(condition=condition, name=name)


def choices_of[Member: StrEnum, Label](
    labels: Mapping[Member, Label],
) -> list[tuple[str, Label]]:
    """The choices of a column or a field whose enumeration has these labels."""
    return [(member.value, label) for member, label in labels.items()]


class Stage(models.TextChoices):
    """The five stages of an evaluation, in the order of the process."""

    REQUIREMENTS = "requirements", "Requirements"
    RESEARCH = "research", "Research"
    DEMOS = "demos", "Demos"
    TRIALS = "trials", "Trials"
    DECISION = "decision", "Decision"

    @property
    def position(self) -> int:
        """Its place in the process, from 0."""
        return list(Stage).index(self)


class Status(models.TextChoices):
    OPEN = "open", "Open"
    DECIDED = "decided", "Decided"
    CANCELLED = "cancelled", "Cancelled"


PRIORITY_LABELS = {
    Priority.MUST: _("Must have"),
    Priority.SHOULD: _("Should have"),
    Priority.COULD: _("Could have"),
}
PRIORITY_CHOICES = choices_of(PRIORITY_LABELS)


class FieldKind(models.TextChoices):
    TEXT = "text", "Text"
    NUMBER = "number", "A number"
    DATE = "date", "A date"
    CHOICE = "choice", "One of several answers"


class Infrastructure(models.TextChoices):
    AWS = "aws", "AWS"
    GCP = "gcp", "Google Cloud"
    AZURE = "azure", "Azure"
    ON_PREM = "on_prem", "On premises"


class SupportWanted(models.TextChoices):
    SELF_SERVICE = "self_service", _("Self-service: documentation and community")
    BUSINESS_HOURS = "business_hours", _("Support in business hours")
    ROUND_THE_CLOCK = "round_the_clock", _("Support around the clock")


class VisitEnd(models.TextChoices):
    ADVANCED = "advanced", "Advanced"
    SENT_BACK = "sent_back", "Sent back"
    CANCELLED = "cancelled", "Cancelled"
    DECIDED = "decided", "Decided"


class NoticeState(models.TextChoices):
    """Where a notice stands on its way out; docs/developers/design.md, section 7."""

    PENDING = "pending", "Pending"
    CLAIMED = "claimed", "Claimed by a sweep"
    HANDING = "handing", "Being handed to the mail server"
    SENT = "sent", "Sent"
    SUPPRESSED = "suppressed", "Suppressed"
    UNCERTAIN = "uncertain", "Uncertain: a person must look"
    DEAD = "dead", "Refused by the mail server"


class MailRhythm(models.TextChoices):
    """How a person wants what blocks nobody else."""

    DAILY = "daily", "In one mail each working morning"
    EACH = "each", "Each by itself, as soon as it is due"


NOTICE_OPEN = (NoticeState.PENDING, NoticeState.CLAIMED, NoticeState.HANDING)
# Waits for the word of a person.
NOTICE_UNCLEAR = (NoticeState.UNCERTAIN, NoticeState.DEAD)


class TokenScope(models.TextChoices):
    """What a person's program may do; each includes the one before."""

    READ = "read", "Read"
    ASK = "ask", "Read, and ask its person to act"
    WRITE = "write", "Read, ask, and do what a program may do"


class AskedState(models.TextChoices):
    """What became of an act that a program asked for; one that lapsed stays open."""

    OPEN = "open", "Open"
    DONE = "done", "Done"
    DECLINED = "declined", "Declined"


class AccountAction(models.TextChoices):
    LOGGED_IN = "logged_in", "Logged in"
    LOGGED_OUT = "logged_out", "Logged out"
    LOGIN_FAILED = "login_failed", "Login failed"
    FACTOR_FAILED = "factor_failed", "Wrong code"
    PROVED = "proved", "Showed again who they are"
    ADDED = "added", "Added"
    INVITED = "invited", "Invited"
    CHANGED = "changed", "Changed"
    PASSWORD = "password", "Password set"
    ADDRESS = "address", "Mail address changed"
    FACTOR_ADDED = "factor_added", "Second factor added"
    FACTOR_REMOVED = "factor_removed", "Second factor removed"
    SIGN_ON_ADDED = "sign_on_added", "Single sign-on connected"
    SIGN_ON_REMOVED = "sign_on_removed", "Single sign-on disconnected"
    ROLES = "roles", "Roles given"
    STOPPED = "stopped", "Login stopped"
    ALLOWED = "allowed", "Login allowed again"
    TOKEN_MADE = "token_made", "Token made"
    TOKEN_ENDED = "token_ended", "Token ended"
    ERASURE_ASKED = "erasure_asked", "Asked to be erased"
    ERASED = "erased", "Erased"
