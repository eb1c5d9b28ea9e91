"""Reading XML from strangers without entities, network or surprises, and writing text that XML can hold."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterator
from typing import Any

from desktopchat.domain.errors import ErrorKind, failed
from desktopchat.domain.text import msg

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def xml_safe(text: str) -> str:
    """`text` without the characters that no XML file may have."""
    return _UNWRITABLE.sub("", text)


def local_name(element: Any) -> str:
    """An element's name without its namespace; "" for comments and the like."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def parsed_events(data: bytes, names: Collection[str]) -> Iterator[Any]:
    """Each element of these names once it is complete; it is emptied when the next one is asked for.

    Raises `ChatError` `file_rejected` for what is no well-formed XML.
    """
    from lxml import etree

    source = io.BytesIO(data)
    try:
        for _, element in etree.iterparse(
            source, events=("end",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        ):
            if local_name(element) in names:
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise failed(
            ErrorKind.FILE_REJECTED,
            msg("This file is not the XML that its name promises."),
            hint=msg("It may be damaged or cut off. Save it again in the program that made it."),
            detail=str(error),
        ) from error
