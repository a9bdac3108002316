"""The app of the record."""

from django.apps import AppConfig

from evaltracker.toolbox.hooks import LoadsHooks


class EvaluationsConfig(LoadsHooks, AppConfig):
    """Loads hooks.py when Django is ready."""

    name = "evaltracker.evaluations"
    label = "evaluations"
