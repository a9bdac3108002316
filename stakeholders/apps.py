"""Who has a say, who signed?"""

from importlib import import_module

from django.apps import AppConfig, apps


class StakeholdersConfig(AppConfig):
    """Floor 2 of the house."""

    name = "stakeholders"
    label = "stakeholders"

    def ready(self) -> None:
        """Register notices, chores and what is usual, and load the admin pages.

        Both need the models; admin/__init__.py says why the pages load no earlier.
        """
        import_module("stakeholders.notices")
        import_module("stakeholders.own_dates")
        import_module("stakeholders.chores")
        import_module("stakeholders.beginnings")
        # A process that serves vendors alone has no admin, and no whole evaluation
        # comes or leaves through it, nor begins in it.
        if apps.is_installed("django.contrib.admin"):
            import_module("stakeholders.portable")
            import_module("stakeholders.services.templates")
            import_module("stakeholders.admin.register")
