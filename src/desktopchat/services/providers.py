"""The configured endpoints: which there are, which answers, where their keys are, whether they work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from desktopchat.domain.errors import ChatError, ErrorKind, Failure, failed
from desktopchat.domain.message import user_message
from desktopchat.domain.observe import Signal
from desktopchat.domain.provider import KeyPlace, ModelInfo, ProviderConfig
from desktopchat.domain.request import ChatRequest, Limits
from desktopchat.domain.secret import Secret
from desktopchat.domain.text import Text, msg

if TYPE_CHECKING:
    from desktopchat.providers.base import Account, Provider
    from desktopchat.settings.keys import KeyBackend, KeyStore
    from desktopchat.storage.providers import ProviderStore

_KEPT = (KeyPlace.KEYRING, KeyPlace.SESSION)
DEMO = ProviderConfig(name="Demo", kind="demo", model="demo", id="demo")
"""The built-in provider: always there, never listed among the configured ones."""


class Network(Protocol):
    """What the settings say about the way out."""

    @property
    def proxy(self) -> str: ...
    @property
    def ca_file(self) -> str: ...


@dataclass(frozen=True, slots=True)
class PlainNetwork:
    proxy: str = "system"
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a test of an endpoint found, in plain words."""

    ok: bool
    message: Text
    failure: Failure | None = None
    models: tuple[ModelInfo, ...] = ()


