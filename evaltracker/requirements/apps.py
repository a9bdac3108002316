"""The app of requirements."""

from django.apps import AppConfig

from evaltracker.toolbox.hooks import LoadsHooks


class RequirementsConfig(LoadsHooks, AppConfig):
    """Loads hooks.py when Django is ready."""

    name = "evaltracker.requirements"
    label = "requirements"
