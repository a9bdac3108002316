"""What do we need, where are we, what is owed to whom?"""

from importlib import import_module

from django.apps import AppConfig, apps


class EvaluationsConfig(AppConfig):
    """Floor 1 of the house."""

    name = "evaltracker.evaluations"
    label = "evaluations"

    def ready(self) -> None:
        """Cut the database's errors, register dates and chores, load the admin pages.

        They need the models; admin/__init__.py says why the pages load no earlier.
        """
        import_module("evaltracker.evaluations.database_errors")
        import_module("evaltracker.evaluations.own_dates")
        import_module("evaltracker.evaluations.daily_chores")
        import_module("evaltracker.evaluations.portable.parts")
        import_module("evaltracker.wall.starting")
        # For its system check; both kinds of web process need it.
        import_module("evaltracker.serving.https")
        # A process that serves vendors alone has no admin.
        if apps.is_installed("django.contrib.admin"):
            import_module("evaltracker.evaluations.admin.register")