class ProviderService:
    """Owns the list of endpoints and the open connections to them."""

    def __init__(
        self,
        store: ProviderStore,
        keys: KeyStore,
        *,
        demo_url: Callable[[], Awaitable[str]],
        network: Callable[[], Network] = PlainNetwork,
    ) -> None:
        self.changed: Signal[()] = Signal()
        self.key_tidied: Signal[ProviderConfig] = Signal()
        """Blanks, quotes or `Bearer ` were taken off the key in an endpoint's variable; said once for each."""
        self._store = store
        self._keys = keys
        self._demo_url = demo_url
        self._network = network
        self._open: dict[str, tuple[Account, Provider]] = {}
        self._retired: list[Provider] = []
        self._tidied: set[tuple[str, str]] = set()

    async def all(self) -> list[ProviderConfig]:
        """The configured endpoints in the order in which they were added; without the demo."""
        return await self._store.all()

    async def get(self, provider_id: str) -> ProviderConfig:
        """Raises `ChatError` `not_found` for an id that is not configured (any more)."""
        return DEMO if provider_id == DEMO.id else await self._store.get(provider_id)

    async def named(self, name: str) -> ProviderConfig:
        """The endpoint called `name` (case does not matter), or `not_found`."""
        found = next((c for c in await self.all() if c.name.casefold() == name.casefold()), None)
        if found is None and name.casefold() == DEMO.name.casefold():
            found = DEMO
        if found is None:
            raise failed(
                ErrorKind.NOT_FOUND,
                msg("There is no provider called “{name}”.", name=name),
                hint=msg("`desktopchat providers list` shows the names of the configured ones."),
            )
        return found

    async def default(self) -> ProviderConfig:
        """The default endpoint, or the demo where none is configured."""
        configs = await self.all()
        return next((c for c in configs if c.is_default), configs[0] if configs else DEMO)

    async def chosen(self, provider_id: str) -> ProviderConfig:
        """`get`, or the default for an empty id."""
        return await (self.get(provider_id) if provider_id else self.default())

    async def answering(self, provider_id: str) -> ProviderConfig:
        """`chosen`; one that was removed is replaced by the default, as nothing else can answer."""
        try:
            return await self.chosen(provider_id)
        except ChatError as error:
            if error.kind is not ErrorKind.NOT_FOUND:
                raise
            return await self.default()

    async def add(
        self, config: ProviderConfig, key: Secret | None = None, place: KeyPlace = KeyPlace.KEYRING
    ) -> ProviderConfig:
        """Stores a new endpoint, its key first; returns it as it is stored.

        Raises `ChatError`: `bad_request` for a name in use, `keyring` when the key cannot be kept; nothing is
        added then.
        """
        from desktopchat.providers import registry

        _refuse_the_demos_name(config.name)
        config = replace(config, base_url=registry.normalised(config.kind, config.base_url))
        config = replace(config, key_place=KeyPlace.ENVIRONMENT if config.key_env else KeyPlace.NONE)
        stored = await self._store.add(config)
        if key:
            try:
                await self._keep_key(stored, key, place)
            except ChatError:
                await self._store.remove(stored.id)
                raise
        self.changed.emit()
        return await self.get(stored.id)

    async def update(self, config: ProviderConfig) -> None:
        """Stores new values. Raises `ChatError` `bad_request` for a name in use or an address that is none."""
        from desktopchat.providers import registry

        if config.name != (await self._store.get(config.id)).name:
            _refuse_the_demos_name(config.name)
        await self._store.update(replace(config, base_url=registry.normalised(config.kind, config.base_url)))
        self.changed.emit()

    async def remove(self, provider_id: str) -> Failure | None:
        """Removes the endpoint and its key, and returns what people should be told: a locked key store keeps its key.

        The endpoint goes all the same, as nobody may be able to unlock the key store any more.
        """
        config = await self._store.get(provider_id)
        left: Failure | None = None
        try:
            if config.key_place in _KEPT:
                await self._keys.delete(provider_id, place=config.key_place)
        except ChatError as error:
            left = _key_stays(config, error)
        await self._store.remove(provider_id)
        self._retire(provider_id)
        self.changed.emit()
        return left

    async def set_default(self, provider_id: str) -> None:
        await self._store.set_default(provider_id)
        self.changed.emit()

    async def set_key(self, provider_id: str, key: Secret, place: KeyPlace = KeyPlace.KEYRING) -> KeyPlace:
        """Keeps `key` in the keyring or for this session; returns where. Raises `ChatError` `keyring`."""
        await self._keep_key(await self.get(provider_id), key, place)
        self.changed.emit()
        return place

    async def delete_key(self, provider_id: str) -> bool:
        """Removes the key that is kept for the endpoint; says whether there was one. A variable stays in use."""
        config = await self.get(provider_id)
        removed = False
        if config.key_place in _KEPT:
            removed = await self._keys.delete(provider_id, place=config.key_place)
        place = KeyPlace.ENVIRONMENT if config.key_env else KeyPlace.NONE
        await self._store.update(replace(config, key_place=place))
        self._retire(provider_id)
        self.changed.emit()
        return removed

    async def has_key(self, config: ProviderConfig) -> bool:
        """Asks the keyring itself, which may wait for an unlock."""
        return await self._keys.get(config.id, place=config.key_place) is not None

    async def key_backend(self) -> KeyBackend:
        return await self._keys.backend()

    async def connect(self, config: ProviderConfig) -> Provider:
        """The adapter for `config` with its key, kept open for the next question. Raises `ChatError`."""
        return self._opened(config.id, await self._account(config))

    async def models(self, config: ProviderConfig) -> list[ModelInfo]:
        """What the endpoint offers. Raises `ChatError`."""
        return await (await self.connect(config)).models()

    async def test(self, config: ProviderConfig, key: Secret | None = None) -> Diagnosis:
        """Tries the endpoint, with `key` in place of the stored one if given. Never raises `ChatError`."""
        from desktopchat.providers import registry

        provider: Provider | None = None
        try:
            config = replace(config, base_url=registry.normalised(config.kind, config.base_url))
            provider = registry.create(await self._account(config, key))
            return await _diagnosed(provider, config)
        except ChatError as error:
            return Diagnosis(ok=False, message=error.failure.message, failure=error.failure)
        finally:
            if provider is not None:
                await provider.aclose()

    async def aclose(self) -> None:
        """Closes every connection."""
        for provider_id in tuple(self._open):
            self._retire(provider_id)
        retired, self._retired = self._retired, []
        for provider in retired:
            await provider.aclose()

    async def _keep_key(self, config: ProviderConfig, key: Secret, place: KeyPlace) -> None:
        await self._keys.set(config.id, key, place=place)
        if config.key_place in _KEPT and config.key_place is not place:
            await self._keys.delete(config.id, place=config.key_place)
        await self._store.update(replace(config, key_place=place, key_env=""))
        self._retire(config.id)

    async def _account(self, config: ProviderConfig, key: Secret | None = None) -> Account:
        if config.kind == DEMO.kind and not config.base_url:
            config = replace(config, base_url=await self._demo_url())
        from desktopchat.providers.base import Account

        network = self._network()
        return Account(
            config,
            key or await self._key(config),
            proxy=config.proxy or network.proxy,
            ca_file=config.ca_file or network.ca_file,
        )

    async def _key(self, config: ProviderConfig) -> Secret | None:
        if config.key_env:
            return self._key_in_variable(config)
        if config.key_place not in _KEPT:
            return None
        key = await self._keys.get(config.id, place=config.key_place)
        if key is None:
            raise _key_is_gone(config)
        return key

    def _key_in_variable(self, config: ProviderConfig) -> Secret:
        from desktopchat.settings.keys import pasted_key

        pasted = pasted_key(self._keys.from_environment(config.key_env).reveal())
        if pasted.tidied and (config.id, config.key_env) not in self._tidied:
            self._tidied.add((config.id, config.key_env))
            self.key_tidied.emit(config)
        return pasted.key

    def _opened(self, provider_id: str, account: Account) -> Provider:
        from desktopchat.providers import registry

        known = self._open.get(provider_id)
        if known is not None and known[0] == account:
            return known[1]
        self._retire(provider_id)
        provider = registry.create(account)
        self._open[provider_id] = (account, provider)
        return provider

    def _retire(self, provider_id: str) -> None:
        """Takes an adapter out of use; answers that still come over it are not cut off."""
        if known := self._open.pop(provider_id, None):
            self._retired.append(known[1])


