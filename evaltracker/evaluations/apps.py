"""The app of the record."""

from django.apps import AppConfig

from evaltracker.toolbox.registry import LoadsHooks


class EvaluationsConfig(LoadsHooks, AppConfig):
    name = "evaltracker.evaluations"
    label = "evaluations"
