"""Small deliveries for tests: synthetic persons, and 11F, 11CF, 0A and population files built field by field.

A record is a dict from official field names to values; what it leaves out is blank. No number can be a real
person's: 80 is added to the month of birth, and DUF numbers are of the year 2099.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from dagster_project.kostra.layout import Felt, Layout, find_layout

VEKTER_1 = (3, 7, 6, 1, 8, 9, 4, 5, 2)
VEKTER_2 = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
VEKTER_DUF = (4, 6, 3, 2, 4, 6, 3, 2, 7, 5)

Post = Mapping[str, object]


def fodselsnummer(fodt: date, individ: int, *, dnummer: bool = False) -> str:
    """Return the first synthetic number of somebody born that day whose individual number is `individ` or above."""
    start = f"{fodt.day + 40 * dnummer:02d}{fodt.month + 80:02d}{fodt.year % 100:02d}"
    while True:
        siffer = [int(tegn) for tegn in f"{start}{individ:03d}"]
        for vekter in (VEKTER_1, VEKTER_2):
            siffer.append(-sum(v * s for v, s in zip(vekter, siffer, strict=True)) % 11)
        if max(siffer) < 10:
            return "".join(map(str, siffer))
        individ += 1


@cache
def person(nummer: int) -> str:
    """Return the fødselsnummer of made-up person 1, 2, 3 …, each born on a day of their own after 1 January 1970."""
    return fodselsnummer(date(1970, 1, 1) + timedelta(days=37 * nummer), 100)


def duf(lopenummer: int) -> str:
    """Return a DUF number with right check digits."""
    uten = f"2099{lopenummer:06d}"
    return f"{uten}{sum(v * int(s) for v, s in zip(VEKTER_DUF, uten, strict=True)) % 11:02d}"


def mottaker(nummer: int, **felter: object) -> dict[str, object]:
    """Return an 11F record of person `nummer`: 8 000 kroner in each of January and February."""
    return {
        "PERSON_JOURNALNR": f"K{nummer:05d}",
        "PERSON_FODSELSNR": person(nummer),
        "KJONN": "1",
        "EKTSTAT": "1",
        "BU18": "2",
        "VKLO": "5",
        "ARBSIT": "02",
        "STMND_1": "01",
        "STMND_2": "02",
        "BIDRAG": 16000,
        "LAAN": 0,
        "BIDRAG_JAN": 8000,
        "BIDRAG_FEB": 8000,
        "SAKSBEHANDLER": "SB1",
        **felter,
    }


def deltaker(nummer: int, **felter: object) -> dict[str, object]:
    """Return an 11CF record of person `nummer`, running since January."""
    return {
        "PERSON_JOURNALNR": f"K{nummer:05d}",
        "PERSON_FODSELSNR": person(nummer),
        "KJONN": "2",
        "EKTSTAT": "1",
        "BU18": "2",
        "STMND_1": "01",
        "KVP_STONAD": 20000,
        "STATUS": "1",
        **felter,
    }


def kontolinje(funksjon: str, art: str, belop: object, **felter: object) -> dict[str, object]:
    """Return a 0A record of the year's operating account; `belop` in thousands of kroner."""
    return {"kontoklasse": "1", "funksjon_kapittel": funksjon, "art_sektor": art, "belop": belop, **felter}


def post(layout: Layout, felter: Post) -> str:
    """Return one record: whole numbers filled with zeros (blanks in 0A), text and everything unreadable as it is."""
    tegn = [" "] * layout.postlengde
    for navn, verdi in felter.items():
        felt = layout.felt(navn)
        if felt is not None:
            tegn[felt.fra - 1 : felt.fra - 1 + felt.lengde] = _utfylt(felt, verdi, layout.skjema)
    return "".join(tegn)


def _utfylt(felt: Felt, verdi: object, skjema: str) -> str:
    if isinstance(verdi, int):
        tekst = str(verdi).rjust(felt.lengde, " " if skjema == "0A" else "0")
    else:
        tekst = str(verdi).ljust(felt.lengde)
    if len(tekst) != felt.lengde:
        raise ValueError(f"{felt.navn} has room for {felt.lengde} characters")
    return tekst


def poster(skjema: str, rows: Iterable[Post], aar: int, kommunenummer: str = "3411") -> list[str]:
    """Return the records of a file, without line ends."""
    if skjema == "0A":
        felles = {"skjema": "0A", "aargang": str(aar), "region": f"{kommunenummer}00"}
    else:
        felles = {"KOMMUNE_NR": kommunenummer, "VERSION": f"{aar % 100:02d}"}
    return [post(find_layout(skjema, aar), {**felles, **row}) for row in rows]


def som_bytes(linjer: Sequence[str | bytes], slutt: bytes = b"\r\n") -> bytes:
    """Return lines in ISO-8859-1, each with a line end."""
    raa = (linje.encode("iso-8859-1") if isinstance(linje, str) else linje for linje in linjer)
    return b"".join(linje + slutt for linje in raa)


def skriv_linjer(path: Path, linjer: Sequence[str | bytes], slutt: bytes = b"\r\n") -> Path:
    """Write lines in ISO-8859-1, each with a line end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(som_bytes(linjer, slutt))
    return path


def skriv_11f(path: Path, rows: Iterable[Post], aar: int, kommunenummer: str = "3411") -> Path:
    """Write an 11F file as a case system would."""
    return skriv_linjer(path, poster("11F", rows, aar, kommunenummer))


def skriv_11cf(path: Path, rows: Iterable[Post], aar: int, kommunenummer: str = "3411") -> Path:
    """Write an 11CF file as a case system would."""
    return skriv_linjer(path, poster("11CF", rows, aar, kommunenummer))


def skriv_0a(path: Path, rows: Iterable[Post], aar: int, kommunenummer: str = "3411") -> Path:
    """Write a 0A file as an accounting system would."""
    return skriv_linjer(path, poster("0A", rows, aar, kommunenummer))


def befolkning(
    kommuner: Sequence[str] = ("3411",), aar: Sequence[int] = (2024,), aldre: Sequence[str] = ("018", "019")
) -> dict:
    """Return SSB table 11805 as json-stat2, with 100 persons in every cell."""
    koder = {
        "KOKkommuneregion0000": list(kommuner),
        "Alder": list(aldre),
        "ContentsCode": ["Personer"],
        "Tid": [str(ett) for ett in aar],
    }
    antall = len(kommuner) * len(aldre) * len(aar)
    return {
        "version": "2.0",
        "class": "dataset",
        "label": "11805: Befolkning",
        "id": list(koder),
        "size": [len(liste) for liste in koder.values()],
        "dimension": {
            navn: {
                "category": {
                    "index": {kode: plass for plass, kode in enumerate(liste)},
                    "label": {kode: kode for kode in liste},
                }
            }
            for navn, liste in koder.items()
        },
        "value": [100] * antall,
        "extension": {"px": {"tableid": "11805"}},
    }


def skriv_befolkning(path: Path, innhold: object | None = None) -> Path:
    """Write a population file, by default that of `befolkning()`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(befolkning() if innhold is None else innhold, ensure_ascii=False), encoding="utf-8")
    return path
