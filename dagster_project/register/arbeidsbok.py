"""NAV's workbooks as cells: which sheet, which range, which column, found by the names in them.

Three forms are told apart (`form` in `seeds/nav_kolonne.csv`): `maaneder` has a municipality per row and months as
headings, repeated in blocks; `kolonner` has a municipality per row and one month per file; `liste` has municipality and
month in columns of their own, often in two ranges side by side. What a figure means, and whether the row is a
municipality at all, is decided in `nav`.
"""

import html
import re
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError

from dagster_project.register.lest import RegisterFeil, liste, normaliser
from dagster_project.register.maaned import aar_i_tekst, er_maanedsnavn, maaned_i_tekst, tolk_maaned
from dagster_project.register.oppsett import Kolonne, Oppsett, arbeidsboker, ark_som_passer, finn_oppsett

# A sheet of this size unpacked is far beyond any of NAV's; a small file must not fill the memory.
MAKS_UTPAKKET = 200 * 1024 * 1024
HODERADER = 40
ARKHODE = 32 * 1024
_ARKNAVN = re.compile(rb'<sheet [^>]*?name="([^"]*)"')
_KODE = re.compile(r"\d{1,6}(?:\s+(?:[-–]\s*)?(\S.*))?", re.DOTALL)


class Celle(NamedTuple):
    """One figure as it stands: where, for what, and as number or text. `grunn` is set where the layout leaves it out.

    `serie` is true where an empty column means a month that is not published yet.
    """

    linje: int
    ark: str
    sted: str
    region: str
    maaned: str
    variabel: str
    tall: float | None
    prosentformat: bool
    tekst: str
    serie: bool = False
    grunn: str | None = None


class _Verdi(NamedTuple):
    tekst: str
    tall: float | None
    prosentformat: bool


TOM = _Verdi("", None, False)
_Rutenett = list[list[_Verdi]]


def tekster_i(sti: Path) -> str | None:
    """Return the names of a workbook's sheets and the texts in its cells, normalised; None if it is no workbook.

    Texts that lie in the sheets themselves are taken from their beginning only: telling what a file is costs little.
    """
    try:
        with zipfile.ZipFile(sti) as pakke:
            innhold = pakke.namelist()
            if "xl/workbook.xml" not in innhold or sum(del_.file_size for del_ in pakke.infolist()) > MAKS_UTPAKKET:
                return None
            deler = _ARKNAVN.findall(pakke.read("xl/workbook.xml"))
            if "xl/sharedStrings.xml" in innhold:
                deler.append(pakke.read("xl/sharedStrings.xml"))
            for navn in innhold:
                if navn.startswith("xl/worksheets/") and navn.endswith(".xml"):
                    with pakke.open(navn) as ark:
                        deler.append(ark.read(ARKHODE))
    # What a damaged or encrypted archive raises.
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError):
        return None
    return normaliser(html.unescape(b" ".join(deler).decode("utf-8", errors="replace")))


def les_arbeidsbok(sti: Path) -> tuple[Oppsett, list[Celle]]:
    """Read the figures of a workbook, and tell which layout it has.

    Shape: one per figure, in the order of sheets, rows and columns. Rows without a label or without any figure that
    stand among the others (headings, notes) are passed over.

    Raises:
        RegisterFeil: if it cannot be opened, has no layout we know, or lacks a sheet, a column, a month or a year; the
            message names what was looked for and what there is.
    """
    tekster = tekster_i(sti)
    if tekster is None:
        raise RegisterFeil(
            "Arbeidsboken kan ikke åpnes. Den kan være skadet, passordbeskyttet eller lagret som .xls. "
            "Lagre den som .xlsx uten passord."
        )
    oppsett = finn_oppsett(sti.name, tekster)
    arknavn, rutenett = _aapne(sti, oppsett.ark() if oppsett else [])
    if oppsett is None:
        kjente = [kolonne for item in arbeidsboker() for kolonne in item.ark() if kolonne != "*"]
        raise RegisterFeil(
            f"Ingen av arkene er kjent: {liste(arknavn)}. Vi leser {liste(_vist(list(dict.fromkeys(kjente))))}."
        )
    return oppsett, _les_ark(arknavn, rutenett, oppsett, sti.name)


