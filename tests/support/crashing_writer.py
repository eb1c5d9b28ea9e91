"""A process that stores questions and pieces of answers until it is killed, and says on stdout what it has stored.

`python -m tests.support.crashing_writer DATABASE ROUND`: lines `q ID TEXT` and `c ID TEXT`, each after its commit.
"""

import asyncio
import sys
from pathlib import Path

from tests.support.databases import question_and_placeholder

from desktopchat.domain.conversation import Conversation
from desktopchat.storage.conversations import ConversationStore
from desktopchat.storage.database import Database

PIECES = 6


async def write(path: Path, label: str) -> None:
    database = await Database.open(path)
    store = ConversationStore(database)
    await store.settle_interrupted()
    conversation = Conversation(title=label)
    await store.create(conversation)
    while True:
        question, answer = question_and_placeholder(f"question-{len(conversation)}", conversation.head_id)
        await store.add_messages(conversation.id, [question, answer], head_id=answer.id)
        conversation.add(question)
        conversation.add(answer)
        say("q", question.id, question.text)
        for piece in range(PIECES):
            text = f"piece-{piece};"
            await store.append_chunk(answer.id, text)
            say("c", answer.id, text)
            await asyncio.sleep(0.005)
        await store.finish(answer.with_text("".join(f"piece-{piece};" for piece in range(PIECES))))


def say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1]), sys.argv[2]))
