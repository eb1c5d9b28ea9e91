"""Model Studio's error codes in both of its dialects, and its advice for a key that is refused. Data, mostly.

The codes are of its error page: snake_case in the compatible dialect, CamelCase in the native one; compared in lower
case.
"""

from urllib.parse import urlsplit

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.text import Text, msg
from desktopchat.providers.base import Account
from desktopchat.providers.openai_errors import OPENAI_ERRORS
from desktopchat.providers.vendor_errors import ErrorTable

_CODES = {
    "invalidparameter": ErrorKind.BAD_REQUEST,
    "invalid_parameter_error": ErrorKind.BAD_REQUEST,
    "badrequest.emptyinput": ErrorKind.BAD_REQUEST,
    "badrequest.emptyparameters": ErrorKind.BAD_REQUEST,
    "badrequest.emptymodel": ErrorKind.BAD_REQUEST,
    "badrequest.toolarge": ErrorKind.BAD_REQUEST,
    "badrequest.toomany": ErrorKind.BAD_REQUEST,
    "invalidurl": ErrorKind.BAD_REQUEST,
    "datainspectionfailed": ErrorKind.CONTENT_FILTERED,
    "data_inspection_failed": ErrorKind.CONTENT_FILTERED,
    "arrearage": ErrorKind.QUOTA,
    "invalidapikey": ErrorKind.AUTH,
    "accessdenied": ErrorKind.PERMISSION,
    "access_denied": ErrorKind.PERMISSION,
    "accessdenied.unpurchased": ErrorKind.PERMISSION,
    "model.accessdenied": ErrorKind.PERMISSION,
    "model_access_denied": ErrorKind.PERMISSION,
    "workspace.accessdenied": ErrorKind.PERMISSION,
    "workspace_access_denied": ErrorKind.PERMISSION,
    "allocationquota.freetieronly": ErrorKind.QUOTA,
    "modelnotfound": ErrorKind.NOT_FOUND,
    "model_not_supported": ErrorKind.NOT_FOUND,
    "throttling": ErrorKind.RATE_LIMITED,
    "throttling.ratequota": ErrorKind.RATE_LIMITED,
    "throttling.burstrate": ErrorKind.RATE_LIMITED,
    "limitrequests": ErrorKind.RATE_LIMITED,
    "limit_requests": ErrorKind.RATE_LIMITED,
    "limit_burst_rate": ErrorKind.RATE_LIMITED,
    "throttling.allocationquota": ErrorKind.QUOTA,
    "commoditynotpurchased": ErrorKind.QUOTA,
    "prepaidbilloverdue": ErrorKind.QUOTA,
    "postpaidbilloverdue": ErrorKind.QUOTA,
    "internalerror": ErrorKind.OVERLOADED,
    "internalerror.algo": ErrorKind.OVERLOADED,
    "requesttimeout": ErrorKind.TIMEOUT,
    "modelservingerror": ErrorKind.OVERLOADED,
    "modelunavailable": ErrorKind.OVERLOADED,
}

_HINTS = {
    ErrorKind.AUTH: msg(
        "Does the key belong to this region? Keys of Beijing, Singapore and the US work at their own address only, "
        "and keys of the Coding Plan (sk-sp-…) at theirs."
    ),
    ErrorKind.PERMISSION: msg("Activate the model for this account and workspace in the Model Studio console."),
    ErrorKind.QUOTA: msg("Look at the bill and the free quota in the Alibaba Cloud console."),
}

ERRORS = OPENAI_ERRORS.extended(_CODES, _HINTS)

_BEIJING = msg(
    "This is the address of the Beijing region. Does the key come from there? Keys of Singapore and the US work at "
    "their own address only."
)
_SINGAPORE = msg(
    "This is the address of the Singapore region. Does the key come from there? Keys of Beijing and the US work at "
    "their own address only."
)
_UNITED_STATES = msg(
    "This is the address of the US region. Does the key come from there? Keys of Beijing and Singapore work at their "
    "own address only."
)
_CODING_PLAN = msg(
    "This is the address of the Coding Plan, of one region. It takes only that plan's keys, which begin with sk-sp-."
)
_KEY_OF_THE_PLAN = msg(
    "A key that begins with sk-sp- belongs to the Coding Plan, which has an address of its own: "
    "coding.dashscope.aliyuncs.com, abroad coding-intl.dashscope.aliyuncs.com."
)

_REGIONS = {
    "coding.dashscope.aliyuncs.com": _CODING_PLAN,
    "coding-intl.dashscope.aliyuncs.com": _CODING_PLAN,
    "dashscope.aliyuncs.com": _BEIJING,
    "dashscope-intl.aliyuncs.com": _SINGAPORE,
    "dashscope-us.aliyuncs.com": _UNITED_STATES,
    "cn-beijing.maas.aliyuncs.com": _BEIJING,
    "ap-southeast-1.maas.aliyuncs.com": _SINGAPORE,
    "us-east-1.maas.aliyuncs.com": _UNITED_STATES,
}
"""By host, or by what stands behind a workspace's own name in it."""


def errors_for(account: Account) -> ErrorTable:
    """The codes, with advice on a refused key that names the region of the account's address."""
    advice = _advice_on_the_key(account)
    return ERRORS.extended({}, {ErrorKind.AUTH: advice}) if advice else ERRORS


def _advice_on_the_key(account: Account) -> Text | None:
    host = urlsplit(account.config.base_url).hostname or ""
    advice = next((text for name, text in _REGIONS.items() if f".{host}".endswith(f".{name}")), None)
    of_the_plan = account.key is not None and account.key.reveal().startswith("sk-sp-")
    return _KEY_OF_THE_PLAN if of_the_plan and advice not in (None, _CODING_PLAN) else advice
