"""Write small monthly reports as a profile says they are written, for tests that read them back."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from dagster_project.fagsystem.kontrakt import objekter
from dagster_project.fagsystem.profil import Filform, Profil, innebygde
from dagster_project.fagsystem.uttrykk import Fast, Kolonne, Maaned, Nullfylt, Sammensatt, Utsnitt, Uttrykk
from tests.kostrafil import person

SOCIO, VELFERD = innebygde()
Rad = Mapping[str, object]

_DATO = {"dd.mm.yyyy": "%d.%m.%Y", "yyyy-mm-dd": "%Y-%m-%d", "ddmmyyyy": "%d%m%Y", "yyyymmdd": "%Y%m%d"}


def mottaker(nummer: int, **felter: object) -> dict[str, object]:
    """Return a row for made-up person `nummer`, with journal number K00001, K00002, …"""
    return {
        "mottaker_id": f"K{nummer:05d}",
        "fodselsnummer": person(nummer),
        "kjonn": "1",
        "sivilstand": "1",
        "antall_barn_under_18": 0,
        "hovedinntekt": "5",
        "trygd": "12",
        "arbeidssituasjon": "08",
        "bosituasjon": "1",
        "siste_kontakt": date(2025, 1, 31),
    } | felter


def vedtak(nummer: int, **felter: object) -> dict[str, object]:
    """Return a decision of January 2025 for person `nummer`, with id 2025-1, 2025-2, …"""
    return {
        "vedtak_id": f"2025-{nummer}",
        "mottaker_id": f"K{nummer:05d}",
        "soknadsdato": date(2024, 12, 20),
        "vedtaksdato": date(2025, 1, 2),
        "utfall": "INNVILGET",
        "stonadsart_lokal": "LIVSOPPHOLD",
        "stonadsform": "BIDRAG",
        "periode_fom": date(2025, 1, 1),
        "periode_tom": date(2025, 1, 31),
        "belop": Decimal("8000.00"),
    } | felter


def utbetaling(nummer: int, **felter: object) -> dict[str, object]:
    """Return a payment of January 2025 to person `nummer`, with id 700001, 700002, …"""
    return {
        "utbetaling_id": str(700_000 + nummer),
        "mottaker_id": f"K{nummer:05d}",
        "vedtak_id": f"2025-{nummer}",
        "stonadsart_lokal": "LIVSOPPHOLD",
        "stonadsform": "BIDRAG",
        "belop": Decimal("8000.00"),
        "periode_fom": date(2025, 1, 1),
        "periode_tom": date(2025, 1, 31),
        "registrert_dato": date(2025, 1, 3),
        "forfallsdato": date(2025, 1, 7),
        "utbetalingsdato": date(2025, 1, 7),
        "status": "UTBETALT",
        "betalingsmaate": "KONTO",
        "annen_mottaker": False,
        "ansvar": "451000",
        "funksjon": "281",
        "art": "14700",
        "bilagsnummer": None,
    } | felter


def tallskrift(belop: Decimal, form: Filform) -> str:
    """Return an amount as a profile says it is written, with two decimals."""
    hele, _, oere = f"{abs(belop):.2f}".partition(".")
    grupper = []
    while form.tusenskille and len(hele) > 3:
        hele, gruppe = hele[:-3], hele[-3:]
        grupper.insert(0, gruppe)
    tekst = form.tusenskille.join([hele, *grupper]) + form.desimaltegn + oere
    if belop >= 0:
        return tekst
    return {"foran": f"-{tekst}", "bak": f"{tekst}-", "parentes": f"({tekst})"}[form.minus]


def _celletekst(profil: Profil, objekt: str, navn: str, verdi: object) -> str:
    form = profil.filform(objekt)
    if verdi is None:
        return ""
    koder = {ny: lokal for lokal, ny in profil.koder.get(navn, {}).items()}
    if navn == "stonadsart_lokal":
        koder = {ny: lokal for lokal, ny in profil.koder.get("stonadsart", {}).items()}
    match verdi:
        case bool():
            return koder.get("ja" if verdi else "nei", "ja" if verdi else "nei")
        case date():
            return verdi.strftime(_DATO[form.dato])
        case Decimal():
            return tallskrift(verdi, form)
    return koder.get(str(verdi), str(verdi))


def _celler(uttrykk: Uttrykk, tekst: str, verdi: object) -> dict[str, str]:
    """Return the cells a field is written to, as a system that loses leading zeros writes them."""
    match uttrykk:
        case Kolonne(navn):
            return {navn: tekst}
        case Sammensatt(deler, mellom, nuller):
            if mellom:
                biter = tekst.split(mellom, len(deler) - 1) if tekst else [""] * len(deler)
            else:
                biter, rest = [], tekst
                for bredde in nuller:
                    biter.append(rest[:bredde].lstrip("0"))
                    rest = rest[bredde:]
            return {k: v for del_, bit in zip(deler, biter, strict=True) for k, v in _celler(del_, bit, None).items()}
        case Utsnitt(del_, _, fra_hoyre):
            fyll = "99" + tekst if fra_hoyre else tekst + "00"
            return _celler(del_, fyll if tekst else "", None)
        case Nullfylt(del_):
            return _celler(del_, tekst.lstrip("0"), None)
        case Maaned(del_):
            return _celler(del_, verdi.strftime("%m.%Y") if isinstance(verdi, date) else tekst, None)
        case Fast():
            return {}


def celler(profil: Profil, objekt: str, rad: Rad) -> dict[str, str]:
    """Return a row's cells by column."""
    funnet: dict[str, str] = {}
    for navn, uttrykk in profil.objekter[objekt].kolonner.items():
        funnet |= _celler(uttrykk, _celletekst(profil, objekt, navn, rad.get(navn)), rad.get(navn))
    return funnet