async def _diagnosed(provider: Provider, config: ProviderConfig) -> Diagnosis:
    from desktopchat.providers import registry

    try:
        models = tuple(await provider.models())
    except ChatError as error:
        may_answer = config.model or not registry.kind(config.kind).needs_model
        if error.kind is not ErrorKind.NOT_FOUND or not may_answer:
            raise
        await _one_word(provider, config.model)
        if not config.model:
            return Diagnosis(ok=True, message=msg("It works: the server answers."))
        return Diagnosis(
            ok=True, message=msg("It works: {model} answers. (The server has no list of models.)", model=config.model)
        )
    if config.model and models and config.model not in {model.id for model in models}:
        return Diagnosis(
            ok=True,
            message=msg("The server answers, but {model} is not in its list of models.", model=config.model),
            models=models,
        )
    return Diagnosis(
        ok=True, message=msg("It works: the server answers and offers {n} models.", n=len(models)), models=models
    )


async def _one_word(provider: Provider, model: str) -> None:
    """Asks for the shortest answer there is; raises `ChatError` if it does not come."""
    limits = Limits(first_content_s=60, idle_s=60)
    async for _event in provider.stream(
        ChatRequest(model, (user_message("hi"),), params={"max_tokens": 1}, limits=limits)
    ):
        continue


def _refuse_the_demos_name(name: str) -> None:
    """A second one of that name could not be told from the built-in one, which is always there."""
    if name.strip().casefold() == DEMO.name.casefold():
        raise failed(
            ErrorKind.BAD_REQUEST,
            msg("“{name}” is the name of the built-in demo.", name=name.strip()),
            hint=msg("Choose another name."),
        )


def _key_stays(config: ProviderConfig, error: ChatError) -> Failure:
    return replace(
        error.failure,
        message=msg("The key of {name} could not be removed and stays in the system's key store.", name=config.name),
        hint=msg("Unlock the key store and remove the entry “{id}” of desktopchat there.", id=config.id),
    )


def _key_is_gone(config: ProviderConfig) -> ChatError:
    if config.key_place is KeyPlace.SESSION:
        return failed(
            ErrorKind.AUTH,
            msg("The key of {name} was kept for one session only, and that session is over.", name=config.name),
            hint=msg("Enter the key again in the provider's settings."),
        )
    return failed(
        ErrorKind.AUTH,
        msg("The system keyring has no key for {name} any more.", name=config.name),
        hint=msg("Enter the key again in the provider's settings, or with `desktopchat keys set`."),
    )
