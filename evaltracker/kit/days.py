"""Days as people read them in running text."""

import datetime


def day_in_words(day: datetime.date) -> str:
    """A day as a sentence says it: “25 May 2027”."""
    return f"{day.day} {day:%B %Y}"
