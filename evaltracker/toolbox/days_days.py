"""Days as people read them in running text, and months counted from one."""

import calendar
import datetime


def day_in_words(day: datetime.date) -> str:
    """A day as a sentence says it: “25 May 2027”."""
    return f"{day.day} {day:%B %Y}"


def months_after(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later or earlier, or that month's last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return day.replace(
        year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1])
    )
