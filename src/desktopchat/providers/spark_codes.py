"""Spark's error codes, what they mean and what to do. Data only.

From the vendor's page on Spark; 10313 is documented for its other services only.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.text import Text, msg
from desktopchat.providers.vendor_errors import SENTENCES as USUAL


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code stands for. `should_retry` is set where the kind alone would say something else."""

    kind: ErrorKind
    message: Text
    hint: Text
    should_retry: bool | None = None


_AGAIN = msg("Try again in a moment.")
_PARAMETERS = msg("The details say what it objects to. Look at the parameters of this conversation and at the model.")
_REPORT = msg("Try again. If it happens every time, something on the way may not let WebSockets through.")
_CONSOLE = msg("Look in the iFlytek console whether the app has this version of Spark activated, and tokens left.")
_WORDS = msg("Say it in other words. What was shown before is kept.")

_CONNECTION = Meaning(
    ErrorKind.NETWORK, msg("Spark had trouble with the connection to this computer."), _REPORT, should_retry=False
)
_FORM = Meaning(ErrorKind.BAD_REQUEST, msg("Spark does not understand the form of the question."), _PARAMETERS)
_ENGINE = Meaning(ErrorKind.OVERLOADED, msg("Spark's engine reports a fault of its own."), _AGAIN)

CODES: Mapping[str, Meaning] = {
    "10000": _CONNECTION,
    "10001": _CONNECTION,
    "10002": _CONNECTION,
    "10003": _FORM,
    "10004": _FORM,
    "10005": Meaning(ErrorKind.BAD_REQUEST, msg("Spark does not take one of the parameters."), _PARAMETERS),
    "10006": Meaning(
        ErrorKind.RATE_LIMITED,
        msg("The same user is connected to Spark already."),
        msg("Wait until the other answer has ended, then try again."),
    ),
    "10007": Meaning(
        ErrorKind.RATE_LIMITED,
        msg("Spark is still answering the question before."),
        msg("Wait until the other answer has ended, then try again."),
    ),
    "10008": Meaning(ErrorKind.OVERLOADED, msg("Spark has no capacity left just now."), _AGAIN),
    **dict.fromkeys(("10009", "10010", "10011", "10012"), _ENGINE),
    "10013": Meaning(
        ErrorKind.CONTENT_FILTERED,
        msg("Spark's content review stopped the question."),
        msg("Say it in other words. Earlier messages of the conversation are reviewed, too."),
    ),
    "10014": Meaning(
        ErrorKind.CONTENT_FILTERED,
        msg("Spark's content review stopped the answer, and asks that what was shown of it be hidden."),
        _WORDS,
    ),
    "10015": Meaning(
        ErrorKind.PERMISSION,
        msg("iFlytek has blocked this app."),
        msg("Write to iFlytek's support, or use another app's key."),
    ),
    "10016": Meaning(ErrorKind.PERMISSION, msg("This app may not use this version of Spark."), _CONSOLE),
    "10018": Meaning(ErrorKind.TIMEOUT, msg("Spark closes a connection on which nothing was asked for long."), _AGAIN),
    "10019": Meaning(
        ErrorKind.CONTENT_FILTERED,
        msg("Spark answered, but takes the conversation for sensitive."),
        msg("The answer is kept. Begin a new conversation: further questions in this one may be stopped."),
    ),
    "10110": Meaning(ErrorKind.OVERLOADED, msg("Spark is too busy just now."), _AGAIN),
    "10163": _FORM,
    "10222": Meaning(ErrorKind.OVERLOADED, msg("Spark cannot reach its engine just now."), _AGAIN),
    "10223": Meaning(ErrorKind.OVERLOADED, msg("Spark has no engine free just now."), _AGAIN),
    "10313": Meaning(
        ErrorKind.AUTH,
        msg("The APPID does not belong to the APIKey."),
        msg("Copy all three values of the same app from the iFlytek console: APPID:APIKEY:APISECRET."),
    ),
    "10404": Meaning(
        ErrorKind.NOT_FOUND,
        msg("This address of Spark does not know the model (the “domain”)."),
        msg("Every address of Spark has a model of its own. Choose one from the list, or the address that fits."),
    ),
    "10907": Meaning(
        ErrorKind.CONTEXT_LENGTH,
        msg("The conversation has more tokens than this version of Spark reads."),
        USUAL[ErrorKind.CONTEXT_LENGTH][1],
    ),
    "11200": Meaning(
        ErrorKind.QUOTA, msg("This app has no licence for this version of Spark, or has used up its tokens."), _CONSOLE
    ),
    "11201": Meaning(
        ErrorKind.QUOTA,
        msg("The app has used up its questions of this day."),
        msg("Try again tomorrow, or ask iFlytek for more."),
    ),
    "11202": Meaning(ErrorKind.RATE_LIMITED, msg("The app asks Spark more often than it may in one second."), _AGAIN),
    "11203": Meaning(ErrorKind.RATE_LIMITED, msg("More answers of Spark run at once than the app may have."), _AGAIN),
}
