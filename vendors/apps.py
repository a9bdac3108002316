"""Who offers, what do they say, what does it cost?"""

from importlib import import_module

from django.apps import AppConfig, apps


class VendorsConfig(AppConfig):
    """Floor 3 of the house."""

    name = "vendors"
    label = "vendors"

    def ready(self) -> None:
        """Load the admin pages; admin/__init__.py says why not earlier."""
        # A process that serves vendors alone has no admin.
        if apps.is_installed("django.contrib.admin"):
            import_module("vendors.admin.register")
