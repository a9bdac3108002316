#!/usr/bin/env python
"""Django's command line for evaltracker."""

import os
import sys


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evaltracker.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # The sentence says what to do; a traceback would hide it.
        sys.exit(f"evaltracker: {error}")


if __name__ == "__main__":
    main()