def kolonnerad(profil: Profil, objekt: str) -> list[str]:
    """Return the columns of a report, those to be dropped last."""
    del_ = profil.objekter[objekt]
    return [*del_.brukte_kolonner, *del_.forkast]


def _sitert(celle: str, form: Filform, alltid: bool) -> str:
    q = form.anforselstegn
    if q and (alltid or any(tegn in celle for tegn in (form.skilletegn, q, "\n"))):
        return q + celle.replace(q, q + q) + q
    return celle


def linje(cellene: Sequence[str], form: Filform, *, sitert: bool = False) -> str:
    """Return one line of a report, quoted where it must be or everywhere."""
    return form.skilletegn.join(_sitert(celle, form, sitert) for celle in cellene)


def rapport(
    profil: Profil,
    objekt: str,
    rader: Sequence[Rad],
    *,
    kolonner: Sequence[str] | None = None,
    ekstra: Mapping[str, str] | None = None,
    sitert: bool = False,
    til_slutt: Sequence[str] = (),
) -> bytes:
    """Return a whole report: title lines, header, rows, and the lines in `til_slutt`.

    `ekstra` is what columns no field is made from hold in every row.
    """
    form = profil.filform(objekt)
    kolonner = list(kolonner or kolonnerad(profil, objekt))
    linjer = [f"Tittel {nummer}" for nummer in range(form.hopp_over_linjer)]
    linjer.append(linje(kolonner, form, sitert=sitert))
    for rad in rader:
        cellene = dict(ekstra or {}) | celler(profil, objekt, rad)
        linjer.append(linje([cellene.get(kolonne, "") for kolonne in kolonner], form, sitert=sitert))
    return som_bytes([*linjer, *til_slutt], form)


def som_bytes(linjer: Sequence[str], form: Filform) -> bytes:
    """Return lines as the profile's encoding and line ends have them."""
    slutt = "\r\n" if form.linjeskift == "CRLF" else "\n"
    return "".join(linje + slutt for linje in linjer).encode(form.tegnsett)


def filnavn(
    profil: Profil,
    objekt: str,
    kommune: str = "3411",
    fra: str = "20250101",
    til: str = "20250131",
    uttrukket: str = "20250201T0610",
) -> str:
    """Return the name of a report, made from the glob of the object and what the contract wants after it."""
    stamme = profil.objekter[objekt].filnavn.split("*")[0].rstrip("_")
    return f"{stamme}_{kommune}_{fra}_{til}_{uttrukket}.csv"


def skriv_rapport(mappe: Path, profil: Profil, objekt: str, rader: Sequence[Rad], **valg: object) -> Path:
    """Write a report of January 2025 for 3411 to a folder; `navn` has what its name says otherwise."""
    sti = mappe / filnavn(profil, objekt, **valg.pop("navn", {}))
    sti.write_bytes(rapport(profil, objekt, rader, **valg))
    return sti


def raakolonner(objekt: str) -> dict[str, str]:
    """Return the columns of an object's raw table by the field they hold."""
    return {felt.navn: felt.kolonne for felt in objekter()[objekt].felter if felt.kolonne}
