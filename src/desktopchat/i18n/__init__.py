"""Text in the reader's language. Keys are English sentences; catalogues are gettext's, in `resources/i18n`.

`tr("Send")`, `tr("{name} was removed", name=name)` and `ntr("{n} hit", "{n} hits", n)` are for visible text written
where it is shown; `domain.text.msg(...)` marks a sentence that travels (errors, hints) and `render(text)` makes it
readable. Extraction knows the names tr, ntr and msg. English is what remains without a catalogue.
"""

from desktopchat.i18n.catalogue import LANGUAGES, current_language, install, ntr, render, tr

__all__ = ["LANGUAGES", "current_language", "install", "ntr", "render", "tr"]
