"""The moment before a process begins to serve or to work."""

from django.dispatch import Signal

# Sent once by web, vendor-api, worker and beat. A receiver may end the process.
about_to_start = Signal()
