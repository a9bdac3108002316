"""May we go on? What did we decide?"""

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    """Floor 5 of the house."""

    name = "evaltracker.workflow"
    label = "workflow"
