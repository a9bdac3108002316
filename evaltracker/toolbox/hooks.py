"""How an app hangs itself into lower floors: by its hooks.py, and only there."""

from importlib import import_module

from django.dispatch import Signal


class LoadsHooks:
    """What an AppConfig inherits to import its `hooks` once all models are loaded.

    Not earlier: template tags need a part of the pages, and the admin theme loads
    template tags while its own admin is half imported.
    """

    name: str

    def ready(self) -> None:
        import_module(f"{self.name}.hooks")


# Sent once by web, vendor-api, worker and beat. A receiver may end the process.
about_to_start = Signal()
