"""The app of accounts."""

from django.apps import AppConfig

from evaltracker.toolbox.hooks import LoadsHooks


class AccountsConfig(LoadsHooks, AppConfig):
    name = "evaltracker.accounts"
    label = "accounts"
