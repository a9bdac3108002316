"""What a check of a promise found."""

from django.db import models


class CheckFound(models.TextChoices):
    """What a promise check found of one requirement."""

    HOLDS = "holds", "Holds"
    PARTLY = "partly", "Holds partly"
    FAILS = "fails", "Fails"
