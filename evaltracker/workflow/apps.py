"""May we go on? What did we decide?"""

from importlib import import_module

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    """Floor 5 of the house."""

    name = "evaltracker.workflow"
    label = "workflow"

    def ready(self) -> None:
        """Load the admin pages; admin/__init__.py says why not earlier."""
        import_module("evaltracker.workflow.admin.register")
