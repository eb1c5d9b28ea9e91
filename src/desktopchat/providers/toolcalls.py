"""Puts a model's calls together from their fragments, whichever way a server numbers them. Runs nothing."""

import json
from dataclasses import dataclass, field

from desktopchat.domain.events import ToolCallReady
from desktopchat.domain.surrogates import repaired
from desktopchat.domain.values import Json
from desktopchat.providers.jsontext import list_of, object_of, string_of

MOST_CALLS = 256


@dataclass(slots=True)
class _Call:
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


class ToolCallAssembler:
    """One per answer. Fragments belong together by index, else by id, else they continue the newest call.

    An index that comes with another id and a name of its own begins a new call: some servers number all of them 0.
    """

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._by_index: dict[int, _Call] = {}

    def __bool__(self) -> bool:
        return bool(self._calls)

    def feed(self, fragments: Json) -> int:
        """Takes the `tool_calls` of one delta; returns how many characters of substance were in it."""
        return sum(self._fragment(object_of(fragment)) for fragment in list_of(fragments) if isinstance(fragment, dict))

    def ready(self) -> list[ToolCallReady]:
        """The calls in the order of their first fragments. Nameless ones cannot be called and are left out."""
        return [
            ToolCallReady(call.id or f"call_{number}", repaired(call.name), repaired("".join(call.arguments)))
            for number, call in enumerate(self._calls)
            if call.name
        ]

    def _fragment(self, fragment: dict[str, Json]) -> int:
        function = object_of(fragment.get("function")) or fragment
        name = string_of(function.get("name"))
        arguments = _arguments(function.get("arguments"))
        call = self._belongs_to(fragment.get("index"), string_of(fragment.get("id")), name)
        call.name = call.name or name
        call.arguments.append(arguments)
        return len(name) + len(arguments)

    def _belongs_to(self, index: Json, call_id: str, name: str) -> _Call:
        number = index if isinstance(index, int) and not isinstance(index, bool) else None
        call = self._known(number, call_id, name)
        if call is None or (call_id and call.id and call.id != call_id and name):
            call = self._begin()
        if number is not None:
            self._by_index[number] = call
        call.id = call.id or call_id
        return call

    def _known(self, number: int | None, call_id: str, name: str) -> _Call | None:
        if number is not None and number in self._by_index:
            return self._by_index[number]
        same = next((call for call in self._calls if call_id and call.id == call_id), None)
        if same is not None:
            return same
        newest = self._calls[-1] if self._calls else None
        begins = bool(call_id) or (bool(name) and newest is not None and bool(newest.name))
        return None if begins else newest

    def _begin(self) -> _Call:
        if len(self._calls) >= MOST_CALLS:
            return self._calls[-1]
        call = _Call()
        self._calls.append(call)
        return call


def _arguments(value: Json) -> str:
    """Arguments are JSON text; some servers send the object itself."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)