def _aapne(sti: Path, monstre: list[str]) -> tuple[list[str], dict[str, _Rutenett]]:
    """Return the names of all sheets, and the cells of those that fit one of the patterns."""
    # Half a second to import, which nobody without a workbook should wait for.
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            bok = openpyxl.load_workbook(sti, read_only=True, data_only=True)
        try:
            passer = [navn for monster in monstre for navn in ark_som_passer(monster, bok.sheetnames)]
            return bok.sheetnames, {navn: _rutenett(bok[navn]) for navn in dict.fromkeys(passer)}
        finally:
            bok.close()
    # What openpyxl raises at a damaged file is whatever it stumbled over.
    except (InvalidFileException, zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError, OSError):
        raise RegisterFeil("Arbeidsboken kan ikke leses. Åpne den i Excel og lagre den på nytt som .xlsx.") from None


def _vist(monstre: list[str]) -> list[str]:
    return [monster.replace("*", "…") for monster in monstre]


def _les_ark(arknavn: list[str], rutenett: dict[str, _Rutenett], oppsett: Oppsett, filnavn: str) -> list[Celle]:
    celler: list[Celle] = []
    lest: set[str] = set()
    sett: dict[str, list[str]] = {}
    for monster in oppsett.ark():
        kolonner = [kolonne for kolonne in oppsett.kolonner if kolonne.ark == monster]
        for navn in ark_som_passer(monster, arknavn):
            if navn in lest:
                continue
            form = kolonner[0].form
            if form == "maaneder":
                funnet = _les_maaneder(navn, rutenett[navn], kolonner[0].variabel, filnavn)
            elif form == "kolonner":
                funnet = _les_kolonner(navn, rutenett[navn], kolonner, filnavn)
            else:
                funnet = _les_liste(navn, rutenett[navn], kolonner)
                sett[navn] = _overskrifter(rutenett[navn])
            if funnet is not None:
                lest.add(navn)
                celler += funnet
    _krev_ark(arknavn, oppsett, lest, sett)
    return celler


def _krev_ark(arknavn: list[str], oppsett: Oppsett, lest: set[str], sett: dict[str, list[str]]) -> None:
    """Refuse a workbook that lacks a sheet, or where no sheet has the columns of a list."""
    kreves = [monster for monster in oppsett.ark() if oppsett.kreves(monster)]
    mangler = [
        monster for monster in kreves if not lest or ("*" not in monster and not ark_som_passer(monster, [*lest]))
    ]
    if not mangler:
        return
    if sett:
        titler = [kolonne.tittel for kolonne in oppsett.kolonner if kolonne.kreves]
        har = "; ".join(f"«{navn}» har {liste(overskrifter)}" for navn, overskrifter in sett.items())
        raise RegisterFeil(f"Ingen av arkene har kolonnene {liste(titler)} ({oppsett.navn}). {har}.")
    raise RegisterFeil(
        f"Arbeidsboken ({oppsett.navn}) mangler arket {liste(_vist(mangler))}. Den har arkene {liste(arknavn)}."
    )


def _overskrifter(rutenett: _Rutenett) -> list[str]:
    """Return the texts of the row that has most of them, for a message about what there is."""
    rader = [[verdi.tekst for verdi in rad if verdi.tekst and verdi.tall is None] for rad in rutenett[:HODERADER]]
    return max(rader, key=len, default=[]) or ["ingen overskrifter"]


def _rutenett(ark: Any) -> _Rutenett:
    # The size a sheet claims may be wrong, and would then hide rows.
    ark.reset_dimensions()
    return [[_verdi(celle) for celle in rad] for rad in ark.iter_rows()]


def _verdi(celle: Any) -> _Verdi:
    raa = celle.value
    if raa is None:
        return TOM
    if isinstance(raa, date):
        return _Verdi(raa.strftime("%Y-%m"), None, False)
    if isinstance(raa, int | float) and not isinstance(raa, bool):
        tekst = str(int(raa)) if raa == int(raa) else repr(raa)
        return _Verdi(tekst, float(raa), "%" in (celle.number_format or ""))
    return _Verdi(str(raa).strip(), None, False)


def _bokstav(plass: int) -> str:
    """Return the letters of a column counted from 0: A, B … Z, AA."""
    foran, nr = divmod(plass, 26)
    return (_bokstav(foran - 1) if foran else "") + chr(ord("A") + nr)


def _lag_celle(ark: str, rad: int, kolonne: int, verdi: _Verdi, **felt: Any) -> Celle:
    return Celle(
        linje=rad + 1,
        ark=ark,
        sted=f"{ark}!{_bokstav(kolonne)}{rad + 1}",
        tall=verdi.tall,
        prosentformat=verdi.prosentformat,
        tekst=verdi.tekst,
        **felt,
    )


def _er_kode(tekst: str) -> bool:
    """Say whether a label is a code, with or without a name; a note that begins with a year is not."""
    treff = _KODE.fullmatch(tekst)
    return treff is not None and (treff[1] is None or treff[1][0].isupper())


