"""A configured endpoint, and what is known of its models."""

from dataclasses import dataclass, field
from enum import StrEnum

from desktopchat.domain.message import new_id


class KeyPlace(StrEnum):
    """Where a provider's key is. Never what it is."""

    KEYRING = "keyring"
    SESSION = "session"
    ENVIRONMENT = "env"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """An endpoint as the user configured it.

    `proxy` is "" (as in the settings), "none", "system" or a URL. `key_env` names an environment variable that
    holds the key; `key_place` says where the key was put last.
    """

    name: str
    kind: str
    base_url: str = ""
    model: str = ""
    id: str = field(default_factory=new_id)
    key_env: str = ""
    key_place: KeyPlace = KeyPlace.NONE
    ca_file: str = ""
    proxy: str = ""
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a model can take and do; None where nobody knows."""

    images: bool | None = None
    files: bool | None = None
    reasoning: bool | None = None
    tools: bool | None = None
    system_prompt: bool = True


@dataclass(frozen=True, slots=True)
class ModelInfo:
    id: str
    name: str = ""
    context_tokens: int | None = None
    capabilities: Capabilities = field(default_factory=Capabilities)
