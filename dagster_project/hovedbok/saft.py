"""SAF-T Financial as lines of text: one per ledger line, its cells put side by side.

The file is streamed, and every voucher is let go as soon as its lines are out, so that size does not matter. What a
profile does not ask for (names, addresses, bank accounts of customers and suppliers) is never kept.

Source: Skatteetaten, Norwegian SAF-T Financial data 1.10–1.30, as told in docs/kilder.md.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree

import pyarrow as pa

from dagster_project.fagsystem.tekst import LINJESKJEMA
from dagster_project.formater import norsk_tall
from dagster_project.hovedbok.filnavn import AARSSLUTT, er_periode, les_tidspunkt

VERSJONER = ("1.10", "1.20", "1.30")
CELLESKILLE = "\x1f"
LINJER_PER_BIT = 50_000
_NAVN_TID = re.compile(r"_([0-9]{14})$")
_SIDE = {"DebitAmount": 1, "CreditAmount": -1}


class Saftfeil(Exception):
    """The file is not SAF-T as we know it; the message is a Norwegian sentence."""


@dataclass(frozen=True)
class Safthode:
    """What the header says. Periods are yyyymm; `uttrukket` is local time, from the name where it has one."""

    versjon: str
    organisasjonsnummer: str
    fraperiode: str
    tilperiode: str
    uttrukket: datetime


@dataclass
class Saftsum:
    """What came out of one file, to be held against its own totals.

    `uleselig` is true where an amount could not be read, `brutt_linje` the line the XML broke off at.
    """

    linjer: int = 0
    debet: Decimal = Decimal(0)
    kredit: Decimal = Decimal(0)
    uleselig: bool = False
    brutt_linje: int = 0
    sagt: dict[str, Decimal] = field(default_factory=dict)

    @property
    def avvik(self) -> str:
        """Return which totals the lines do not give, as a Norwegian clause, or the empty text."""
        if self.uleselig:
            return ""
        regnet = {"TotalDebit": self.debet, "TotalCredit": self.kredit}
        return " og ".join(
            f"{navn} er {norsk_tall(sagt, 2)}, men postene gir {norsk_tall(regnet[navn], 2)}"
            for navn, sagt in self.sagt.items()
            if sagt != regnet[navn]
        )


def er_saft(hode: bytes) -> bool:
    """Say whether the first bytes of a file are those of a SAF-T Financial file, whichever version."""
    return b"<" in hode and re.search(rb"<(?:[\w.-]+:)?AuditFile[\s>]", hode) is not None


def _lokalt(navn: str) -> str:
    return navn.rpartition("}")[2]


def _tekster(element: ElementTree.Element) -> dict[str, str]:
    """Return the direct children that have text and no children, by name; line breaks and tabs become blanks."""
    return {
        _lokalt(barn.tag): " ".join(barn.text.split())
        for barn in element
        if barn.text and not len(barn) and not barn.text.isspace()
    }


def les_hode(sti: Path) -> Safthode:
    """Return what the header of a file says.

    Raises:
        Saftfeil: if it is not XML, not a version we know, or does not say which periods it has.
    """
    try:
        for _, element in ElementTree.iterparse(sti):
            if _lokalt(element.tag) == "Header":
                return _hode(element, sti.stem)
    except ElementTree.ParseError as feil:
        raise Saftfeil(f"XML-en er brutt på linje {feil.position[0]}.") from None
    raise Saftfeil("Filen har ikke noe hode (Header).")


def _hode(header: ElementTree.Element, stamme: str) -> Safthode:
    verdier = _tekster(header)
    deler = {_lokalt(barn.tag): _tekster(barn) for barn in header}
    versjon = verdier.get("AuditFileVersion", "")
    if versjon not in VERSJONER:
        raise Saftfeil(f"Filen er SAF-T versjon {versjon[:10] or 'ukjent'}. Vi leser {', '.join(VERSJONER)}.")
    orgnr = deler.get("Company", {}).get("RegistrationNumber", "")
    fra, til = _perioder(deler.get("SelectionCriteria", {}))
    if not (er_periode(fra) and er_periode(til) and fra <= til):
        raise Saftfeil("Hodet sier ikke hvilke perioder filen har (SelectionCriteria).")
    tid = _NAVN_TID.search(stamme)
    uttrukket = les_tidspunkt(tid[1]) if tid else None
    uttrukket = uttrukket or les_tidspunkt(verdier.get("AuditFileDateCreated", "").replace("-", ""))
    if uttrukket is None:
        raise Saftfeil("Hodet sier ikke når filen er laget (AuditFileDateCreated).")
    return Safthode(versjon, orgnr, fra, til, uttrukket)


def _perioder(utvalg: Mapping[str, str]) -> tuple[str, str]:
    if "PeriodStart" in utvalg:
        return tuple(
            f"{utvalg.get(f'Period{ende}Year', '')}{utvalg.get(f'Period{ende}', '').zfill(2)}"
            for ende in ("Start", "End")
        )
    fra, til = (utvalg.get(f"Selection{ende}Date", "").replace("-", "") for ende in ("Start", "End"))
    # A year taken out by date ends with its closing entries.
    return fra[:6], f"{til[:4]}{AARSSLUTT}" if til[4:] == "1231" else til[:6]


class Saftlinjer:
    """The ledger lines of some files, some at a time.

    Yields Arrow tables with one row per <Line>: fil_nr (the file's place in `stier`), linje (1-based, counted through
    the file), tekst (the values of `kilder` put side by side). `summer` has one per file, and is filled on the way.
    """

    def __init__(self, stier: Sequence[Path], kilder: Sequence[str]) -> None:
        self._stier = stier
        self._kilder = kilder
        self.summer = tuple(Saftsum() for _ in stier)

    def __iter__(self) -> Iterator[pa.Table]:
        """Yield the tables."""
        for fil_nr, (sti, sum_) in enumerate(zip(self._stier, self.summer, strict=True)):
            linjer = _linjer(sti, self._kilder, sum_)
            while tekster := list(islice(linjer, LINJER_PER_BIT)):
                antall = len(tekster)
                yield pa.table(
                    [
                        pa.array([fil_nr] * antall, pa.int32()),
                        pa.array(range(sum_.linjer - antall + 1, sum_.linjer + 1), pa.int32()),
                        pa.array(tekster, pa.string()),
                    ],
                    schema=LINJESKJEMA,
                )


def _linjer(sti: Path, kilder: Sequence[str], sum_: Saftsum) -> Iterator[str]:
    dybde = 0
    journal: dict[str, str] = {}
    poster = journalelement = None
    try:
        for hendelse, element in ElementTree.iterparse(sti, events=("start", "end")):
            navn = _lokalt(element.tag)
            if hendelse == "start":
                dybde += 1
                if navn == "GeneralLedgerEntries":
                    poster = element
                elif navn == "Journal":
                    journalelement = element
                    _les_totaler(poster, sum_)
                elif navn == "Transaction" and len(journalelement) > 1:
                    # The journal's own values stand before its first voucher, and are let go with it.
                    journal = _tekster(journalelement)
                continue
            dybde -= 1
            if navn == "Transaction":
                yield from _bilag(element, journal, kilder, sum_)
                journalelement.clear()
            elif navn == "Journal":
                journal = {}
            elif poster is None and dybde == 3:
                element.clear()
    except ElementTree.ParseError as feil:
        sum_.brutt_linje = feil.position[0]


def _les_totaler(poster: ElementTree.Element | None, sum_: Saftsum) -> None:
    if poster is None or sum_.sagt:
        return
    tekster = _tekster(poster)
    for navn in ("TotalDebit", "TotalCredit"):
        belop = _belop(tekster.get(navn, ""))
        if belop is not None:
            sum_.sagt[navn] = belop


def _belop(tekst: str) -> Decimal | None:
    try:
        belop = Decimal(tekst)
    except InvalidOperation:
        return None
    return belop if belop.is_finite() else None


def _bilag(
    bilag: ElementTree.Element, journal: Mapping[str, str], kilder: Sequence[str], sum_: Saftsum
) -> Iterator[str]:
    felles = {f"Journal/{navn}": verdi for navn, verdi in journal.items()}
    felles |= {f"Transaction/{navn}": verdi for navn, verdi in _tekster(bilag).items()}
    for linje in bilag:
        if _lokalt(linje.tag) != "Line":
            continue
        sum_.linjer += 1
        verdier = felles | {f"Line/{navn}": verdi for navn, verdi in _tekster(linje).items()}
        for barn in linje:
            navn = _lokalt(barn.tag)
            if navn == "Analysis":
                analyse = _tekster(barn)
                verdier[f"Analysis/{analyse.get('AnalysisType', '')}"] = analyse.get("AnalysisID", "")
            elif navn in _SIDE:
                verdier["Line/Amount"] = _med_fortegn(_tekster(barn).get("Amount", ""), _SIDE[navn], sum_)
        yield CELLESKILLE.join(verdier.get(kilde, "") for kilde in kilder)


def _med_fortegn(tekst: str, side: int, sum_: Saftsum) -> str:
    """Return a debit or credit amount as text, credit with its sign turned; what is no number is left as it is."""
    belop = _belop(tekst)
    if belop is None:
        sum_.uleselig = True
        return tekst
    if side > 0:
        sum_.debet += belop
        return tekst
    sum_.kredit += belop
    return tekst.removeprefix("-") if tekst.startswith("-") else f"-{tekst}"
