"""SSB's Klass: municipalities and their changes (131), and their KOSTRA groups (131 to 112), as JSON or CSV."""

import json
import re
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from dagster_project.register.lest import Feil, Lest, RegisterFeil, Utelatt
from dagster_project.register.tekstfil import les_tekstfil

_KOMMUNE = re.compile(r"\d{4}")
_GRUPPE = re.compile(r"EKG\d{2}")
UOPPGITT = "9999"

Rad = dict[str, str]


class _Form(NamedTuple):
    """One kind of answer from Klass: its key in JSON, the columns it must have in CSV, and its raw table."""

    nokkel: str
    kreves: tuple[str, ...]
    tabell: str
    kolonner: tuple[str, ...]


_KODER = _Form(
    "codes", ("code", "name"), "raw.klass_kommune", ("kommunenummer", "kommunenavn", "gyldig_fra", "gyldig_til")
)
_ENDRINGER = _Form(
    "codeChanges",
    ("oldcode", "newcode", "changeoccurred"),
    "raw.klass_endring",
    ("endret", "fra_kommunenummer", "fra_navn", "til_kommunenummer", "til_navn"),
)
_TILKNYTNING = _Form(
    "correspondenceItems",
    ("sourcecode", "targetcode"),
    "raw.klass_kostragruppe",
    ("kommunenummer", "kostragruppe", "kostragruppe_navn", "gyldig_fra", "gyldig_til"),
)
_DATOER = {"gyldig_fra", "gyldig_til", "endret"}


def les_klass(sti: Path) -> Lest:
    """Read an answer from Klass: codes, changes, or correspondences with KOSTRA groups.

    Shape: one row per item with four-digit municipalities. gyldig_til is the day after the last, null while it lasts.
    `linje` is the item's number in JSON, the line in CSV.

    Raises:
        RegisterFeil: if it is none of the three, has no validity, or tells of something else than municipalities.
    """
    form, rader, feil = _les_json(sti) if sti.read_bytes().lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{" else _les_csv(sti)
    ut: list[tuple] = []
    utelatt: dict[str, int] = {}
    for linje, rad in rader:
        resultat = {"codes": _kode, "codeChanges": _endring, "correspondenceItems": _tilknytning}[form.nokkel](rad)
        if isinstance(resultat, str):
            utelatt[resultat] = utelatt.get(resultat, 0) + 1
        elif isinstance(resultat, _Udato):
            feil.append(Feil(linje, "registerverdi", f"punkt {linje}", resultat.verdi))
        else:
            ut.append((linje, *resultat))
    if not ut:
        raise RegisterFeil(_ingenting(form, list(utelatt)))
    skjema = pa.schema(
        [("linje", pa.int32()), *((n, pa.date32() if n in _DATOER else pa.string()) for n in form.kolonner)]
    )
    return Lest(
        tabell=form.tabell,
        rader=pa.Table.from_pydict(
            dict(zip(skjema.names, map(list, zip(*ut, strict=True)), strict=True)), schema=skjema
        ),
        lest=len(ut) + sum(utelatt.values()) + len(feil),
        utelatt=[Utelatt(None, antall, grunn) for grunn, antall in utelatt.items()],
        feil=feil,
    )


class _Udato(NamedTuple):
    verdi: str


def _les_json(sti: Path) -> tuple[_Form, list[tuple[int, Rad]], list[Feil]]:
    try:
        innhold = json.loads(sti.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        raise RegisterFeil("Filen er ikke gyldig JSON. Hent den på nytt fra Klass.") from None
    for form in (_KODER, _ENDRINGER, _TILKNYTNING):
        punkter = innhold.get(form.nokkel)
        if isinstance(punkter, list) and all(isinstance(punkt, dict) for punkt in punkter):
            rader = [
                (nr, {navn.casefold(): "" if verdi is None else str(verdi) for navn, verdi in punkt.items()})
                for nr, punkt in enumerate(punkter, start=1)
            ]
            return form, rader, []
    raise RegisterFeil("Filen er JSON, men ikke et svar fra Klass med codes, codeChanges eller correspondenceItems.")


def _les_csv(sti: Path) -> tuple[_Form, list[tuple[int, Rad]], list[Feil]]:
    fil = les_tekstfil(sti)
    for form in (_ENDRINGER, _TILKNYTNING, _KODER):
        if set(form.kreves) <= set(fil.navn):
            rader = [
                (linje, dict(zip(fil.navn, (verdi.strip() for verdi in rad), strict=True)))
                for linje, rad in zip(fil.linjer, fil.verdier, strict=True)
            ]
            return form, rader, fil.feil
    raise RegisterFeil("Filen har ikke kolonnene til koder, endringer eller tilknytninger i Klass.")


def _gyldig(rad: Rad) -> tuple[date | None, date | None] | _Udato:
    fra = rad.get("validfrominrequestedrange") or rad.get("validfrom") or ""
    til = rad.get("validtoinrequestedrange") or rad.get("validto") or ""
    try:
        return (date.fromisoformat(fra) if fra else None), (date.fromisoformat(til) if til else None)
    except ValueError:
        return _Udato(f"{fra} – {til}")


def _er_kommune(kode: str) -> bool:
    return _KOMMUNE.fullmatch(kode) is not None and kode != UOPPGITT


def _kode(rad: Rad) -> tuple | str | _Udato:
    gyldig = _gyldig(rad)
    if not _er_kommune(rad.get("code", "")):
        return "Koden er ikke et kommunenummer."
    if isinstance(gyldig, _Udato):
        return gyldig
    if gyldig[0] is None:
        return "Koden har ingen gyldighet."
    return rad["code"], rad.get("name", ""), *gyldig


def _endring(rad: Rad) -> tuple | str | _Udato:
    fra, til = rad.get("oldcode", ""), rad.get("newcode", "")
    if not (_er_kommune(fra) and _er_kommune(til)):
        return "Endringen gjelder ikke to kommuner."
    try:
        dato = date.fromisoformat(rad.get("changeoccurred", ""))
    except ValueError:
        return _Udato(rad.get("changeoccurred", ""))
    return dato, fra, rad.get("oldname", ""), til, rad.get("newname", "")


def _tilknytning(rad: Rad) -> tuple | str | _Udato:
    gyldig = _gyldig(rad)
    if not _er_kommune(rad.get("sourcecode", "")):
        return "Koden er ikke et kommunenummer."
    gruppe, navn = rad.get("targetcode", ""), rad.get("targetname", "")
    # Klass ties municipalities to many things; only the group's own code or name tells a KOSTRA group.
    if not (_GRUPPE.fullmatch(gruppe) or "kostra" in navn.casefold()):
        return "Koden er ikke en KOSTRA-gruppe."
    if isinstance(gyldig, _Udato):
        return gyldig
    if gyldig[0] is None:
        return "Koden har ingen gyldighet."
    return rad["sourcecode"], gruppe, navn, *gyldig


def _ingenting(form: _Form, grunner: list[str]) -> str:
    hent = {
        "codes": "Hent kommunene med gyldighet: /classifications/131/codes?from=2015-01-01",
        "codeChanges": "Hent endringene: /classifications/131/changes?from=2015-01-01",
        "correspondenceItems": (
            "Hent KOSTRA-gruppene: /classifications/131/corresponds?targetClassificationId=112&from=2015-01-01"
        ),
    }
    return f"Filen har ingenting som kan brukes. {' '.join(grunner)} {hent[form.nokkel]}"
