"""What follows on floor 3 when requirements change; loaded when the app is ready."""

from __future__ import annotations

from evaltracker.evaluations.publishing import register_follower
from vendors.services.reasking import ask_of_changes

register_follower(ask_of_changes)
