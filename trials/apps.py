"""What did we see?"""

from importlib import import_module

from django.apps import AppConfig


class TrialsConfig(AppConfig):
    """Floor 4 of the house."""

    name = "trials"
    label = "trials"

    def ready(self) -> None:
        """Register the kinds of notices, which need the models."""
        import_module("trials.notices")
