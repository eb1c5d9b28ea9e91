"""Which model answers at which of Spark's addresses. Data only: a new version is a new row, or an edited provider.

The model is named by `parameter.chat.domain`, and every address takes its own (anything else is code 10404). From the
vendor's pages of 2025 and 2026.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from desktopchat.providers.presets import EndpointPreset

_HOST = "wss://spark-api.xf-yun.com"
KEYS = "https://console.xfyun.cn/app/myapp"


@dataclass(frozen=True, slots=True)
class Version:
    """An address and its domains, the usual one first. `thinks`: it reasons before it answers."""

    title: str
    url: str
    domains: tuple[str, ...]
    thinks: bool = False
    is_current: bool = True


VERSIONS = (
    Version("Spark 4.0 Ultra", f"{_HOST}/v4.0/chat", ("4.0Ultra",)),
    Version("Spark X2", f"{_HOST}/x2", ("spark-x",), thinks=True),
    Version("Spark X1", f"{_HOST}/v1/x1", ("spark-x", "x1"), thinks=True),
    Version("Spark Max", f"{_HOST}/v3.5/chat", ("generalv3.5",)),
    Version("Spark Max-32K", f"{_HOST}/chat/max-32k", ("max-32k",)),
    Version("Spark Pro", f"{_HOST}/v3.1/chat", ("generalv3",)),
    Version("Spark Pro-128K", f"{_HOST}/chat/pro-128k", ("pro-128k",)),
    Version("Spark Lite", f"{_HOST}/v1.1/chat", ("lite", "general")),
    Version("Spark V2", f"{_HOST}/v2.1/chat", ("generalv2",), is_current=False),
    Version("Spark kjwx", "wss://spark-openapi-n.cn-huabei-1.xf-yun.com/v1.1/chat_kjwx", ("kjwx",)),
)

FINE_TUNES = "maas-api."
"""Hosts where the domain is the id of one's own service, whatever the path looks like."""

SPARK_PRESETS = tuple(
    EndpointPreset(version.title, "", version.url, KEYS, version.domains[0])
    for version in VERSIONS
    if version.is_current
)


def version_at(url: str) -> Version | None:
    """The version whose path `url` ends with, at whichever host: gateways and the demo keep the endings."""
    parts = urlsplit(url)
    if (parts.hostname or "").startswith(FINE_TUNES):
        return None
    path = parts.path.rstrip("/")
    return next((version for version in VERSIONS if path.endswith(urlsplit(version.url).path)), None)
