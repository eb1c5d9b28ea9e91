"""The one stylesheet, built from the tokens: what a palette alone cannot say. Widgets are told apart by `role`."""

from collections.abc import Mapping
from pathlib import Path

from desktopchat.ui.theme.tokens import RADIUS

_TEMPLATE = """
QToolTip {{ color: {text}; background: {surface_raised}; border: 1px solid {border}; padding: 4px 6px; }}
QMainWindow, QWidget[role="page"] {{ background: {window}; }}
QWidget[role="sidebar"], QWidget[role="panel"] {{ background: {surface}; }}
QWidget[role="sidebar"] {{ border: none; border-right: 1px solid {border}; }}
QWidget[role="panel"] {{ border: none; border-left: 1px solid {border}; }}
QWidget[role="header"] {{ background: {window}; border-bottom: 1px solid {border}; }}
QFrame[role="card"] {{ background: {surface_raised}; border: 1px solid {border}; border-radius: {card}px; }}
QFrame[role="popup"] {{ background: {surface_raised}; border: 1px solid {border_strong}; border-radius: 0px; }}
QFrame[role="banner"] {{ background: {warning_surface}; border: none; border-bottom: 1px solid {border}; }}
QFrame[role="toast"] {{ background: {text}; border-radius: {control}px; }}
QFrame[role="toast"] QLabel {{ color: {window}; background: transparent; }}
QFrame[role="toast"] QPushButton {{
  color: {window}; background: transparent; border: 1px solid {window}; padding: 3px 12px;
}}
QFrame[role="toast"] QPushButton:focus {{ border: 2px solid {window}; padding: 2px 11px; }}
QFrame[role="notice"] {{
  background: {warning_surface}; border: 1px solid {border}; border-radius: {control}px;
}}
QFrame[role="line"] {{ background: {border}; border: none; max-height: 1px; min-height: 1px; }}

QLabel[role="muted"] {{ color: {text_muted}; }}
QLabel[role="error"] {{ color: {error}; }}
QLabel[role="success"] {{ color: {success}; }}
QLabel[role="warning"] {{ color: {warning}; }}

QToolButton {{
  color: {text}; background: transparent; border: 2px solid transparent; border-radius: {control}px; padding: 4px;
}}
QToolButton:hover, QToolButton:open {{ background: {hover}; }}
QToolButton:pressed, QToolButton:checked {{ background: {selected}; }}
QToolButton:focus {{ border-color: {accent}; }}
QToolButton:disabled {{ color: {text_muted}; }}
QToolButton[role="chip"] {{
  color: {text_muted}; background: {surface}; border: 1px solid {border}; border-radius: 12px; padding: 3px 10px;
}}
QToolButton[role="chip"]:hover {{ color: {text}; background: {hover}; }}
QToolButton[role="chip"]:focus {{ border: 2px solid {accent}; padding: 2px 9px; }}
QToolButton[role="tag"] {{ color: {text_muted}; padding: 2px 8px; }}
QToolButton[role="tag"]:checked {{ color: {text}; }}
QToolButton::menu-indicator {{ image: none; }}

QPushButton {{
  color: {text}; background: {surface_raised}; border: 1px solid {border_strong}; border-radius: {control}px;
  padding: 6px 14px; min-height: 18px;
}}
QPushButton:hover {{ background: {hover}; }}
QPushButton:pressed {{ background: {selected}; }}
QPushButton:focus {{ border: 2px solid {accent}; padding: 5px 13px; }}
QPushButton:disabled {{ color: {text_muted}; border-color: {border}; }}
QPushButton[role="primary"] {{ color: {accent_text}; background: {accent}; border-color: {accent}; }}
QPushButton[role="primary"]:hover {{ background: {accent_hover}; border-color: {accent_hover}; }}
QPushButton[role="primary"]:focus {{ border: 2px solid {text}; }}
QPushButton[role="primary"]:disabled {{ color: {text_muted}; background: {hover}; border-color: {hover}; }}
QPushButton[role="link"] {{ color: {link}; background: transparent; border-color: transparent; padding: 2px 4px; }}
QPushButton[role="link"]:hover {{ text-decoration: underline; background: transparent; }}
QPushButton[role="link"]:focus {{ border: 1px solid {accent}; padding: 2px 4px; }}
QPushButton[role="suggestion"] {{
  text-align: left; border-color: {border}; border-radius: {card}px; padding: 12px 14px;
}}
QPushButton[role="suggestion"]:focus {{ border: 2px solid {accent}; padding: 11px 13px; }}

QLineEdit, QPlainTextEdit[role="field"], QComboBox, QSpinBox, QDoubleSpinBox {{
  color: {text}; background: {surface_raised}; border: 1px solid {border_strong}; border-radius: {control}px;
  padding: 5px 8px; selection-background-color: {selection}; selection-color: {text};
}}
QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox {{ min-height: 20px; }}
QLineEdit {{ placeholder-text-color: {text_muted}; }}
QComboBox QLineEdit {{ border: none; padding: 0; }}
QSpinBox QLineEdit, QDoubleSpinBox QLineEdit {{ border: none; padding: 0; }}
QLineEdit:focus, QPlainTextEdit[role="field"]:focus, QComboBox:focus, QSpinBox:focus,
QDoubleSpinBox:focus {{ border: 2px solid {accent}; padding: 4px 7px; }}
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled {{ color: {text_muted}; background: {surface}; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: url("{chevron_down}"); width: 14px; height: 14px; }}
QSpinBox::up-button, QDoubleSpinBox::up-button {{
  subcontrol-origin: padding; subcontrol-position: top right; width: 22px; border: none; background: transparent;
}}
QSpinBox::down-button, QDoubleSpinBox::down-button {{
  subcontrol-origin: padding; subcontrol-position: bottom right; width: 22px; border: none; background: transparent;
}}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {{ image: url("{chevron_up}"); width: 11px; height: 11px; }}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {{ image: url("{chevron_down}"); width: 11px; height: 11px; }}
QComboBox QAbstractItemView {{ background: {surface_raised}; border: 1px solid {border_strong}; outline: none; }}

QCheckBox::indicator {{
  width: 16px; height: 16px; border: 1px solid {border_strong}; border-radius: 4px; background: {surface_raised};
}}
QCheckBox::indicator:focus {{ border: 2px solid {accent}; width: 14px; height: 14px; }}
QCheckBox::indicator:checked {{ background: {accent}; border-color: {accent}; image: url("{check}"); }}
QCheckBox:focus {{ color: {link}; }}

QListView, QTreeView {{ background: transparent; border: none; outline: none; }}
QListView[role="card"] {{
  background: {surface}; border: 1px solid {border}; border-radius: {control}px; padding: 4px;
}}
QListView[role="card"]:focus {{ border-color: {accent}; }}
QListView[role="card"]::item {{ padding: 7px 8px; border-radius: 6px; color: {text}; }}
QListView[role="card"]::item:hover {{ background: {hover}; }}
QListView[role="card"]::item:selected {{ background: {selected}; }}
QTreeView[role="table"] {{ border: 1px solid {border}; border-radius: {control}px; }}
QTreeView[role="table"]:focus {{ border-color: {accent}; }}
QTreeView[role="table"]::item {{ padding: 6px 8px; color: {text}; border: none; }}
QTreeView[role="table"]::item:hover {{ background: {hover}; }}
QTreeView[role="table"]::item:selected {{ background: {selected}; }}
QTreeView[role="table"] QHeaderView::section {{
  color: {text_muted}; background: {surface}; border: none; border-bottom: 1px solid {border}; padding: 6px 8px;
}}
QMenu {{ background: {surface_raised}; border: 1px solid {border_strong}; padding: 4px; }}
QMenu::item {{ color: {text}; padding: 6px 24px 6px 12px; border-radius: 6px; }}
QMenu::item:selected {{ background: {selected}; }}
QMenu::item:disabled {{ color: {text_muted}; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::separator {{ height: 1px; background: {border}; margin: 4px 8px; }}

QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {border_strong}; border-radius: 3px; }}
QScrollBar::handle:vertical {{ min-height: 32px; margin: 2px 3px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; margin: 3px 2px; }}
QScrollBar::handle:hover {{ background: {text_muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QSplitter::handle {{ background: {border}; }}
"""


def stylesheet(colours: Mapping[str, str], pictures: Path, variant: str) -> str:
    """The stylesheet for one set of colours; its arrows are in `pictures`, drawn for "light" or "dark"."""
    return _TEMPLATE.format(
        **colours,
        chevron_down=(pictures / f"chevron-{variant}.svg").as_posix(),
        chevron_up=(pictures / f"chevron-up-{variant}.svg").as_posix(),
        check=(pictures / f"check-{variant}.svg").as_posix(),
        control=RADIUS.control,
        card=RADIUS.card,
    )
