"""`desktopchat providers`: the configured endpoints, listed, added, removed, tested."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktopchat.cli import arguments, endpoint
from desktopchat.cli.output import FAILED, FINISHED, Output, failure_text
from desktopchat.cli.running import run_with_core
from desktopchat.domain.provider import KeyPlace, ProviderConfig
from desktopchat.i18n import render, tr

if TYPE_CHECKING:
    from desktopchat.cli.running import Call
    from desktopchat.core import Core
    from desktopchat.domain.values import Json
    from desktopchat.services.providers import Diagnosis


def add_to(commands: arguments.Commands) -> None:
    group = arguments.group(commands, "providers", tr("the endpoints that answer, as you configured them"))
    arguments.add_json(arguments.command(group, "list", list_all, tr("list the configured endpoints")))
    _add_adding(group)
    remove = arguments.command(group, "remove", remove_one, tr("remove an endpoint and its key"))
    remove.add_argument("name", metavar="NAME")
    test = arguments.command(group, "test", test_one, tr("try an endpoint and say what is wrong with it"))
    models = arguments.command(group, "models", list_models, tr("list the models that an endpoint offers"))
    for parser in (test, models):
        parser.add_argument("name", nargs="?", default="", metavar="NAME", help=tr("the default one if not given"))
        arguments.add_json(parser)


def _add_adding(group: arguments.Commands) -> None:
    add = arguments.command(group, "add", add_one, tr("add an endpoint; its key is set with `keys set`"))
    add.add_argument("--name", required=True, metavar="N", help=tr("what you call it"))
    add.add_argument("--kind", required=True, metavar="K", help=tr("the protocol it speaks, such as openai"))
    endpoint.add_address(add, required=False)
    add.add_argument("--model", default="", metavar="M", help=tr("the model to ask unless another one is named"))
    add.add_argument("--default", action="store_true", help=tr("ask this one unless another one is named"))
    arguments.add_json(add)


def list_all(call: Call) -> int:
    async def work(core: Core) -> int:
        configs = await core.providers.all()
        if call.out.as_json:
            for config in configs:
                call.out.record(**fields(config))
        elif configs:
            _show(call.out, configs)
        else:
            call.out.note(tr("No provider is configured; the demo answers. `desktopchat providers add --help`"))
        return FINISHED

    return run_with_core(call, work)


def add_one(call: Call) -> int:
    described = endpoint.described(call.args.kind, call.args)
    config = ProviderConfig(
        name=endpoint.name(call.args.name),
        kind=described.kind,
        base_url=described.base_url,
        model=call.args.model,
        key_env=described.key_env,
        ca_file=described.ca_file,
        proxy=described.proxy,
    )

    async def work(core: Core) -> int:
        added = await core.providers.add(config)
        if call.args.default:
            await core.providers.set_default(added.id)
            added = await core.providers.get(added.id)
        if call.out.as_json:
            call.out.record(**fields(added))
        else:
            call.out.say(tr("{name} was added.", name=added.name))
        return FINISHED

    return run_with_core(call, work)


def remove_one(call: Call) -> int:
    async def work(core: Core) -> int:
        config = await core.providers.named(call.args.name)
        left = await core.providers.remove(config.id)
        call.out.say(tr("{name} was removed.", name=config.name))
        if left is not None:
            call.out.note(failure_text(left))
        return FINISHED

    return run_with_core(call, work)


def test_one(call: Call) -> int:
    async def work(core: Core) -> int:
        config = await _chosen(core, call.args.name)
        core.providers.key_tidied.connect(lambda _config: call.out.note(endpoint.tidied()))
        diagnosis = await core.providers.test(config)
        _tell(call.out, config, diagnosis)
        return FINISHED if diagnosis.ok else FAILED

    return run_with_core(call, work)


def list_models(call: Call) -> int:
    async def work(core: Core) -> int:
        for model in await core.providers.models(await _chosen(core, call.args.name)):
            if call.out.as_json:
                call.out.record(id=model.id, name=model.name, context_tokens=model.context_tokens)
            else:
                call.out.say(model.id)
        return FINISHED

    return run_with_core(call, work)


async def _chosen(core: Core, name: str) -> ProviderConfig:
    return await (core.providers.named(name) if name else core.providers.default())


def key_of(config: ProviderConfig) -> str:
    """Where the key is, as scripts read it: `keyring`, `session`, `env:VAR` or `none`."""
    return f"{KeyPlace.ENVIRONMENT}:{config.key_env}" if config.key_env else config.key_place.value


def fields(config: ProviderConfig) -> dict[str, Json]:
    return {
        "name": config.name,
        "kind": config.kind,
        "base_url": config.base_url,
        "model": config.model,
        "default": config.is_default,
        "key": key_of(config),
    }


def _show(out: Output, configs: list[ProviderConfig]) -> None:
    titles = [tr("Name"), tr("Kind"), tr("Address"), tr("Model"), tr("Key"), tr("Default")]
    rows = [[c.name, c.kind, c.base_url, c.model, key_of(c), tr("yes") if c.is_default else ""] for c in configs]
    out.table(titles, rows)


def _tell(out: Output, config: ProviderConfig, diagnosis: Diagnosis) -> None:
    """`kind` is the error's kind as in every other report of an error, and null where all is well."""
    failure = diagnosis.failure
    if out.as_json:
        out.record(
            name=config.name,
            ok=diagnosis.ok,
            kind=failure.kind.value if failure else None,
            message=render(diagnosis.message),
            hint=render(failure.hint) if failure and failure.hint else None,
            status=failure.status if failure else None,
        )
    elif failure is None:
        out.say(f"{config.name}: {render(diagnosis.message)}")
    else:
        out.note(f"{config.name}: {failure_text(failure)}")
