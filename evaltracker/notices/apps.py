"""The app of notices."""

from django.apps import AppConfig

from evaltracker.toolbox.registry import LoadsHooks


class NoticesConfig(LoadsHooks, AppConfig):
    name = "evaltracker.notices"
    label = "notices"
