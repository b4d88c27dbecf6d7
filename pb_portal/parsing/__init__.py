"""Reading of files that somebody else made: in a child process with little memory and little time.

A reader is a function of a light module (`files.decoding`, `documents.workbooks`, …), named by
`module:function`. It gets the file as a stream and answers with plain data. Whatever the file does
to it, only the child dies, and the caller gets a `Refusal`.
"""

from pb_portal.parsing.process import (
    Limits,
    Size,
    configure,
    limits_of_pictures,
    parse,
    parse_pieces,
)

__all__ = ["Limits", "Size", "configure", "limits_of_pictures", "parse", "parse_pieces"]
