"""May we go on? What did we decide?"""

from importlib import import_module

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    """Floor 5 of the house."""

    name = "evaltracker.workflow"
    label = "workflow"

    def ready(self) -> None:
        """Register notices and chores, and load the admin pages.

        All need the models; admin/__init__.py says why the pages load no earlier.
        """
        import_module("evaltracker.workflow.notices")
        import_module("evaltracker.workflow.decision_notices")
        import_module("evaltracker.workflow.stage_notices")
        import_module("evaltracker.workflow.own_dates")
        import_module("evaltracker.workflow.chores")
        import_module("evaltracker.workflow.portable")
        import_module("evaltracker.workflow.admin.register")
