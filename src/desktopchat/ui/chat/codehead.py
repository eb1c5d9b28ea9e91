"""The line above a piece of code: its language, and painted controls to wrap, save and copy it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from desktopchat.i18n import tr
from desktopchat.ui.chat import look as sizes
from desktopchat.ui.chat.look import look
from desktopchat.ui.theme import theme

_ICON = 16
_WIDE, _HIGH = 28, 24
_MOST_LANGUAGE = 40


class Control(StrEnum):
    """What can be done with a piece of code; the value is the icon's name."""

    WRAP = "wrap"
    SAVE = "download"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class HeadState:
    """How the controls look now: which one is under the mouse, has the focus, has just been used."""

    wraps: bool = False
    can_wrap: bool = False
    hovered: Control | None = None
    focused: Control | None = None
    done: Control | None = None


def name_of(control: Control, *, wraps: bool) -> str:
    """What a tooltip and a screen reader say."""
    match control:
        case Control.WRAP:
            return tr("Do not wrap lines") if wraps else tr("Wrap lines")
        case Control.SAVE:
            return tr("Save the code…")
        case Control.COPY:
            return tr("Copy the code")


def changed(state: HeadState, **values: Any) -> HeadState:
    """`state` with other values; itself where that is no change."""
    newer = replace(state, **values)
    return state if newer == state else newer


def controls(state: HeadState) -> list[Control]:
    """Those that are there, from left to right. Wrapping is offered where it would change something."""
    return [control for control in Control if control is not Control.WRAP or state.can_wrap]


def places(head: QRectF, state: HeadState) -> Iterator[tuple[Control, QRectF]]:
    """Where each control is in the head."""
    right = head.right() - sizes.CODE_PADDING / 2
    top = head.top() + (head.height() - _HIGH) / 2
    for control in reversed(controls(state)):
        right -= _WIDE
        yield control, QRectF(right, top, _WIDE, _HIGH)


def control_at(head: QRectF, state: HeadState, point: QPointF) -> Control | None:
    for control, place in places(head, state):
        if place.contains(point):
            return control
    return None


def paint(painter: QPainter, head: QRectF, language: str, state: HeadState) -> None:
    painter.setFont(look().small)
    painter.setPen(look().color("text_muted"))
    right = head.right()
    for control, place in places(head, state):
        _paint_control(painter, control, place, state)
        right = place.left()
    label = QRectF(head.left() + sizes.CODE_PADDING, head.top(), 0, head.height())
    label.setRight(max(label.left(), right - 8))
    name = language[:_MOST_LANGUAGE] or tr("Code")
    name = QFontMetricsF(look().small).elidedText(name, Qt.TextElideMode.ElideRight, label.width())
    painter.setPen(look().color("text_muted"))
    painter.drawText(label, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)


def _paint_control(painter: QPainter, control: Control, place: QRectF, state: HeadState) -> None:
    is_on = control is Control.WRAP and state.wraps
    if control is state.hovered or is_on:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look().color("selected" if is_on else "hover"))
        painter.drawRoundedRect(place, 6, 6)
    if control is state.focused:
        painter.setPen(QPen(look().color("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), 6, 6)
    icon, colour = control.value, "text" if control in (state.hovered, state.focused) or is_on else "text_muted"
    if control is state.done:
        icon, colour = "check", "success"
    corner = place.center() - QPointF(_ICON / 2, _ICON / 2)
    theme().icon(icon, colour, _ICON).paint(painter, QRect(corner.toPoint(), QRect(0, 0, _ICON, _ICON).size()))
