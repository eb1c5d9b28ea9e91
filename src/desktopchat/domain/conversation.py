"""A conversation is a tree of messages with a head; nothing that was said is ever taken out of it.

Regenerating or editing adds a sibling and moves the head. The path from the root to the head is what is
shown and sent; everything beside it stays reachable through `siblings`. What was put into the trash is still here,
hidden, until it is taken out again.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from desktopchat.domain.context import ALL, ContextRule
from desktopchat.domain.message import Message, Role, new_id, now
from desktopchat.domain.values import Json


@dataclass(frozen=True, slots=True)
class ConversationSettings:
    """What a conversation is held with. An empty provider or model means the default one.

    `preset_id` says what it was begun with; what the preset asked for stands in the other fields.
    """

    provider_id: str = ""
    model: str = ""
    system_prompt: str = ""
    params: Mapping[str, Json] = field(default_factory=dict)
    preset_id: str = ""
    context: ContextRule = ALL


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """A line of the conversation list."""

    id: str
    title: str
    created: datetime
    updated: datetime
    messages: int


@dataclass(slots=True, weakref_slot=True)
class Conversation:
    """The tree, in memory. Changing it stores nothing: services do that, in the order that keeps it safe."""

    id: str = field(default_factory=new_id)
    title: str = ""
    title_is_manual: bool = False
    settings: ConversationSettings = field(default_factory=ConversationSettings)
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    head_id: str | None = None
    is_whole: bool = True
    """False while only the newest messages of the shown branch are here; nothing may be changed until `complete`."""
    _messages: dict[str, Message] = field(default_factory=dict)
    _children: dict[str | None, list[str]] = field(default_factory=dict)
    _trashed: set[str] = field(default_factory=set)

    @classmethod
    def build(
        cls, messages: Iterable[Message], *, head_id: str | None, trashed: Collection[str] = (), **fields: object
    ) -> "Conversation":
        """A conversation from stored messages, given in the order in which they were made; `trashed` are hidden."""
        conversation = cls(**fields)  # type: ignore[arg-type]
        for message in messages:
            conversation._insert(message)
        conversation._trashed = conversation._messages.keys() & trashed
        conversation.head_id = conversation._visible(head_id if head_id in conversation._messages else None)
        return conversation

    def complete(self, whole: "Conversation") -> None:
        """Takes up the messages of `whole`: the same conversation, of which only the newest were here."""
        self._messages, self._children, self._trashed = whole._messages, whole._children, whole._trashed
        self.is_whole = True

    def __contains__(self, message_id: str) -> bool:
        """Whether the message is here and not in the trash."""
        return message_id in self._messages and message_id not in self._trashed

    def __len__(self) -> int:
        """The number of messages, those in the trash among them: a conversation that has any is a stored one."""
        return len(self._messages)

    def __iter__(self) -> Iterator[Message]:
        """The messages of all branches, in the order in which they were made, without those in the trash."""
        return (message for key, message in self._messages.items() if key not in self._trashed)

    def message(self, message_id: str) -> Message:
        return self._messages[message_id]

    def add(self, message: Message) -> None:
        """Adds a node and makes it the head. Raises ValueError for an unknown parent or a used id."""
        self._insert(message)
        self.head_id = message.id
        self.updated = max(self.updated, message.created)

    def replace(self, message: Message) -> None:
        """Puts a newer state of the same message in its place."""
        if self._messages[message.id].parent_id != message.parent_id:
            raise ValueError("a message does not change its parent")
        self._messages[message.id] = message

    def path(self, to: str | None = None) -> list[Message]:
        """The messages from the root to `to` (by default the head)."""
        node = self.head_id if to is None else to
        found: list[Message] = []
        while node is not None:
            message = self._messages[node]
            found.append(message)
            node = message.parent_id
        return found[::-1]

    def children(self, message_id: str | None) -> list[Message]:
        return [self._messages[child] for child in self._children.get(message_id, ()) if child not in self._trashed]

    def has_followers(self, message_id: str) -> bool:
        """Whether anything hangs on the message, those in the trash among it."""
        return bool(self._children.get(message_id))

    def siblings(self, message_id: str) -> list[Message]:
        """The alternatives at this place, the message itself among them, oldest first."""
        message = self._messages[message_id]
        if message.parent_id is None and not self.is_whole:
            return [message]  # what it hangs on is not here, and so they may not be
        return self.children(message.parent_id)

    def select(self, message_id: str) -> None:
        """Makes the branch through `message_id` the current one; its newest leaf becomes the head."""
        if message_id not in self:
            raise KeyError(message_id)
        node = message_id
        while below := self.children(node):
            node = below[-1].id
        self.head_id = node

    def subtree(self, message_id: str) -> list[str]:
        """The message and everything that hangs on it, without what is in the trash already."""
        found = [message_id]
        for node in found:
            found.extend(child.id for child in self.children(node))
        return found

    def trash(self, message_ids: Collection[str]) -> None:
        """Hides messages, given with everything that hangs on them. A head among them gives way to an alternative,
        else to what stands before."""
        head = self.head_id
        self._trashed.update(message_ids)
        if head is not None and head in self._trashed:
            self._leave(head)

    def restore(self, message_ids: Collection[str], head_id: str | None) -> None:
        """Takes messages out of the trash again, and goes to `head_id`."""
        self._trashed.difference_update(message_ids)
        self.head_id = self._visible(head_id)

    def _leave(self, head: str) -> None:
        """Goes from a hidden head to the nearest alternative of the hidden branch, or to its parent."""
        node = head
        while (parent := self._messages[node].parent_id) is not None and parent in self._trashed:
            node = parent
        family = self._children[parent]
        at = family.index(node)
        near = [child for child in (*family[:at][::-1], *family[at + 1 :]) if child not in self._trashed]
        if near:
            self.select(near[0])
        else:
            self.head_id = parent

    def _visible(self, message_id: str | None) -> str | None:
        """The message, or the nearest one before it that is not in the trash."""
        while message_id is not None and message_id in self._trashed:
            message_id = self._messages[message_id].parent_id
        return message_id

    def _insert(self, message: Message) -> None:
        if message.id in self._messages:
            raise ValueError("this message is in the conversation already")
        if message.parent_id is not None and message.parent_id not in self._messages:
            raise ValueError("the parent is not in this conversation")
        self._messages[message.id] = message
        self._children.setdefault(message.parent_id, []).append(message.id)


def title_from(message: Message, limit: int = 60) -> str:
    """A title from what the user asked: the first line with words, cut at a word where there is one."""
    lines = (" ".join(line.split()) for line in message.text.splitlines())
    first = next((line.lstrip("#>*- ").strip() for line in lines if line.strip("#>*- `")), "")
    if len(first) <= limit or message.role is not Role.USER:
        return first[:limit]
    cut = first[:limit]
    at = cut.rfind(" ")
    return (cut[:at] if at > limit // 2 else cut).rstrip(" ,.;:，。；：、") + "…"
