"""Where the well-known vendors and local servers answer. Data only; every address can be edited afterwards."""

from dataclasses import dataclass, replace

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

_OPENAI = EndpointPreset(
    "OpenAI", "", "https://api.openai.com/v1", "https://platform.openai.com/api-keys", "gpt-5-mini"
)
_LOCAL_SERVERS = (
    EndpointPreset("Ollama", _LOCAL, "http://127.0.0.1:11434/v1"),
    EndpointPreset("LM Studio", _LOCAL, "http://127.0.0.1:1234/v1"),
    EndpointPreset("llama.cpp", _LOCAL, "http://127.0.0.1:8080/v1"),
    EndpointPreset("vLLM", _LOCAL, "http://127.0.0.1:8000/v1"),
)

OPENAI_PRESETS = (
    _OPENAI,
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
    EndpointPreset(
        "iFlytek Spark",
        msg("over HTTP").key,
        "https://spark-api-open.xf-yun.com/v1",
        "https://console.xfyun.cn/services/bm4",
        "4.0Ultra",
    ),
    EndpointPreset(
        "iFlytek Spark",
        msg("X1, over HTTP").key,
        "https://spark-api-open.xf-yun.com/v2",
        "https://console.xfyun.cn/services/bm4",
        "spark-x",
    ),
    EndpointPreset(
        "Azure OpenAI",
        msg("put in your resource's name").key,
        "https://your-resource.openai.azure.com/openai/v1",
        "https://ai.azure.com/",
    ),
    *_LOCAL_SERVERS,
)

RESPONSES_PRESETS = (_OPENAI, *_LOCAL_SERVERS)

COMPLETIONS_PRESETS = (replace(_OPENAI, model="gpt-3.5-turbo-instruct"), *_LOCAL_SERVERS)

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
        "DashScope",
        msg("Beijing, native protocol").key,
        "https://dashscope.aliyuncs.com/api/v1",
        _DASHSCOPE_KEYS,
        "qwen-plus",
    ),
    EndpointPreset(
        "DashScope",
        msg("Singapore, native protocol").key,
        "https://dashscope-intl.aliyuncs.com/api/v1",
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

ANTHROPIC_PRESETS = (
    EndpointPreset(
        "Anthropic",
        "",
        "https://api.anthropic.com",
        "https://platform.claude.com/settings/keys",
        "claude-sonnet-4-5",
    ),
    EndpointPreset(
        "DeepSeek",
        "",
        "https://api.deepseek.com/anthropic",
        "https://platform.deepseek.com/api_keys",
        "deepseek-chat",
    ),
    EndpointPreset(
        "Moonshot",
        _CHINA,
        "https://api.moonshot.cn/anthropic",
        "https://platform.moonshot.cn/console/api-keys",
        "kimi-latest",
    ),
    EndpointPreset(
        "Zhipu GLM",
        _CHINA,
        "https://open.bigmodel.cn/api/anthropic",
        "https://open.bigmodel.cn/usercenter/apikeys",
        "glm-4.6",
    ),
)

GEMINI_PRESETS = (
    EndpointPreset(
        "Google AI Studio",
        "",
        "https://generativelanguage.googleapis.com",
        "https://aistudio.google.com/apikey",
        "gemini-2.5-flash",
    ),
)

OLLAMA_PRESETS = (
    EndpointPreset("Ollama", _LOCAL, "http://127.0.0.1:11434"),
    EndpointPreset("Ollama", msg("Cloud").key, "https://ollama.com", "https://ollama.com/settings/keys"),
)
