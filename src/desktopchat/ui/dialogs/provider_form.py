"""The form for one endpoint. It knows fields and what may stand in them; it stores and asks nothing."""

from dataclasses import replace

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from desktopchat.domain.provider import KeyPlace, ModelInfo, ProviderConfig
from desktopchat.domain.secret import Secret
from desktopchat.domain.text import msg
from desktopchat.i18n import render, tr
from desktopchat.providers import registry
from desktopchat.providers.registry import EndpointPreset
from desktopchat.settings.keys import pasted_key
from desktopchat.ui.dialogs.base import field_label
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import button, label

PLACES = {
    KeyPlace.KEYRING: msg("In the system keyring"),
    KeyPlace.SESSION: msg("Only until the program ends"),
    KeyPlace.ENVIRONMENT: msg("In an environment variable"),
    KeyPlace.NONE: msg("No key"),
}
WHERE_IT_IS = {
    KeyPlace.KEYRING: msg("A key is in the system keyring. It is never shown."),
    KeyPlace.SESSION: msg("A key is kept until the program ends. It is never shown."),
    KeyPlace.ENVIRONMENT: msg("The key comes from an environment variable."),
    KeyPlace.NONE: msg("No key is stored."),
}


class ProviderForm(QWidget):
    """Kind, vendor, name, address, model, key."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._config = ProviderConfig(name="", kind="openai")
        self._is_new = True
        self._keyring_usable = True
        self._why = ""
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setVerticalSpacing(SPACE.m)
        self._form.setHorizontalSpacing(SPACE.l)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._build()

    def show_config(self, config: ProviderConfig, *, is_new: bool) -> None:
        """Fills the form; the key's field stays empty whatever is stored."""
        self._config, self._is_new = config, is_new
        self.kind.setCurrentIndex(max(0, self.kind.findData(config.kind)))
        self._fill_vendors()
        self.vendor.setCurrentIndex(self._vendor_of(config.base_url))
        self.name.setText(config.name)
        self.base_url.setText(config.base_url)
        self.model.clear()
        self.model.setEditText(config.model)
        self.key.clear()
        self.key_env.setText(config.key_env)
        place = KeyPlace.ENVIRONMENT if config.key_env else config.key_place
        if is_new and place is KeyPlace.NONE:
            place = self._usual_place()
        self.place.setCurrentIndex(self.place.findData(place))
        self.default.setChecked(config.is_default)
        self._show_key_fields()
        if is_new:
            self._take_preset()

    def show_keyring(self, *, usable: bool, why: str) -> None:
        """Whether there is a keyring to choose; `why` says what is the matter with it, and what to do."""
        self._keyring_usable, self._why = usable, why
        row = self.place.findData(KeyPlace.KEYRING)
        item = self.place.model().item(row)
        item.setEnabled(usable)
        if not usable and self._is_new and self.chosen_place() is KeyPlace.KEYRING:
            self.place.setCurrentIndex(self.place.findData(KeyPlace.SESSION))
        self._show_key_fields()

    def show_models(self, models: tuple[ModelInfo, ...]) -> None:
        """Offers the models that the endpoint named."""
        typed = self.model.currentText()
        self.model.clear()
        self.model.addItems([model.id for model in models])
        self.model.setEditText(typed)

    def config(self) -> ProviderConfig:
        """What the form says, with the identity of what it was filled with."""
        place = self.chosen_place()
        return replace(
            self._config,
            kind=self.kind.currentData(),
            name=self.name.text().strip(),
            base_url=self.base_url.text().strip(),
            model=self.model.currentText().strip(),
            key_env=self.key_env.text().strip() if place is KeyPlace.ENVIRONMENT else "",
            is_default=self.default.isChecked(),
        )

    def secret(self) -> Secret | None:
        """The key that was typed, if one was, without blanks and a pasted `Bearer` around it.

        Raises `ChatError` `bad_request` for what cannot be a key.
        """
        kept = self.chosen_place() in (KeyPlace.KEYRING, KeyPlace.SESSION)
        if not kept or not self.key.text().strip():
            return None
        key = pasted_key(self.key.text()).key
        registry.check_key(self.kind.currentData(), key)
        return key

    def chosen_place(self) -> KeyPlace:
        return KeyPlace(self.place.currentData())

    def forget_secret(self) -> None:
        """The key was stored: the field does not keep it."""
        self.key.clear()

    # -- building -----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.kind = self._combo("providerKind")
        for row in registry.KINDS.values():
            if row.name != "demo":
                self.kind.addItem(render(row.title), row.name)
        self.vendor = self._combo("providerVendor")
        self.name = self._line("providerName")
        self.base_url = self._line("providerBaseUrl")
        self.model = self._combo("providerModel")
        self.model.setEditable(True)
        self.model.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.place = self._combo("providerKeyPlace")
        for place, words in PLACES.items():
            self.place.addItem(render(words), place.value)
        self._build_key_fields()
        self.default = QCheckBox(tr("Use it for new chats"))
        for title, widget in (
            (tr("Kind"), self.kind),
            (tr("Vendor"), self.vendor),
            (tr("Name"), self.name),
            (tr("Address"), self.base_url),
            (tr("Model"), self.model),
            (tr("Keep the key"), self.place),
        ):
            self._form.addRow(field_label(title, widget), widget)
        self._form.addRow(field_label(tr("Key"), self.key), self._key_row)
        self._form.addRow(field_label(tr("Variable"), self.key_env), self.key_env)
        self._form.addRow("", self._key_note)
        self._form.addRow("", self.default)
        self.kind.activated.connect(self._kind_chosen)
        self.vendor.activated.connect(self._take_preset)
        self.place.currentIndexChanged.connect(self._show_key_fields)

    def add_below(self, widget: QWidget) -> None:
        """Puts `widget` under the fields, in their column; a button is no wider than its words."""
        self._form.addRow("", widget)
        if isinstance(widget, QPushButton):
            widget.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def _build_key_fields(self) -> None:
        self.key = self._line("providerKey")
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.key.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhHiddenText
        )
        self._get_key = button(tr("Get a key"), "link")
        self._get_key.clicked.connect(self._open_key_page)
        self._key_row = QWidget()
        row = QHBoxLayout(self._key_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.key, 1)
        row.addWidget(self._get_key)
        self.key_env = self._line("providerKeyVariable")
        self.key_env.setPlaceholderText("OPENAI_API_KEY")
        self._key_note = label("", "muted", "small")

    def _combo(self, name: str) -> QComboBox:
        made = QComboBox()
        made.setObjectName(name)
        made.setMinimumContentsLength(18)
        made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        made.currentTextChanged.connect(self.changed)
        return made

    def _line(self, name: str) -> QLineEdit:
        made = QLineEdit()
        made.setObjectName(name)
        made.textChanged.connect(self.changed)
        return made

    # -- what depends on what -----------------------------------------------------------------------------------

    def _presets(self) -> tuple[EndpointPreset, ...]:
        return registry.kind(self.kind.currentData()).presets

    def _fill_vendors(self) -> None:
        self.vendor.clear()
        for preset in self._presets():
            self.vendor.addItem(f"{preset.name} · {tr(preset.region)}" if preset.region else preset.name, preset)
        self.vendor.addItem(tr("Another address"), None)

    def _vendor_of(self, base_url: str) -> int:
        known = [preset.base_url for preset in self._presets()]
        if self._is_new and not base_url:
            return 0
        return known.index(base_url) if base_url in known else len(known)

    def _kind_chosen(self) -> None:
        self._fill_vendors()
        self.vendor.setCurrentIndex(0)
        self._take_preset()

    def _take_preset(self) -> None:
        """Fills name, address and model from the chosen vendor; "another address" empties nothing."""
        preset = self.vendor.currentData()
        if not isinstance(preset, EndpointPreset):
            self.base_url.setFocus()
            return
        self.name.setText(preset.name)
        self.base_url.setText(preset.base_url)
        self.model.clear()
        self.model.setEditText(preset.model)
        local = preset.base_url.startswith("http://127.0.0.1")
        if self._is_new:
            self.place.setCurrentIndex(self.place.findData(KeyPlace.NONE if local else self._usual_place()))
        self._show_key_fields()

    def _usual_place(self) -> KeyPlace:
        return KeyPlace.KEYRING if self._keyring_usable else KeyPlace.SESSION

    def _show_key_fields(self) -> None:
        place = self.chosen_place()
        typed = place in (KeyPlace.KEYRING, KeyPlace.SESSION)
        self._form.setRowVisible(self._key_row, typed)
        self._form.setRowVisible(self.key_env, place is KeyPlace.ENVIRONMENT)
        preset = self.vendor.currentData()
        self._get_key.setVisible(isinstance(preset, EndpointPreset) and bool(preset.key_url))
        stored = not self._is_new and self._config.key_place in (KeyPlace.KEYRING, KeyPlace.SESSION)
        form = ":".join(registry.kind(self.kind.currentData()).key_parts)
        self.key.setPlaceholderText(tr("Stored; type to replace it") if stored else form or tr("Paste the key here"))
        self._key_note.setText(self._note(place))

    def _note(self, place: KeyPlace) -> str:
        """Where the key is, and what is the matter with the keyring if something is."""
        if not self._keyring_usable and place in (KeyPlace.KEYRING, KeyPlace.SESSION):
            return self._why
        if place is KeyPlace.ENVIRONMENT:
            return tr("The program reads the variable when it asks; the key is stored nowhere.")
        if not self._is_new:
            return render(WHERE_IT_IS[self._config.key_place])
        return render(registry.kind(self.kind.currentData()).key_help)

    def _open_key_page(self) -> None:
        preset = self.vendor.currentData()
        if isinstance(preset, EndpointPreset) and preset.key_url:
            QDesktopServices.openUrl(QUrl(preset.key_url))
