"""Tells the libraries whom to tell."""

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Not a floor: no table, only listeners and kinds of mail."""

    name = "evaltracker.accounts"

    def ready(self) -> None:
        """Listen to logins, know their mails, and forget what is over."""
        import_module("evaltracker.accounts.signals")
        import_module("evaltracker.accounts.notices")
        import_module("evaltracker.accounts.chores")
