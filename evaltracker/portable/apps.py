"""The app of portable."""

from django.apps import AppConfig

from evaltracker.toolbox.registry import LoadsHooks


class PortableConfig(LoadsHooks, AppConfig):
    name = "evaltracker.portable"
    label = "portable"
