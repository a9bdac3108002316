"""The app of imports."""

from django.apps import AppConfig

from evaltracker.toolbox.registry import LoadsHooks


class ImportingConfig(LoadsHooks, AppConfig):
    name = "evaltracker.importing"
    label = "importing"
