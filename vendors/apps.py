"""The app of vendors."""

from django.apps import AppConfig

from evaltracker.toolbox.registry import LoadsHooks


class VendorsConfig(LoadsHooks, AppConfig):
    name = "vendors"
    label = "vendors"
