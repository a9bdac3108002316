"""Who has a say, who signed?"""

from importlib import import_module

from django.apps import AppConfig


class StakeholdersConfig(AppConfig):
    """Floor 2 of the house."""

    name = "stakeholders"
    label = "stakeholders"

    def ready(self) -> None:
        """Load the admin pages; admin/__init__.py says why not earlier."""
        import_module("stakeholders.admin.register")
