"""What do we need, where are we, what is owed to whom?"""

from importlib import import_module

from django.apps import AppConfig, apps


class EvaluationsConfig(AppConfig):
    """Floor 1 of the house."""

    name = "evaltracker.evaluations"
    label = "evaluations"

    def ready(self) -> None:
        """Load the admin pages; admin/__init__.py says why not earlier."""
        # A process that serves vendors alone has no admin.
        if apps.is_installed("django.contrib.admin"):
            import_module("evaltracker.evaluations.admin.register")
