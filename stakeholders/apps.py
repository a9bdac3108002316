"""Who has a say, who signed?"""

from importlib import import_module

from django.apps import AppConfig, apps


class StakeholdersConfig(AppConfig):
    """Floor 2 of the house."""

    name = "stakeholders"
    label = "stakeholders"

    def ready(self) -> None:
        """Load the admin pages; admin/__init__.py says why not earlier."""
        # A process that serves vendors alone has no admin.
        if apps.is_installed("django.contrib.admin"):
            import_module("stakeholders.admin.register")
