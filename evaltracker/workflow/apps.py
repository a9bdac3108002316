"""The app of workflow."""

from django.apps import AppConfig

from evaltracker.toolbox.registry import LoadsHooks


class WorkflowConfig(LoadsHooks, AppConfig):
    """Loads hooks.py when Django is ready."""

    name = "evaltracker.workflow"
    label = "workflow"
