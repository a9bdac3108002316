"""What time alone calls for on floor 3; registered when the app is ready."""

from __future__ import annotations

import datetime

from evaltracker.evaluations.chores import register_chore
from vendors.services.reasking import remind_of_closing
from vendors.services.refusals import forget_refused_calls
from vendors.services.token_mail import tell_of_leaks

# The process that finds a leak may write no notice, so the next tick does.
register_chore(
    name="tell of leaked tokens",
    every=datetime.timedelta(seconds=20),
    work=tell_of_leaks,
)
register_chore(
    name="forget refused calls",
    every=datetime.timedelta(hours=1),
    work=forget_refused_calls,
)
register_chore(
    name="remind that claims close",
    every=datetime.timedelta(minutes=5),
    work=remind_of_closing,
)
