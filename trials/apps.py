"""What did we see?"""

from django.apps import AppConfig


class TrialsConfig(AppConfig):
    """Floor 4 of the house."""

    name = "trials"
    label = "trials"
