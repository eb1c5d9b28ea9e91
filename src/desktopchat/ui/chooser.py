"""Who answers, and with what: the header's model button, its list, and the settings of one conversation."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QWidget

from desktopchat.domain.conversation import Conversation, ConversationSettings
from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.observe import Signal
from desktopchat.domain.provider import ProviderConfig
from desktopchat.i18n import tr
from desktopchat.services.asking import moved_params
from desktopchat.services.providers import DEMO
from desktopchat.ui.doing import Run
from desktopchat.ui.main_window import MainWindow
from desktopchat.ui.opener import Opener
from desktopchat.ui.parts import WindowParts


class Chooser:
    """Keeps the header's model button true and opens what stands behind it."""

    def __init__(self, parts: WindowParts, window: MainWindow, run: Run, opener: Opener) -> None:
        self._parts = parts
        self._window = window
        self._run = run
        self._opener = opener
        self._conversation: Conversation | None = None
        self._default = DEMO
        self._configs: list[ProviderConfig] = []
        self._known = False
        self._then: Callable[[str, str], object] = self._choose
        """What is done with the model that is chosen."""
        self._off = [parts.providers.changed.connect(self._providers_changed)]
        self.answerer_shown: Signal[ProviderConfig, str] = Signal()
        """Who answers in the shown conversation, and the model."""

    def close(self) -> None:
        for off in self._off:
            off()

    def show(self, conversation: Conversation) -> None:
        """Shows who answers in this conversation."""
        self._conversation = conversation
        settings = conversation.settings
        config = self._config(settings.provider_id)
        header = self._window.header
        if self._known or settings.provider_id == DEMO.id:
            header.show_model(settings.model or config.model, config.name)
            self.answerer_shown.emit(config, settings.model or config.model)
        header.show_settings_in_use(self._words_on(settings, config))
        self._window.empty_state.show_demo_hint(self._known and not self._configs)

    def settings_for_new(self, conversation: Conversation) -> ConversationSettings:
        """A new conversation is held with the provider and model of the one before, and with its preset as it was."""
        settings = conversation.settings
        if settings.preset_id:
            return settings
        return ConversationSettings(provider_id=settings.provider_id, model=settings.model)

    async def refresh_provider(self) -> None:
        """Reads which providers there are."""
        self._configs = await self._parts.providers.all()
        self._default = await self._parts.providers.default()
        self._known = True
        if self._conversation is not None:
            self.show(self._conversation)

    def open_models(self) -> None:
        self._run(self._open_models(self._window.header.model, self._choose), "choose a model")

    def choose_once(self, anchor: QWidget, then: Callable[[str, str], object]) -> None:
        """Opens the list at `anchor`; `then` gets the provider's id and the model. The conversation keeps its own."""
        self._run(self._open_models(anchor, then), "choose a model once")

    def open_settings(self) -> None:
        """The settings of this conversation, under their button."""
        from desktopchat.providers.parameters import known
        from desktopchat.ui.chat_settings import ChatSettingsPopup

        if self._conversation is None:
            return
        popup = _kept(self._window, ChatSettingsPopup)
        if popup is None:
            popup = ChatSettingsPopup(self._window)
            popup.settingsChanged.connect(self._configure)
            popup.requestWanted.connect(self._request_wanted)
        settings = self._conversation.settings
        config = self._config(settings.provider_id)
        popup.show_settings(settings, known(config.kind, config.base_url, settings.model or config.model))
        popup.open_under(self._window.header.settings)

    async def _open_models(self, anchor: QWidget, then: Callable[[str, str], object]) -> None:
        from desktopchat.ui.model_picker import ModelPicker, Offer

        await self.refresh_provider()
        picker = _kept(self._window, ModelPicker)
        if picker is None:
            picker = ModelPicker(self._window)
            picker.chosen.connect(self._chosen)
            picker.addRequested.connect(self._opener.add_provider)
            picker.manageRequested.connect(self._opener.providers)
        offers = [Offer(config) for config in [*self._configs, DEMO]]
        picker.show_offers(offers, self._current())
        self._then = then
        picker.open_under(anchor)
        for offer in offers:
            self._run(self._fetch(picker, offer), f"models of {offer.config.name}")

    async def _fetch(self, picker: Any, offer: Any) -> None:
        try:
            offer.models = await self._parts.providers.models(offer.config)
        except ChatError as error:
            offer.models = ()
            if error.kind is not ErrorKind.NOT_FOUND:  # an endpoint without a list is no trouble
                offer.problem = error.failure.message
        if picker.isVisible():
            picker.refresh()

    def _chosen(self, provider_id: str, model: str) -> None:
        self._then(provider_id, model)

    def _choose(self, provider_id: str, model: str) -> None:
        if self._conversation is not None:
            settings = self._conversation.settings
            before, after = self._config(settings.provider_id), self._config(provider_id)
            params = moved_params(settings, before, after, model)
            self._configure(replace(settings, provider_id=provider_id, model=model, params=params))

    def _configure(self, settings: ConversationSettings) -> None:
        conversation = self._conversation
        if conversation is not None:
            self._run(self._parts.chat.configure(conversation, settings), "configure a conversation")
        self._window.composer.setFocus()

    def _request_wanted(self) -> None:
        self._window.commandGiven.emit("show_request")

    @staticmethod
    def _words_on(settings: ConversationSettings, config: ProviderConfig) -> str:
        """What is set for this chat, in a few words."""
        if not settings.params:
            return tr("System prompt") if settings.system_prompt else ""
        from desktopchat.ui.parameter_words import set_in_words

        words = set_in_words(settings.params, config.kind, config.base_url, settings.model or config.model)
        return ", ".join([*([tr("System prompt")] if settings.system_prompt else []), *words])

    def _current(self) -> tuple[str, str]:
        settings = ConversationSettings() if self._conversation is None else self._conversation.settings
        config = self._config(settings.provider_id)
        return config.id, settings.model or config.model

    def _config(self, provider_id: str) -> ProviderConfig:
        """The provider that answers; the default one for "" and for one that was removed."""
        if provider_id == DEMO.id:
            return DEMO
        return next((config for config in self._configs if config.id == provider_id), self._default)

    def _providers_changed(self) -> None:
        self._run(self.refresh_provider(), "read the providers")


def _kept(window: MainWindow, kind: type[Any]) -> Any:
    """The window's popup of this kind, if one was made already."""
    return window.findChild(kind)
