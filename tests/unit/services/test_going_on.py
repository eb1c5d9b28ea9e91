"""Going on with an answer that is not whole: in its place, with nothing said twice and nothing lost."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.chatting import Bench, bench, go
from tests.support.scripted import Step
from tests.support.waiting import until

from desktopchat.domain.conversation import Conversation
from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.events import Finished, ReasoningDelta, TextDelta, TextReplaced, UsageReport
from desktopchat.domain.message import FinishReason, Message, MessageState, Role, Usage
from desktopchat.domain.text import msg
from desktopchat.services.asking import Asking
from desktopchat.services.continuing import WISH

STOP = Finished(FinishReason.STOP)
LENGTH = Finished(FinishReason.LENGTH)
CUT = failed(ErrorKind.TRUNCATED, msg("cut"))
BEGUN = "One sentence. And the second one breaks"


async def asked(b: Bench, *, can_continue: bool = True) -> tuple[Conversation, Message]:
    """A conversation with its first answer, from the first play."""
    b.provider.can_continue = can_continue
    conversation = b.chat.new_conversation()
    message = await (await b.chat.send(conversation, "q")).wait()
    await until(lambda: not b.chat.streaming)
    return conversation, message


async def gone_on(b: Bench, conversation: Conversation, message: Message) -> Message:
    found = await (await b.chat.go_on(conversation, message.id)).wait()
    await until(lambda: not b.chat.streaming)
    return found


@pytest.mark.parametrize("end", [CUT, LENGTH])
def test_a_cut_answer_grows_in_its_place(tmp_path: Path, end: Step) -> None:
    async def main() -> None:
        async with bench(tmp_path, [TextDelta(BEGUN), end], [TextDelta(" off"), TextDelta("."), STOP]) as b:
            conversation, cut = await asked(b)
            whole = await gone_on(b, conversation, cut)
            assert (whole.id, whole.text, whole.state) == (cut.id, BEGUN + " off.", MessageState.DONE)
            assert (whole.failure, whole.finish_reason) == (None, FinishReason.STOP)
            assert (await b.told(conversation.id))[1:] == [(Role.ASSISTANT, BEGUN + " off.", MessageState.DONE)]
            request = b.provider.requests[-1]
            assert (request.prefix, [m.text for m in request.messages]) == (BEGUN, ["q"])

    go(main())


def test_who_cannot_go_on_by_itself_is_asked_in_words_that_are_stored_nowhere(tmp_path: Path) -> None:
    async def main() -> None:
        more: list[Step] = [TextDelta("second one "), TextDelta("breaks off"), TextDelta("."), STOP]
        async with bench(tmp_path, [TextDelta(BEGUN), CUT], more) as b:
            conversation, cut = await asked(b, can_continue=False)
            assert (await gone_on(b, conversation, cut)).text == BEGUN + " off."
            request = b.provider.requests[-1]
            assert request.prefix == ""
            assert [m.role for m in request.messages] == [Role.USER, Role.ASSISTANT, Role.USER]
            assert request.messages[1].text == BEGUN
            assert request.messages[2].text == WISH + BEGUN
            assert len(await b.told(conversation.id)) == len(conversation) == 2

    go(main())


def test_what_both_parts_took_is_told_together(tmp_path: Path) -> None:
    async def main() -> None:
        first: list[Step] = [ReasoningDelta("Hm."), TextDelta(BEGUN), UsageReport(Usage(10, 4)), LENGTH]
        more: list[Step] = [ReasoningDelta("Well."), TextDelta(" off."), UsageReport(Usage(20, 1)), STOP]
        async with bench(tmp_path, first, more) as b:
            conversation, cut = await asked(b)
            whole = await gone_on(b, conversation, cut)
            assert whole.usage == Usage(30, 5)
            assert whole.reasoning == "Hm.\n\nWell."
            assert whole.first_token_ms == cut.first_token_ms
            assert (whole.duration_ms or 0) >= (cut.duration_ms or 0)

    go(main())


def test_what_fails_again_before_a_word_loses_nothing_and_can_be_tried_again(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path, [TextDelta(BEGUN), CUT], [CUT], [TextDelta(" off."), STOP]) as b:
            conversation, cut = await asked(b)
            still = await gone_on(b, conversation, cut)
            assert (still.id, still.text, still.state) == (cut.id, BEGUN, MessageState.ERROR)
            assert (await gone_on(b, conversation, still)).text == BEGUN + " off."
            assert len(conversation) == 2

    go(main())


def test_what_was_held_back_at_the_seam_is_told_before_the_error(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path, [TextDelta(BEGUN), CUT], [TextDelta("second one"), CUT]) as b:
            conversation, cut = await asked(b)
            assert (await gone_on(b, conversation, cut)).text == BEGUN + "second one"

    go(main())


def test_a_stopped_continuation_keeps_what_came(tmp_path: Path) -> None:
    async def main() -> None:
        never = asyncio.Event()
        async with bench(tmp_path, [TextDelta(BEGUN), CUT], [TextDelta(" off and more"), never]) as b:
            conversation, cut = await asked(b)
            session = await b.chat.go_on(conversation, cut.id)
            await until(lambda: session.shown)
            session.stop()
            await session.wait()
            told = await b.told(conversation.id)
            assert told[1] == (Role.ASSISTANT, BEGUN + " off and more", MessageState.STOPPED)

    go(main())


def test_what_is_on_disk_in_the_middle_is_the_old_text_with_the_new(tmp_path: Path) -> None:
    async def main() -> None:
        never = asyncio.Event()
        async with bench(tmp_path, [TextDelta(BEGUN), CUT], [TextDelta(" off and more"), never]) as b:
            conversation, cut = await asked(b)
            await b.chat.go_on(conversation, cut.id)
            wanted = (Role.ASSISTANT, BEGUN + " off and more", MessageState.PARTIAL)
            for _ in range(1000):
                if (stored := (await b.told(conversation.id))[1]) == wanted:
                    break
                await asyncio.sleep(0.01)
            assert stored == wanted

    go(main())


def test_a_message_that_others_hang_on_stays_and_a_sibling_goes_on(tmp_path: Path) -> None:
    async def main() -> None:
        plays: list[list[Step]] = [[TextDelta(BEGUN), CUT], [TextDelta("later"), STOP], [TextDelta(" off."), STOP]]
        async with bench(tmp_path, *plays) as b:
            conversation, cut = await asked(b)
            await (await b.chat.send(conversation, "next")).wait()
            await until(lambda: not b.chat.streaming)
            whole = await gone_on(b, conversation, cut)
            assert whole.id != cut.id
            assert [m.text for m in conversation.path()] == ["q", BEGUN + " off."]
            assert [m.text for m in conversation.siblings(cut.id)] == [BEGUN, BEGUN + " off."]
            assert [m.text for m in b.provider.requests[-1].messages] == ["q"]

    go(main())


def test_another_model_goes_on_beside_the_first_ones_answer(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path, [TextDelta(BEGUN), CUT], [TextDelta(" off."), STOP]) as b:
            conversation, cut = await asked(b)
            await b.chat.configure(conversation, replace(conversation.settings, model="other"))
            whole = await gone_on(b, conversation, cut)
            assert (whole.model, whole.text) == ("other", BEGUN + " off.")
            assert conversation.message(cut.id).text == BEGUN

    go(main())


def test_a_model_that_sends_everything_again_is_understood(tmp_path: Path) -> None:
    async def main() -> None:
        more: list[Step] = [TextDelta(" of"), TextReplaced(" off. And"), TextDelta(" so on."), STOP]
        async with bench(tmp_path, [TextDelta(BEGUN), CUT], more) as b:
            conversation, cut = await asked(b)
            assert (await gone_on(b, conversation, cut)).text == BEGUN + " off. And so on."

    go(main())


def test_going_on_is_tried_again_by_itself_before_the_first_new_word(tmp_path: Path) -> None:
    async def main() -> None:
        busy = failed(ErrorKind.RATE_LIMITED, msg("busy"), retry_after=0.01)
        async with bench(tmp_path, [TextDelta(BEGUN), CUT], [busy], [TextDelta(" off."), STOP]) as b:
            conversation, cut = await asked(b)
            session = await b.chat.go_on(conversation, cut.id, Asking(retries=1))
            assert (await session.wait()).text == BEGUN + " off."

    go(main())


@pytest.mark.parametrize(
    "play",
    [
        [TextDelta("whole"), STOP],
        [ReasoningDelta("only thought"), CUT],
        [TextDelta("x"), failed(ErrorKind.CONTENT_FILTERED, msg("no"))],
    ],
)
def test_what_has_no_end_to_go_on_from_is_refused(tmp_path: Path, play: list[Step]) -> None:
    async def main() -> None:
        async with bench(tmp_path, play) as b:
            conversation, message = await asked(b)
            with pytest.raises(ChatError) as caught:
                await b.chat.go_on(conversation, message.id)
            assert caught.value.kind is ErrorKind.BAD_REQUEST
            assert conversation.message(message.id) == message

    go(main())


def test_a_continuation_that_cannot_be_stored_sends_nothing_and_changes_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path, [TextDelta(BEGUN), CUT]) as b:
            conversation, cut = await asked(b)
            await b.database.close()
            with pytest.raises(ChatError) as caught:
                await b.chat.go_on(conversation, cut.id)
            assert caught.value.kind is ErrorKind.STORAGE
            assert conversation.message(cut.id) == cut
            assert len(b.provider.requests) == 1

    go(main())
