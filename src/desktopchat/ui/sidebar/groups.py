"""Under which heading a conversation stands, by its age. Plain dates; no widgets."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from PySide6.QtCore import QDate, QLocale

from desktopchat.i18n import current_language, tr


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time with its heading; what is older than `start` stands under another one."""

    heading: str
    start: datetime


def period(updated: datetime, today: date) -> Period:
    """The period of a conversation that was touched at `updated` (any time zone), seen on `today` (local)."""
    day = updated.astimezone().date()
    if day >= today:
        return _since(tr("Today"), today)
    if day == today - timedelta(days=1):
        return _since(tr("Yesterday"), day)
    if day >= today - timedelta(days=7):
        return _since(tr("Previous 7 days"), today - timedelta(days=7))
    if day >= today - timedelta(days=30):
        return _since(tr("Previous 30 days"), today - timedelta(days=30))
    return _since(_month(day, today), day.replace(day=1))


def _since(heading: str, day: date) -> Period:
    """From the local midnight at which `day` begins."""
    return Period(heading, datetime(day.year, day.month, day.day).astimezone())


def _month(day: date, today: date) -> str:
    locale = QLocale(current_language())
    if day.year == today.year:
        return locale.standaloneMonthName(day.month)
    return locale.toString(QDate(day.year, day.month, day.day), tr("MMMM yyyy"))
