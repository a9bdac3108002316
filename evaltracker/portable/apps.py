"""The app of portable."""

from django.apps import AppConfig

from evaltracker.toolbox.hooks import LoadsHooks


class PortableConfig(LoadsHooks, AppConfig):
    name = "evaltracker.portable"
    label = "portable"
