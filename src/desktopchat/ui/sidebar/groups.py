"""Under which heading a conversation stands, by its age. Plain dates; no widgets."""

from datetime import date, datetime, timedelta

from PySide6.QtCore import QDate, QLocale

from desktopchat.i18n import current_language, tr


def heading(updated: datetime, today: date) -> str:
    """The heading for a conversation that was touched at `updated` (any time zone), seen on `today` (local)."""
    day = updated.astimezone().date()
    if day >= today:
        return tr("Today")
    if day == today - timedelta(days=1):
        return tr("Yesterday")
    if day >= today - timedelta(days=7):
        return tr("Previous 7 days")
    if day >= today - timedelta(days=30):
        return tr("Previous 30 days")
    return _month(day, today)


def _month(day: date, today: date) -> str:
    locale = QLocale(current_language())
    if day.year == today.year:
        return locale.standaloneMonthName(day.month)
    return locale.toString(QDate(day.year, day.month, day.day), tr("MMMM yyyy"))
