"""The app of imports."""

from django.apps import AppConfig

from evaltracker.toolbox.registry import LoadsHooks


class IntakeConfig(LoadsHooks, AppConfig):
    name = "evaltracker.intake"
    label = "intake"
