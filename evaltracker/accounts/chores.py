"""What only the passing of time calls for about logins."""

import datetime

from evaltracker.evaluations.chores import register_chore
from evaltracker.evaluations.services.logins import forget_what_is_over

register_chore(
    name="forget_ended_sessions",
    every=datetime.timedelta(hours=12),
    work=forget_what_is_over,
)
