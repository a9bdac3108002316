"""What did we see?"""

from importlib import import_module

from django.apps import AppConfig, apps


class TrialsConfig(AppConfig):
    """Floor 4 of the house."""

    name = "trials"
    label = "trials"

    def ready(self) -> None:
        """Register the kinds of notices and load the admin pages.

        Both need the models; admin/__init__.py says why the pages load no earlier.
        """
        import_module("trials.notices")
        # A process that serves vendors alone has no admin.
        if apps.is_installed("django.contrib.admin"):
            import_module("trials.admin.register")
