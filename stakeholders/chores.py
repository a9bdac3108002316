"""What only the passing of time calls for on floor 2."""

import datetime

from evaltracker.evaluations.chores import register_chore
from stakeholders.services.lending import end_lapsed_sight

register_chore(
    name="end_lapsed_sight",
    every=datetime.timedelta(minutes=15),
    work=end_lapsed_sight,
)
