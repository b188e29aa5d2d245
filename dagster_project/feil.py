"""Errors a user is shown, and the cleaning that keeps personal data out of every other message."""

import re

_LANGT_TALL = re.compile(r"\d{6,}")
_PERSONNUMMER = re.compile(r"(?<!\d)\d{6}[ -]?\d{5,6}(?!\d)")
_KONTONUMMER = re.compile(r"(?<!\d)\d{4}[ .]\d{2}[ .]\d{5}(?!\d)")
# A byte of a file name that is not UTF-8, as Python keeps it (PEP 383).
_RAA_BYTE = re.compile("[\udc80-\udcff]")
_FARGE = re.compile(r"\x1b\[[0-9;]*m")


class Brukerfeil(Exception):
    """Something the user can put right; the message is Norwegian and complete. Exit code 2."""


class Kjoringsfeil(Exception):
    """A run that could not finish; what was published before still stands. Exit code 3."""


def uten_persondata(text: str) -> str:
    """Mask every run of six digits or more, so that a library's message cannot carry an identity number.

    Terminal colours, which dbt puts in its messages, are taken out too.
    """
    return _LANGT_TALL.sub(lambda match: "#" * len(match.group()), _FARGE.sub("", text))


def kan_ha_personnummer(tekst: str) -> bool:
    """Say whether a text somebody wrote may hold a fødselsnummer, DUF number, account number or case number.

    Months, dates and amounts written in groups of three are none of them.
    """
    return any(monster.search(tekst) for monster in (_LANGT_TALL, _PERSONNUMMER, _KONTONUMMER))


def trygt_navn(navn: str) -> str:
    """Mask what may be a fødselsnummer or DUF number in a file's name; dates and municipality numbers stay readable.

    Bytes of the name that are not UTF-8 are read as ISO-8859-1, so that the result can be stored and printed.
    """
    lesbart = _RAA_BYTE.sub(lambda match: chr(ord(match.group()) - 0xDC00), navn)
    return _PERSONNUMMER.sub(lambda match: "#" * len(match.group()), lesbart)
