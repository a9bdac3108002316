"""What a check of a promise found, and what became of contracts and requests."""

from django.db import models


class CheckFound(models.TextChoices):
    """What a promise check found of one requirement."""

    HOLDS = "holds", "Holds"
    PARTLY = "partly", "Holds partly"
    FAILS = "fails", "Fails"


class TermOutcome(models.TextChoices):
    """What was decided before the last day to give notice."""

    ENDS = "ends", "It ends: notice was given, or it runs out"
    GOES_ON = "goes_on", "It goes on"


class WaiverAnswer(models.TextChoices):
    """What became of a request for a waiver; blank while it waits."""

    GRANTED = "granted", "Granted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"
