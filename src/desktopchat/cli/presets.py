"""`desktopchat presets`, and what `ask --preset` makes of a question."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktopchat.cli import arguments
from desktopchat.cli.output import FINISHED, UsageError, one_line
from desktopchat.cli.running import run_with_core
from desktopchat.domain.context import ContextRule, context_rule
from desktopchat.domain.preset import CLIPBOARD, Preset
from desktopchat.domain.surrogates import repaired
from desktopchat.i18n import ntr, tr

if TYPE_CHECKING:
    from desktopchat.cli.ask import Question
    from desktopchat.cli.running import Call
    from desktopchat.core import Core
    from desktopchat.domain.values import Json


def add_to(commands: arguments.Commands) -> None:
    group = arguments.group(commands, "presets", tr("system prompts with a name, ready to use"))
    listing = arguments.command(group, "list", list_all, tr("list the presets, your own first"))
    _add_adding(group)
    show = arguments.command(group, "show", show_one, tr("print a preset"))
    remove = arguments.command(group, "remove", remove_one, tr("remove one of your own presets"))
    for parser in (show, remove):
        parser.add_argument("name", metavar="NAME", help=tr("its name or its id"))
    _add_files(group)
    for parser in (listing, show):
        arguments.add_json(parser)


def _add_adding(group: arguments.Commands) -> None:
    add = arguments.command(group, "add", add_one, tr("add a preset"))
    add.add_argument("--name", required=True, metavar="N", help=tr("what you call it"))
    add.add_argument(
        "--system", required=True, metavar="TEXT", help=tr("the system prompt; {{name}} is a place to be filled")
    )
    add.add_argument(
        "--context",
        default="all",
        type=rule,
        metavar="none|all|last:K",
        help=tr("which earlier messages are sent (all)"),
    )
    add.add_argument("--model", default="", metavar="M", help=tr("the model to ask"))
    arguments.add_parameters(add)
    arguments.add_json(add)


def _add_files(group: arguments.Commands) -> None:
    export = arguments.command(group, "export", export_some, tr("write presets into a file (.json, .md or .csv)"))
    export.add_argument("names", nargs="*", metavar="NAME", help=tr("your own ones if none is named"))
    export.add_argument("--out", required=True, metavar="PATH", help=tr("the file to write"))
    bring_in = arguments.command(group, "import", import_file, tr("add the presets of a file (.json, .md or .csv)"))
    bring_in.add_argument("path", metavar="PATH", help=tr("the file to read"))


def rule(text: str) -> ContextRule:
    try:
        return context_rule(text)
    except ValueError:
        raise argparse.ArgumentTypeError(tr("{text} is not none, all or last:K", text=repr(text))) from None


def add_option(parser: argparse._ActionsContainer) -> None:
    """How `ask` names a preset, and what goes into its places."""
    parser.add_argument("--preset", default="", metavar="NAME", help=tr("a preset (see `presets list`)"))
    parser.add_argument(
        "--var",
        action="append",
        default=[],
        type=_value,
        metavar="NAME=TEXT",
        help=tr("what stands for {{NAME}} in the preset's prompt (repeatable)"),
    )


def _value(text: str) -> tuple[str, str]:
    name, equals, value = repaired(text).partition("=")
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(tr("{text} is not NAME=TEXT", text=repr(text)))
    return name.strip(), value


def list_all(call: Call) -> int:
    async def work(core: Core) -> int:
        found = await core.presets.all()
        if call.out.as_json:
            for preset in found:
                call.out.record(**_fields(preset))
        else:
            titles = [tr("Name"), tr("Sends"), tr("Model"), tr("Prompt")]
            rows = [[p.name, str(p.context), p.model or "–", _beginning(p)] for p in found]
            call.out.table(titles, rows)
        return FINISHED

    return run_with_core(call, work)


def show_one(call: Call) -> int:
    async def work(core: Core) -> int:
        preset = await core.presets.named(call.args.name)
        if call.out.as_json:
            call.out.record(**_fields(preset))
        else:
            from desktopchat.exchange.preset_files import PresetFormat

            text = (await core.presets.exported([preset], PresetFormat.MARKDOWN)).decode()
            call.out.say(text.removesuffix("\n"))
        return FINISHED

    return run_with_core(call, work)


def add_one(call: Call) -> int:
    args = call.args
    preset = Preset(
        name=" ".join(repaired(args.name).split()),
        system_prompt=repaired(args.system),
        model=args.model,
        params=dict(args.param),
        context=args.context,
    )

    async def work(core: Core) -> int:
        await core.presets.add(preset)
        if call.out.as_json:
            call.out.record(**_fields(preset))
        else:
            call.out.say(tr("Added: {name}", name=preset.name))
        return FINISHED

    return run_with_core(call, work)


def remove_one(call: Call) -> int:
    async def work(core: Core) -> int:
        preset = await core.presets.named(call.args.name)
        await core.presets.remove(preset)
        call.out.say(tr("Removed: {name}", name=preset.name))
        return FINISHED

    return run_with_core(call, work)


def export_some(call: Call) -> int:
    async def work(core: Core) -> int:
        chosen = [await core.presets.named(name) for name in call.args.names] or await _own(core)
        _check_count(chosen, Path(call.args.out).suffix)
        await core.presets.export_file(Path(call.args.out), chosen)
        call.out.say(ntr("{n} preset written.", "{n} presets written.", len(chosen)))
        return FINISHED

    return run_with_core(call, work)


def import_file(call: Call) -> int:
    async def work(core: Core) -> int:
        done = await core.presets.import_file(Path(call.args.path))
        call.out.say(ntr("{n} preset added.", "{n} presets added.", len(done.added)))
        if done.skipped:
            call.out.note(ntr("{n} is there already.", "{n} are there already.", done.skipped))
        return FINISHED

    return run_with_core(call, work)


def begun_with(call: Call, question: Question) -> Question | int:
    """The question as the preset that was named wants it asked; or the exit status, where a signal came first.

    Raises `ChatError` `not_found`, and `UsageError` for a place that nothing was given for.
    """
    answer: list[Question] = []

    async def work(core: Core) -> int:
        answer.append(await _begun_with(core, question, call.args.preset, dict(call.args.var)))
        return FINISHED

    status = run_with_core(call, work)
    return answer[0] if answer else status


async def _begun_with(core: Core, question: Question, name: str, given: Mapping[str, str]) -> Question:
    from desktopchat.domain.conversation import ConversationSettings

    preset = await core.presets.named(name)
    used = (await core.presets.uses()).get(preset.id)
    values = {**preset.with_defaults({**(used.values if used else {}), **given}), **given}
    _check_values(preset, values)
    settings = await core.presets.apply(preset, ConversationSettings(), values, values.get(CLIPBOARD, ""))
    endpoint = question.endpoint
    if settings.provider_id and endpoint.ad_hoc is None and not endpoint.name:
        known = {config.id: config.name for config in await core.providers.all()}
        endpoint = replace(endpoint, name=known.get(settings.provider_id, ""))
    return replace(
        question,
        endpoint=endpoint,
        model=question.model or settings.model,
        system=settings.system_prompt,
        params={**settings.params, **question.params},
        preset_id=preset.id,
        context=settings.context,
    )


def _check_values(preset: Preset, values: Mapping[str, str]) -> None:
    places = [name for name in preset.places() if name == CLIPBOARD or name in {v.name for v in preset.asked()}]
    missing = next((name for name in places if name not in values), None)
    if missing is not None:
        raise UsageError(tr("the preset has a place for {name}: give --var {name}=TEXT", name=missing))
    unknown = next((name for name in values if name not in preset.places()), None)
    if unknown is not None:
        raise UsageError(tr("the preset has no place for {name}", name=repr(unknown)))


async def _own(core: Core) -> list[Preset]:
    return [preset for preset in await core.presets.all() if not preset.is_built_in]


def _check_count(presets: list[Preset], ending: str) -> None:
    if not presets:
        raise UsageError(tr("there is no preset of your own: name the ones to write"))
    if len(presets) > 1 and ending not in (".json", ".csv"):
        raise UsageError(tr("a Markdown file holds one preset: name one, or choose .json or .csv"))


def _beginning(preset: Preset) -> str:
    text = one_line(preset.system_prompt)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _fields(preset: Preset) -> dict[str, Json]:
    return {
        "name": preset.name,
        "id": preset.id,
        "built_in": preset.is_built_in,
        "context": str(preset.context),
        "model": preset.model,
        "system": preset.system_prompt,
        "params": dict(preset.params),
        "variables": [variable.name for variable in preset.asked()],
        "tags": list(preset.tags),
        "greeting": preset.greeting,
    }
