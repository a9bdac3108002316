"""What do we need, where are we, what is owed to whom?"""

from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    """Floor 1 of the house."""

    name = "evaltracker.evaluations"
    label = "evaluations"
