"""Where the well-known vendors and local servers answer. Data only; every address can be edited afterwards."""

from dataclasses import dataclass

from desktopchat.domain.text import msg


@dataclass(frozen=True, slots=True)
class EndpointPreset:
    """An address to start from. `name` is a brand; `region` is an English key for the catalogues, or empty."""

    name: str
    region: str
    base_url: str
    key_url: str = ""
    model: str = ""


_CHINA = msg("China").key
_INTERNATIONAL = msg("International").key
_LOCAL = msg("On this computer").key
_CODING_PLAN = msg("Coding Plan").key

OPENAI_PRESETS = (
    EndpointPreset("OpenAI", "", "https://api.openai.com/v1", "https://platform.openai.com/api-keys", "gpt-5-mini"),
    EndpointPreset(
        "DeepSeek", "", "https://api.deepseek.com/v1", "https://platform.deepseek.com/api_keys", "deepseek-chat"
    ),
    EndpointPreset(
        "Moonshot",
        _CHINA,
        "https://api.moonshot.cn/v1",
        "https://platform.moonshot.cn/console/api-keys",
        "kimi-latest",
    ),
    EndpointPreset(
        "Moonshot",
        _INTERNATIONAL,
        "https://api.moonshot.ai/v1",
        "https://platform.moonshot.ai/console/api-keys",
        "kimi-latest",
    ),
    EndpointPreset(
        "Zhipu GLM",
        _CHINA,
        "https://open.bigmodel.cn/api/paas/v4",
        "https://open.bigmodel.cn/usercenter/apikeys",
        "glm-4.6",
    ),
    EndpointPreset(
        "Z.ai GLM",
        _INTERNATIONAL,
        "https://api.z.ai/api/paas/v4",
        "https://z.ai/manage-apikey/apikey-list",
        "glm-4.6",
    ),
    EndpointPreset(
        "SiliconFlow",
        _CHINA,
        "https://api.siliconflow.cn/v1",
        "https://cloud.siliconflow.cn/account/ak",
        "Qwen/Qwen3-32B",
    ),
    EndpointPreset(
        "SiliconFlow",
        _INTERNATIONAL,
        "https://api.siliconflow.com/v1",
        "https://cloud.siliconflow.com/account/ak",
        "Qwen/Qwen3-32B",
    ),
    EndpointPreset(
        "OpenRouter", "", "https://openrouter.ai/api/v1", "https://openrouter.ai/settings/keys", "openrouter/auto"
    ),
    EndpointPreset(
        "Mistral", "", "https://api.mistral.ai/v1", "https://console.mistral.ai/api-keys", "mistral-small-latest"
    ),
    EndpointPreset("Groq", "", "https://api.groq.com/openai/v1", "https://console.groq.com/keys", "openai/gpt-oss-20b"),
    EndpointPreset("Ollama", _LOCAL, "http://127.0.0.1:11434/v1"),
    EndpointPreset("LM Studio", _LOCAL, "http://127.0.0.1:1234/v1"),
    EndpointPreset("llama.cpp", _LOCAL, "http://127.0.0.1:8080/v1"),
    EndpointPreset("vLLM", _LOCAL, "http://127.0.0.1:8000/v1"),
)

_DASHSCOPE_KEYS = "https://bailian.console.aliyun.com/?tab=model#/api-key"
_MODEL_STUDIO_KEYS = "https://modelstudio.console.alibabacloud.com/?tab=model#/api-key"

DASHSCOPE_PRESETS = (
    EndpointPreset(
        "DashScope",
        msg("Beijing").key,
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
        _DASHSCOPE_KEYS,
        "qwen-plus",
    ),
    EndpointPreset(
        "DashScope",
        msg("Singapore").key,
        "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        _MODEL_STUDIO_KEYS,
        "qwen-plus",
    ),
    EndpointPreset(
        "DashScope",
        msg("United States").key,
        "https://dashscope-us.aliyuncs.com/compatible-mode/v1",
        _MODEL_STUDIO_KEYS,
        "qwen-plus",
    ),
    EndpointPreset(
        "DashScope", _CODING_PLAN, "https://coding.dashscope.aliyuncs.com/v1", _DASHSCOPE_KEYS, "qwen3-coder-plus"
    ),
    EndpointPreset(
        "DashScope",
        msg("Coding Plan, international").key,
        "https://coding-intl.dashscope.aliyuncs.com/v1",
        _MODEL_STUDIO_KEYS,
        "qwen3-coder-plus",
    ),
)
