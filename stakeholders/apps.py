"""The app of stakeholders."""

from django.apps import AppConfig

from evaltracker.toolbox.registry import LoadsHooks


class StakeholdersConfig(LoadsHooks, AppConfig):
    name = "stakeholders"
    label = "stakeholders"
