"""The app of requirements."""

from django.apps import AppConfig

from evaltracker.toolbox.hooks import LoadsHooks


class RequirementsConfig(LoadsHooks, AppConfig):
    name = "evaltracker.requirements"
    label = "requirements"
