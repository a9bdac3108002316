"""What did we see?"""

from importlib import import_module

from django.apps import AppConfig, apps


class TrialsConfig(AppConfig):
    """Floor 4 of the house."""

    name = "trials"
    label = "trials"

    def ready(self) -> None:
        """Register notices, dates and chores, and load the admin pages.

        They need the models; admin/__init__.py says why the pages load no earlier.
        """
        import_module("trials.notices")
        import_module("trials.trial_notices")
        import_module("trials.gap_notices")
        import_module("trials.demo_notices")
        import_module("trials.own_dates")
        import_module("trials.services.telling")
        import_module("trials.services.overdue")
        import_module("trials.services.handing_on")
        import_module("trials.services.slips")
        import_module("trials.services.inviting")
        # A process that serves vendors alone has no admin, and no whole evaluation
        # comes or leaves through it.
        if apps.is_installed("django.contrib.admin"):
            import_module("trials.portable")
            import_module("trials.admin.register")
