"""What is said about a file: its kind, where it stands, what it costs. Text only, no widgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktopchat.domain.message import FilePart, ImagePart
from desktopchat.i18n import ntr, render, tr
from desktopchat.ui.attachments.tray import Attachment, Item, Stage
from desktopchat.ui.chat import wording

if TYPE_CHECKING:
    from desktopchat.domain.errors import Failure
    from desktopchat.services.forecast import Forecast, Offer

COSTLY_TOKENS = 8_000
"""From here on it is worth saying that every further question pays for the files again."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a card shows of a file. `tone` is a colour; `fraction` is how far it is, None for no bar, -1 for unknown."""

    name: str
    badge: str
    about: str
    tone: str = "text_muted"
    fraction: float | None = None
    picture: str = ""
    """The hash of the picture to show in the badge's place."""
    retry: bool = False
    cancel: bool = False
    details: str = ""
    """Everything there is to say, for the tooltip and for those who listen."""


def shown(item: Item) -> Shown:
    """How a file of the draft, or one on its way, stands."""
    base = Shown(item.name, ending(item.name), "") if item.part is None else of_part(item.part)
    words, tone, details = _state(item, base.about)
    known = [base.about] if base.about and base.about not in words else []
    return Shown(
        name=base.name,
        badge=base.badge,
        about=words,
        tone=tone,
        fraction=_fraction(item),
        picture=base.picture,
        retry=item.stage in (Stage.FAILED, Stage.INTERRUPTED),
        cancel=item.is_going,
        details="\n".join([base.name, *known, *details, *map(render, item.notes)]),
    )


def of_part(part: Attachment) -> Shown:
    """A file by itself."""
    is_image = isinstance(part, ImagePart)
    name = part.name or (tr("Picture") if is_image else tr("File"))
    kind = ending(part.name) or part.media_type.rpartition("/")[2].upper()[:5]
    about = wording.size(part.size) if part.size else kind
    return Shown(name, kind, about, picture=part.sha256 if is_image else "", details=f"{name}\n{about}")


def ending(name: str) -> str:
    """PDF for report.pdf; nothing where the name has no ending of that sort."""
    _, dot, found = name.rpartition(".")
    return found.upper() if dot and 0 < len(found) <= 5 and found.isalnum() else ""


def tokens(count: int) -> str:
    """An estimate, which looks like one: rounded, with the sign for about."""
    step = 10 if count < 1_000 else 100 if count < 100_000 else 1_000
    return ntr("≈ {count} token", "≈ {count} tokens", count, count=f"{max(count // step * step, min(count, step)):,}")


def cost(total: int, cards: int) -> str:
    """What the files take of each question."""
    return ntr(
        "{tokens} with each question (estimate for {n} file)",
        "{tokens} with each question (estimate for {n} files)",
        cards,
        tokens=tokens(total),
    )


def too_long(name: str, forecast: Forecast, model: str) -> str:
    """Why a text does not fit."""
    return tr(
        "The text of {name} has {tokens}; {model} reads {most} at most. What should be sent?",
        name=name,
        tokens=tokens(forecast.tokens or 0),
        model=model or tr("the model"),
        most=f"{forecast.context_tokens or 0:,}",
    )


def offer(way: Offer, forecast: Forecast) -> str:
    """What a button says that takes an offer."""
    if way == "pages":
        return ntr("First page", "First {n} pages", forecast.fitting_pages)
    return tr("Best passages") if way == "passages" else tr("Another model…")


def offer_help(way: Offer) -> str:
    """What taking an offer means."""
    if way == "pages":
        return tr("As many pages from the beginning as fit; the rest is not sent.")
    if way == "passages":
        return tr("With each question go the passages of the text that fit it best, with their pages.")
    return tr("A model that reads more at once, or one whose provider takes the file itself.")


def again(total: int) -> str:
    """That what was sent once is billed with every question that follows."""
    return tr("These files are billed again with every further question: {tokens} each time.", tokens=tokens(total))


def hidden(count: int) -> str:
    return ntr(
        "There is {n} place in it with text that a reader does not see, but a model does.",
        "There are {n} places in it with text that a reader does not see, but a model does.",
        count,
    )


def extent(part: Attachment) -> str:
    """How much of the text is sent, where that is not all of it."""
    kind, _, count = part.extent.partition(":") if isinstance(part, FilePart) else ("", "", "")
    if kind == "pages" and count.isdecimal():
        return ntr("first page only", "first {n} pages", int(count))
    return tr("best passages") if kind == "passages" else ""


def _state(item: Item, about: str) -> tuple[str, str, list[str]]:
    """The second line, its colour, and the sentences for whoever wants to know more."""
    if item.failure is not None:
        return render(item.failure.message), "error", _explained(item.failure)
    if item.stage is Stage.INTERRUPTED:
        return tr("Sending it was interrupted"), "warning", [tr("It is sent with the question, or now: Try again.")]
    if item.is_going:
        return _progress(item), "text_muted", []
    if (problem := item.problem) is not None:
        return render(problem), "error", [render(problem)]
    if item.needs_decision:
        return tr("Too long for this model"), "warning", [tr("Choose above what should be sent of it.")]
    return _at_rest(item, about)


def _progress(item: Item) -> str:
    if item.stage is Stage.READING:
        return tr("Reading…")
    if item.stage is Stage.WAITING:
        return tr("Waiting for its turn")
    if item.stage is Stage.PROCESSING:
        return tr("The provider is reading it…")
    words = tr("Uploading {percent}", percent=f"{item.done / item.total:.0%}") if item.total else tr("Uploading…")
    if item.speed:
        words += " · " + tr("{size}/s", size=wording.size(round(item.speed)))
    return words


def _at_rest(item: Item, about: str) -> tuple[str, str, list[str]]:
    forecast, words = item.forecast, [about]
    if item.part is not None and (some := extent(item.part)):
        words.append(some)
    if forecast is not None and forecast.tokens:
        words.append(tokens(forecast.tokens))
    if item.stage is Stage.READY:
        words.append(tr("at the provider"))
    if forecast is None:
        return " · ".join(words), "text_muted", []
    notes = [render(note) for note in forecast.notes]
    if not forecast.hidden:
        return " · ".join(words), "text_muted", notes
    return " · ".join([tr("hidden text"), *words]), "warning", [hidden(forecast.hidden), *notes]


def _explained(failure: Failure) -> list[str]:
    return [render(failure.message), *([render(failure.hint)] if failure.hint else [])]


def _fraction(item: Item) -> float | None:
    if not item.is_going:
        return None
    return min(1.0, item.done / item.total) if item.stage is Stage.UPLOADING and item.total else -1.0
