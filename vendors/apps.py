"""Who offers, what do they say, what does it cost?"""

from importlib import import_module

from django.apps import AppConfig


class VendorsConfig(AppConfig):
    """Floor 3 of the house."""

    name = "vendors"
    label = "vendors"

    def ready(self) -> None:
        """Load the admin pages; admin/__init__.py says why not earlier."""
        import_module("vendors.admin.register")
