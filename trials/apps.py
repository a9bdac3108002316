"""The app of trials."""

from django.apps import AppConfig

from evaltracker.toolbox.registry import LoadsHooks


class TrialsConfig(LoadsHooks, AppConfig):
    name = "trials"
    label = "trials"
