"""The app of requirements."""

from django.apps import AppConfig

from evaltracker.toolbox.registry import LoadsHooks


class RequirementsConfig(LoadsHooks, AppConfig):
    name = "evaltracker.requirements"
    label = "requirements"
