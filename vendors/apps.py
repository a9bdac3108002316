"""Who offers, what do they say, what does it cost?"""

from importlib import import_module

from django.apps import AppConfig, apps


class VendorsConfig(AppConfig):
    """Floor 3 of the house."""

    name = "vendors"
    label = "vendors"

    def ready(self) -> None:
        """Load kinds of notices, chores, what follows a change, and the admin pages."""
        import_module("vendors.notices")
        import_module("vendors.token_notices")
        import_module("vendors.opening_notices")
        import_module("vendors.chores")
        import_module("vendors.following")
        # A process that serves vendors alone has no pages, and no whole evaluation
        # leaves through it; admin/__init__.py says why pages are not loaded earlier.
        if apps.is_installed("django.contrib.admin"):
            import_module("vendors.portable")
            import_module("vendors.admin.register")
