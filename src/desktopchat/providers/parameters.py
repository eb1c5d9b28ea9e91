"""What can be set for an answer, and where each kind of provider keeps it among its params. Data, and reading of it.

Params are kept in the form in which they are sent (as `--param` takes them), so this is a view of them: what it does
not know, or what has another form than it expects, is left alone. Sources are the vendors' API references (2025, 2026).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from desktopchat.domain.text import Text, msg
from desktopchat.domain.values import Json
from desktopchat.providers.jsontext import object_of
from desktopchat.providers.profiles import Thinking, profile_of
from desktopchat.providers.spark_versions import version_at

MOST_WHOLE = 2**31 - 1


class Form(Enum):
    """What a value is: a number with decimals, a whole one, one of several values, or a list of texts."""

    NUMBER = auto()
    WHOLE = auto()
    CHOICE = auto()
    TEXTS = auto()


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that is sent, and what people read."""

    value: str | bool
    title: Text


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that can be set. `name` is the same for all kinds; `path` is where this kind keeps it.

    `beside` is what has to stand in the same object as the value. The limits are inclusive.
    """

    name: str
    title: Text
    help: Text
    form: Form
    path: tuple[str, ...] = ()
    low: float = 0
    high: float = MOST_WHOLE
    step: float = 1
    choices: tuple[Choice, ...] = ()
    beside: Mapping[str, Json] = field(default_factory=dict)

    def at(self, *path: str, **changes: object) -> "Parameter":
        """The same thing where another kind keeps it."""
        return replace(self, path=path, **changes)  # type: ignore[arg-type]

    def fits(self, value: Json) -> bool:
        """Whether a value has the form and the size that this can show and change."""
        match self.form:
            case Form.NUMBER | Form.WHOLE:
                whole = self.form is Form.WHOLE
                is_number = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
                return is_number and isinstance(value, int | float) and self.low <= value <= self.high
            case Form.CHOICE:
                return any(value is each.value or (value == each.value and value is not True) for each in self.choices)
            case Form.TEXTS:
                texts = value if isinstance(value, list) else [value]
                return bool(texts) and all(isinstance(text, str) and text for text in texts)


_EFFORTS = tuple(
    Choice(value, title)
    for value, title in (
        ("none", msg("Off")),
        ("minimal", msg("Minimal")),
        ("low", msg("Low")),
        ("medium", msg("Medium")),
        ("high", msg("High")),
        ("xhigh", msg("Very high")),
    )
)
_ON_OFF = (Choice(True, msg("On")), Choice(False, msg("Off")))
_ENABLED = (Choice("enabled", msg("On")), Choice("disabled", msg("Off")))

TEMPERATURE = Parameter(
    "temperature",
    msg("Temperature"),
    msg("Low values make answers alike, high ones make them varied. Some reasoning models take none."),
    Form.NUMBER,
    ("temperature",),
    high=2,
    step=0.1,
)
TOP_P = Parameter(
    "top_p",
    msg("Top P"),
    msg("The share of likely words that are considered. Change this or the temperature, not both."),
    Form.NUMBER,
    ("top_p",),
    high=1,
    step=0.05,
)
TOP_K = Parameter(
    "top_k", msg("Top K"), msg("How many of the likeliest words are considered."), Form.WHOLE, ("top_k",), low=1
)
MAX_TOKENS = Parameter(
    "max_tokens",
    msg("Longest answer"),
    msg("In tokens, of which a word has one or two. An answer that reaches it is cut, and can be continued."),
    Form.WHOLE,
    ("max_tokens",),
    low=1,
    step=256,
)
CONTEXT = Parameter(
    "context",
    msg("Context"),
    msg("How many tokens the model can see at once. More need more memory; what is older is forgotten."),
    Form.WHOLE,
    ("num_ctx",),
    low=256,
    step=1024,
)
EFFORT = Parameter(
    "effort",
    msg("Reasoning"),
    msg("How much the model thinks before it answers. Models that do not reason refuse this."),
    Form.CHOICE,
    ("reasoning_effort",),
    choices=_EFFORTS,
)
THINKING = Parameter(
    "thinking",
    msg("Thinking"),
    msg("Whether the model thinks before it answers. Models that cannot refuse this."),
    Form.CHOICE,
    ("enable_thinking",),
    choices=_ON_OFF,
)
BUDGET = Parameter(
    "budget",
    msg("Thinking, at most"),
    msg("In tokens. What the model thinks is paid for like an answer."),
    Form.WHOLE,
    ("thinking_budget",),
    low=1,
    step=1024,
)
SHOW_THOUGHTS = Parameter(
    "show_thoughts",
    msg("Show thoughts"),
    msg("Whether a summary of what the model thinks comes with its answer."),
    Form.CHOICE,
    ("thinkingConfig", "includeThoughts"),
    choices=_ON_OFF,
)
SEARCH = Parameter(
    "search",
    msg("Search the web"),
    msg("Whether the provider looks things up on the web for the answer. It may cost extra."),
    Form.CHOICE,
    ("enable_search",),
    choices=_ON_OFF,
)
SEED = Parameter(
    "seed",
    msg("Seed"),
    msg("The same number makes answers alike from one time to the next, as far as the provider can."),
    Form.WHOLE,
    ("seed",),
)
STOP = Parameter(
    "stop",
    msg("Stop at"),
    msg("The answer ends before the first of these texts. One in each line; \\n stands for a line break."),
    Form.TEXTS,
    ("stop",),
)
METHOD = Parameter(
    "method",
    msg("Asked by"),
    msg("GET tells the relay the newest question alone; POST sends the whole conversation."),
    Form.CHOICE,
    ("method",),
    choices=(Choice("GET", Text("GET")), Choice("POST", Text("POST"))),
)

_THINKING: Mapping[Thinking, tuple[Parameter, ...]] = {
    Thinking.EFFORT: (EFFORT,),
    Thinking.NESTED_EFFORT: (EFFORT.at("reasoning", "effort"),),
    Thinking.TYPE: (THINKING.at("thinking", "type", choices=_ENABLED),),
    Thinking.SWITCH: (THINKING, BUDGET),
    Thinking.TEMPLATE: (THINKING.at("chat_template_kwargs", "enable_thinking"),),
    Thinking.UNKNOWN: (),
}


def _openai(base_url: str, _model: str) -> tuple[Parameter, ...]:
    profile = profile_of(base_url)
    thinking = _THINKING[profile.thinking]
    seed = (SEED.at(profile.seed),) if profile.seed else ()
    return (TEMPERATURE, TOP_P, MAX_TOKENS.at(profile.max_tokens), *thinking, *seed, STOP)


def _responses(_base_url: str, _model: str) -> tuple[Parameter, ...]:
    return (TEMPERATURE, TOP_P, MAX_TOKENS.at("max_output_tokens"), EFFORT.at("reasoning", "effort"))


def _completions(_base_url: str, _model: str) -> tuple[Parameter, ...]:
    return (TEMPERATURE, TOP_P, MAX_TOKENS, SEED, STOP)


def _dashscope(_base_url: str, model: str) -> tuple[Parameter, ...]:
    always = (replace(TEMPERATURE, high=1.99), replace(TOP_P, low=0.01), MAX_TOKENS)
    if model.lower().startswith("qwen-mt-"):
        return (*always, SEED)
    return (*always, THINKING, BUDGET, SEARCH, SEED, STOP)


def _spark(base_url: str, _model: str) -> tuple[Parameter, ...]:
    version = version_at(base_url)
    choices = (*_ENABLED, Choice("auto", msg("As the model decides")))
    thinking = (THINKING.at("thinking", "type", choices=choices),) if version and version.thinks else ()
    return (replace(TEMPERATURE, low=0.01, high=1), replace(TOP_K, high=6), MAX_TOKENS, *thinking)


def _anthropic(_base_url: str, _model: str) -> tuple[Parameter, ...]:
    budget = BUDGET.at("thinking", "budget_tokens", low=1024, beside={"type": "enabled"})
    return (replace(TEMPERATURE, high=1), TOP_P, TOP_K, MAX_TOKENS, budget, STOP.at("stop_sequences"))


def _gemini(_base_url: str, _model: str) -> tuple[Parameter, ...]:
    budget = BUDGET.at("thinkingConfig", "thinkingBudget", low=-1)
    limits = (TOP_P.at("topP"), TOP_K.at("topK"), MAX_TOKENS.at("maxOutputTokens"))
    return (TEMPERATURE, *limits, budget, SHOW_THOUGHTS, SEED, STOP.at("stopSequences"))


def _ollama(_base_url: str, _model: str) -> tuple[Parameter, ...]:
    think = THINKING.at("think", choices=(*_ON_OFF, *(each for each in _EFFORTS if each.value in _OLLAMA_EFFORTS)))
    return (TEMPERATURE, TOP_P, TOP_K, MAX_TOKENS.at("num_predict"), CONTEXT, think, SEED, STOP)


def _relay(_base_url: str, _model: str) -> tuple[Parameter, ...]:
    return (METHOD,)


_OLLAMA_EFFORTS = ("low", "medium", "high")
_KINDS: Mapping[str, Callable[[str, str], tuple[Parameter, ...]]] = {
    "openai": _openai,
    "demo": _openai,
    "openai-responses": _responses,
    "openai-completions": _completions,
    "dashscope": _dashscope,
    "spark": _spark,
    "anthropic": _anthropic,
    "gemini": _gemini,
    "ollama": _ollama,
    "sse-relay": _relay,
}


def known(kind: str, base_url: str = "", model: str = "") -> tuple[Parameter, ...]:
    """What can be set for this model at this address; nothing for a kind that is not known."""
    find = _KINDS.get(kind)
    return find(base_url, model) if find else ()


def values_in(params: Mapping[str, Json], parameters: Sequence[Parameter]) -> dict[str, Json]:
    """What is set of `parameters`, by their names."""
    found = {each.name: _value(params, each.path) for each in parameters}
    return {each.name: found[each.name] for each in parameters if each.fits(found[each.name])}


def others_in(params: Mapping[str, Json], parameters: Sequence[Parameter]) -> dict[str, Json]:
    """What is set besides: names and forms that `parameters` do not cover."""
    rest = dict(params)
    for each in parameters:
        if each.fits(_value(params, each.path)):
            rest = _without(rest, each.path, each.beside)
    return rest


def with_values(
    others: Mapping[str, Json], values: Mapping[str, Json], parameters: Sequence[Parameter]
) -> dict[str, Json]:
    """Params that hold `others` and the values of `parameters` that are set; a value wins over what stands there."""
    made = dict(others)
    for each in parameters:
        if each.name in values:
            made = _with(made, each.path, values[each.name], each.beside)
    return made


def moved(params: Mapping[str, Json], before: Sequence[Parameter], after: Sequence[Parameter]) -> dict[str, Json]:
    """Params for another kind of provider: what both know under its names there, what no kind knows as it is.

    What only the former kind knows is left out: the other one would refuse the question because of it.
    """
    if [each.path for each in before] == [each.path for each in after]:
        return dict(params)
    values = values_in(params, before)
    fitting = {each.name: values[each.name] for each in after if each.name in values and each.fits(values[each.name])}
    return with_values(others_in(params, before), fitting, after)


def _value(params: Mapping[str, Json], path: tuple[str, ...]) -> Json:
    value: Json = dict(params)
    for name in path:
        value = object_of(value).get(name)
    return value


def _with(
    params: Mapping[str, Json], path: tuple[str, ...], value: Json, beside: Mapping[str, Json]
) -> dict[str, Json]:
    name, *rest = path
    if not rest:
        return {**params, **beside, name: value}
    return {**params, name: _with(object_of(params.get(name)), tuple(rest), value, beside)}


def _without(params: Mapping[str, Json], path: tuple[str, ...], beside: Mapping[str, Json]) -> dict[str, Json]:
    """Without the value, what stood beside it for its sake, and objects that are empty then."""
    name, *rest = path
    if not rest:
        return {key: value for key, value in params.items() if key != name and (key, value) not in beside.items()}
    inner = _without(object_of(params.get(name)), tuple(rest), beside)
    others = {key: value for key, value in params.items() if key != name}
    return {**others, name: inner} if inner else others
