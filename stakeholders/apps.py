"""The app of stakeholders."""

from django.apps import AppConfig

from evaltracker.toolbox.hooks import LoadsHooks


class StakeholdersConfig(LoadsHooks, AppConfig):
    """Loads hooks.py when Django is ready."""

    name = "stakeholders"
    label = "stakeholders"