def _regionkolonne(rader: _Rutenett, verdier: set[int]) -> int | None:
    """Return the column of the municipality: codes with names in it, codes before a column of names, or codes alone."""
    med_navn: Counter[int] = Counter()
    foran_navn: Counter[int] = Counter()
    alene: Counter[int] = Counter()
    for rad in rader:
        for plass, verdi in enumerate(rad):
            if plass in verdier or not _er_kode(verdi.tekst):
                continue
            neste = rad[plass + 1] if plass + 1 < len(rad) and plass + 1 not in verdier else TOM
            if not verdi.tekst.isdecimal():
                med_navn[plass] += 1
            elif neste.tall is None and neste.tekst and not neste.tekst.isdecimal():
                foran_navn[plass] += 1
            elif plass < min(verdier):
                alene[plass] += 1
    funnet = (med_navn or foran_navn or alene).most_common(1)
    return funnet[0][0] if funnet else None


def _rader(rader: _Rutenett, fra: int, kolonner: dict[int, str]) -> Iterator[tuple[int, str, dict[int, _Verdi]]]:
    """Yield row, label and figures by column for the rows that have both, or have the label of a municipality."""
    regionkolonne = _regionkolonne(rader[fra:], set(kolonner))
    for nr in range(fra, len(rader)):
        rad = rader[nr]
        verdier = {plass: rad[plass] if plass < len(rad) else TOM for plass in kolonner}
        region = rad[regionkolonne].tekst if regionkolonne is not None and regionkolonne < len(rad) else ""
        if not _er_kode(region):
            tekster = (verdi.tekst for plass, verdi in enumerate(rad) if plass not in kolonner and verdi.tall is None)
            region = next((tekst for tekst in tekster if tekst), "")
        if _er_kode(region) or (region and any(verdi.tekst for verdi in verdier.values())):
            yield nr, region, verdier


def _les_maaneder(ark: str, rutenett: _Rutenett, variabel: str, filnavn: str) -> list[Celle]:
    hoder = [
        (nr, maaneder)
        for nr, rad in enumerate(rutenett)
        if (maaneder := {plass for plass, verdi in enumerate(rad) if er_maanedsnavn(verdi.tekst)})
        and not any(_er_kode(verdi.tekst) and not er_maanedsnavn(verdi.tekst) for verdi in rad)
        # A figure may look like 202406; a heading has no other numbers.
        and all(er_maanedsnavn(verdi.tekst) for verdi in rad if verdi.tall is not None)
    ]
    if not hoder:
        raise RegisterFeil(f"Arket «{ark}» har ingen rad med månedsnavn. Det har {liste(_overskrifter(rutenett))}.")
    titler = [verdi.tekst for rad in rutenett[: hoder[0][0]] for verdi in rad if verdi.tekst]
    aar = aar_i_tekst(titler, filnavn)
    celler = []
    for (nr, plasser), slutt in zip(hoder, [*(nr for nr, _ in hoder[1:]), len(rutenett)], strict=True):
        kolonner = {plass: tolk_maaned(rutenett[nr][plass].tekst, aar) for plass in sorted(plasser)}
        if None in kolonner.values():
            raise RegisterFeil(
                f"Arket «{ark}» har måneder uten årstall, og verken titlene eller filnavnet sier ett bestemt år. "
                "Behold NAVs filnavn, som begynner med årstallet."
            )
        for rad, region, verdier in _rader(rutenett[:slutt], nr + 1, kolonner):
            celler += [
                _lag_celle(ark, rad, plass, verdi, region=region, maaned=kolonner[plass], variabel=variabel, serie=True)
                for plass, verdi in verdier.items()
            ]
    return celler


def _les_kolonner(ark: str, rutenett: _Rutenett, kolonner: list[Kolonne], filnavn: str) -> list[Celle]:
    hode = _finn_hode(rutenett, kolonner)
    if hode is None:
        kreves = [kolonne.tittel for kolonne in kolonner if kolonne.kreves]
        raise RegisterFeil(
            f"Arket «{ark}» mangler en av kolonnene {liste(kreves)}. Det har {liste(_overskrifter(rutenett))}."
        )
    nr, plasser = hode
    titler = " ".join(verdi.tekst for rad in rutenett[:nr] for verdi in rad)
    maaned = maaned_i_tekst(filnavn) or maaned_i_tekst(titler)
    if maaned is None:
        raise RegisterFeil(
            f"Verken filnavnet eller titlene i arket «{ark}» sier hvilken måned tallene gjelder. "
            "Ta med måneden i filnavnet, for eksempel 2025-03."
        )
    return [
        _lag_celle(ark, rad, plass, verdi, region=region, maaned=maaned, variabel=plasser[plass])
        for rad, region, verdier in _rader(rutenett, nr + 1, plasser)
        for plass, verdi in verdier.items()
    ]


def _finn_hode(rutenett: _Rutenett, kolonner: list[Kolonne]) -> tuple[int, dict[int, str]] | None:
    """Return the heading's row and the variable of each column, where every column needed is found exactly once."""
    for nr in range(min(len(rutenett), HODERADER)):
        alene = _navn(rutenett[nr])
        for navn in (alene, _navn_med_gruppe(rutenett, nr)):
            treff = {kolonne: _plasser(navn, kolonne) or _plasser(alene, kolonne) for kolonne in kolonner}
            if all(len(plasser) == 1 for kolonne, plasser in treff.items() if kolonne.kreves):
                return nr, {plasser[0]: kol.variabel for kol, plasser in treff.items() if len(plasser) == 1}
    return None


def _plasser(navn: list[str], kolonne: Kolonne) -> list[int]:
    return [plass for plass, ett in enumerate(navn) if ett and ett in kolonne.navn]


def _navn(rad: list[_Verdi]) -> list[str]:
    return [normaliser(verdi.tekst) for verdi in rad]


def _navn_med_gruppe(rutenett: _Rutenett, nr: int) -> list[str]:
    """Return headings of two rows as one: the upper, merged over several columns, before the lower."""
    if nr == 0:
        return []
    over, under = _navn(rutenett[nr - 1]), _navn(rutenett[nr])
    navn, gruppe = [], ""
    for plass in range(max(len(over), len(under))):
        egen_over = over[plass] if plass < len(over) else ""
        eget = under[plass] if plass < len(under) else ""
        gruppe = egen_over or gruppe
        navn.append(f"{gruppe} {eget}".strip() if eget else egen_over)
    return navn


def _les_liste(ark: str, rutenett: _Rutenett, kolonner: list[Kolonne]) -> list[Celle] | None:
    """Read every range of a sheet that has the columns needed; None where there is no such range."""
    celler: list[Celle] = []
    har_omraade = False
    for nr in range(min(len(rutenett), HODERADER)):
        for omraade in _sammenhengende(_navn(rutenett[nr])):
            roller = _roller(omraade, kolonner)
            if roller is not None:
                har_omraade = True
                celler += _les_omraade(ark, rutenett, nr + 1, roller)
        if har_omraade:
            return celler
    return None


def _sammenhengende(navn: list[str]) -> Iterator[dict[str, int]]:
    """Yield the headings of a row, split at empty columns, with their places."""
    omraade: dict[str, int] = {}
    for plass, ett in enumerate([*navn, ""]):
        if ett:
            omraade[ett] = plass
        elif omraade:
            yield omraade
            omraade = {}


_Roller = dict[str, list[tuple[Kolonne, int]]]


def _roller(omraade: dict[str, int], kolonner: list[Kolonne]) -> _Roller | None:
    roller: _Roller = {}
    for kolonne in kolonner:
        plass = next((omraade[navn] for navn in kolonne.navn if navn in omraade), None)
        if plass is not None:
            roller.setdefault(kolonne.rolle, []).append((kolonne, plass))
        elif kolonne.kreves:
            return None
    return roller if "verdi" in roller else None


def _les_omraade(ark: str, rutenett: _Rutenett, fra: int, roller: _Roller) -> list[Celle]:
    def les(rad: list[_Verdi], plass: int) -> _Verdi:
        return rad[plass] if plass < len(rad) else TOM

    celler = []
    plasser = dict(roller["verdi"])
    for nr in range(fra, len(rutenett)):
        rad = rutenett[nr]
        region = les(rad, roller["region"][0][1]).tekst
        maaned = les(rad, roller["maaned"][0][1]).tekst
        if not region or not maaned:
            continue
        grunn = next(
            (
                f"Tallet gjelder {kolonne.tittel.casefold()} «{tekst}» og ikke alle."
                for rolle in ("kjonn", "alder")
                for kolonne, plass in roller.get(rolle, [])
                if (tekst := les(rad, plass).tekst) and normaliser(tekst) not in kolonne.naar
            ),
            None,
        )
        status = next((les(rad, plass).tekst for _, plass in roller.get("status", [])), "")
        for kolonne, plass in plasser.items():
            if kolonne.naar and normaliser(status) not in kolonne.naar:
                continue
            celler.append(
                _lag_celle(
                    ark,
                    nr,
                    plass,
                    les(rad, plass),
                    region=region,
                    maaned=tolk_maaned(maaned) or maaned,
                    variabel=kolonne.variabel,
                    grunn=grunn,
                )
            )
    return celler
