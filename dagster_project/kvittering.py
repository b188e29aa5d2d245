"""What a controller has accepted of the findings and the expectations, and the command `stonad kvitter`.

Acceptances stand in `konfig/kvittering.csv`, a line for each time somebody accepted or took it back, so they survive
every new run and a warehouse built from nothing. The last line of a finding is the one that counts.
"""

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.markup import escape

from dagster_project.feil import Brukerfeil, kan_ha_personnummer
from dagster_project.klokke import naa
from dagster_project.kvalitet.kontroll import SERIE as KVALITET
from dagster_project.las import enerett
from dagster_project.settings import Mappe, les_miljo
from dagster_project.valg import JsonValg, MappeValg, les_maaned, velg_mappe

KVITTERT, ANGRET = "kvittert", "angret"
KOLONNER = (
    "tidspunkt",
    "handling",
    "kommunenummer",
    "maaned",
    "serie",
    "aarsak",
    "motpart_maaned",
    "belop_nok",
    "hvem",
    "tekst",
)
LENGSTE_TEKST = 500
FAGSYSTEM = "fagsystem"

ut = Console(highlight=False)


@dataclass(frozen=True, order=True)
class Funn:
    """The key of a finding: what an acceptance holds for. Months are the date of their first day."""

    kommunenummer: str
    maaned: date
    serie: str
    aarsak: str
    motpart_maaned: date | None


@dataclass(frozen=True)
class Kvittering:
    """A finding accepted, by whom, why and when (UTC), and the amount in kroner it had then (None: not known)."""

    funn: Funn
    belop_nok: Decimal | None
    hvem: str
    tekst: str
    tidspunkt: datetime


@dataclass(frozen=True)
class Avvik:
    """A finding as it stands in the warehouse."""

    funn: Funn
    belop_nok: Decimal | None
    alvor: str
    forklaring: str
    gjor: str
    kvittert: bool
    kvittert_av: str | None
    kvittert_tekst: str | None


def les_kvitteringer(mappe: Mappe, per: datetime | None = None) -> list[Kvittering]:
    """Return what is accepted now, or was at the time `per`.

    Shape: one per finding, in order of its key; nothing without a file.

    Raises:
        Brukerfeil: with the line, if the file cannot be read.
    """
    sti = mappe.kvitteringer
    if not sti.exists():
        return []
    navn = sti.relative_to(mappe.rot).as_posix()
    try:
        with sti.open(encoding="utf-8", newline="") as fil:
            hode, *rader = list(csv.reader(fil, delimiter=";")) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error):
        raise Brukerfeil(f"{navn} kan ikke leses. Hent den fra sikkerhetskopien.") from None
    if tuple(hode) != KOLONNER:
        raise Brukerfeil(f"Første linje i {navn} skal være {';'.join(KOLONNER)}.")
    gjelder: dict[Funn, Kvittering] = {}
    for nummer, rad in enumerate(rader, start=2):
        try:
            handling, kvittering = _tolk(rad)
        except (ValueError, InvalidOperation):
            raise Brukerfeil(f"Rad {nummer} i {navn} kan ikke leses. Rett den, eller hent sikkerhetskopien.") from None
        if per is not None and kvittering.tidspunkt > per:
            continue
        gjelder.pop(kvittering.funn, None)
        if handling == KVITTERT:
            gjelder[kvittering.funn] = kvittering
    return [gjelder[funn] for funn in sorted(gjelder, key=_rekkefolge)]


def _rekkefolge(funn: Funn) -> tuple:
    return funn.kommunenummer, funn.maaned, funn.serie, funn.aarsak, funn.motpart_maaned or date.min


def _tolk(rad: Sequence[str]) -> tuple[str, Kvittering]:
    felt = dict(zip(KOLONNER, rad, strict=True))
    if felt["handling"] not in (KVITTERT, ANGRET):
        raise ValueError(felt["handling"])
    motpart = date.fromisoformat(felt["motpart_maaned"]) if felt["motpart_maaned"] else None
    funn = Funn(felt["kommunenummer"], date.fromisoformat(felt["maaned"]), felt["serie"], felt["aarsak"], motpart)
    belop = Decimal(felt["belop_nok"]) if felt["belop_nok"] else None
    return felt["handling"], Kvittering(
        funn, belop, felt["hvem"], felt["tekst"], datetime.fromisoformat(felt["tidspunkt"])
    )


def skriv_kvitteringer(con: duckdb.DuckDBPyConnection, kvitteringer: Sequence[Kvittering]) -> None:
    """Put the acceptances where dbt reads them. `con` is the warehouse itself, inside the caller's transaction."""
    con.execute("delete from intern.kvittering")
    if kvitteringer:
        con.executemany(
            "insert into intern.kvittering values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [[*astuple(k.funn), k.belop_nok, k.hvem, k.tekst, k.tidspunkt] for k in kvitteringer],
        )


def les_avvik(mappe: Mappe, *, kommunenummer: str | None = None, maaned: date | None = None) -> list[Avvik]:
    """Return the findings of the last build, with what is accepted since then.

    Shape: one per finding, in order of its key.

    Raises:
        Brukerfeil: if nothing has been built, or a run is going on.
    """
    if not mappe.varehus.exists():
        raise Brukerfeil(f"Det er ikke lest inn noe i {mappe.rot} ennå. Kjør «stonad kjor» først.")
    with enerett(mappe), duckdb.connect(str(mappe.varehus), read_only=True) as con:
        try:
            rader = con.execute(
                """
                select
                    kommunenummer, maaned, serie, aarsak, motpart_maaned,
                    belop_nok, alvor, forklaring, gjor, kvittert, kvittert_av, kvittert_tekst
                from (
                    select *
                    from intern.avvik_periodisering
                    union all by name
                    select
                        kvalitet.kommunenummer,
                        kvalitet.maaned,
                        $kvalitet as serie,
                        kvalitet.forventning_id as aarsak,
                        kvalitet.observert::decimal(18, 2) as belop_nok,
                        'FEIL' as alvor,
                        kvalitet.melding as forklaring,
                        kvalitet.gjor,
                        kvalitet.kvittert,
                        if(kvalitet.kvittert, kvittering.kvittert_av, null) as kvittert_av,
                        if(kvalitet.kvittert, kvittering.tekst, null) as kvittert_tekst,
                    from intern.kvalitet as kvalitet
                    left join intern.kvittering as kvittering
                        on
                            kvittering.serie = $kvalitet
                            and kvalitet.forventning_id = kvittering.aarsak
                            and kvalitet.kommunenummer = kvittering.kommunenummer
                            and kvalitet.maaned = kvittering.maaned
                    where
                        kvalitet.kjoring_id = (select arg_max(kjoring_id, rowid) from intern.kvalitet)
                        and not kvalitet.bestatt
                        and kvalitet.kan_kvitteres
                ) as funn
                where
                    ($kommunenummer is null or kommunenummer = $kommunenummer)
                    and ($maaned is null or maaned = $maaned)
                order by kommunenummer, maaned, serie, aarsak, motpart_maaned nulls first
                """,
                {"kommunenummer": kommunenummer, "maaned": maaned, "kvalitet": KVALITET},
            ).fetchall()
        except duckdb.CatalogException:
            raise Brukerfeil("Funnene er ikke regnet ut ennå. Kjør «stonad kjor» først.") from None
    return [Avvik(Funn(*rad[:5]), *rad[5:]) for rad in rader]


def kvitter_ut(
    mappe: Mappe,
    avvik: Sequence[Avvik],
    *,
    hvem: str,
    tekst: str,
    tidspunkt: datetime,
    angre: bool = False,
) -> None:
    """Accept findings, or with `angre` take back what was accepted; it shows in the figures from the next run on.

    Raises:
        Brukerfeil: if who or why is missing, too long, or may hold a number of a person or an account; or if there
            is nothing to take back.
    """
    hvem, tekst = " ".join(hvem.split()), " ".join(tekst.split())
    if not hvem:
        raise Brukerfeil("Si hvem som kvitterer: --av, for eksempel --av «Kari, økonomi».")
    if not tekst and not angre:
        raise Brukerfeil("Si hvorfor: --tekst, for eksempel --tekst «1. mai er en helligdag».")
    if max(len(hvem), len(tekst)) > LENGSTE_TEKST:
        raise Brukerfeil(f"Begrunnelsen er for lang. Bruk høyst {LENGSTE_TEKST} tegn.")
    if kan_ha_personnummer(hvem) or kan_ha_personnummer(tekst):
        raise Brukerfeil(
            "Begrunnelsen kan ha et fødselsnummer, kontonummer eller saksnummer i seg, og er ikke lagret. "
            "Den vises i rapportene: Skriv den uten tall på seks sifre eller mer, og uten navn på mottakere."
        )
    with enerett(mappe):
        gjelder = {kvittering.funn for kvittering in les_kvitteringer(mappe)}
        if angre and not any(ett.funn in gjelder for ett in avvik):
            raise Brukerfeil("Funnet er ikke kvittert ut, så det er ingenting å angre.")
        sti = mappe.kvitteringer
        ny = not sti.exists()
        with sti.open("a", encoding="utf-8", newline="") as fil:
            skriver = csv.writer(fil, delimiter=";", lineterminator="\n")
            if ny:
                skriver.writerow(KOLONNER)
            for ett in avvik:
                if angre and ett.funn not in gjelder:
                    continue
                handling = ANGRET if angre else KVITTERT
                skriver.writerow([tidspunkt.isoformat(), handling, *astuple(ett.funn), ett.belop_nok, hvem, tekst])


def finn(mappe: Mappe, kommunenummer: str, maaned: str, aarsak: str, motpart: str | None, serie: str) -> list[Avvik]:
    """Return the finding: one row per month the money belongs in, or only the one of `motpart`.

    Raises:
        Brukerfeil: if a month cannot be read, or there is no such finding; the message tells which there are.
    """
    maaneden, motparten = les_maaned(maaned), les_maaned(motpart) if motpart else None
    i_maaneden = les_avvik(mappe, kommunenummer=kommunenummer, maaned=maaneden)
    funnet = [
        avvik
        for avvik in i_maaneden
        if (avvik.funn.serie, avvik.funn.aarsak) == (serie, aarsak)
        and (motparten is None or avvik.funn.motpart_maaned == motparten)
    ]
    if not funnet:
        finnes = "; ".join(sorted({_nokkeltekst(avvik.funn) for avvik in i_maaneden})) or "ingen"
        raise Brukerfeil(
            f"Det er ikke noe funn {aarsak} i {serie} for {kommunenummer} i {maaneden:%Y-%m}"
            f"{f' som hører til i {motparten:%Y-%m}' if motparten else ''}. Funn i måneden: {finnes}."
        )
    return funnet


def _nokkeltekst(funn: Funn) -> str:
    motpart = f" for {funn.motpart_maaned:%Y-%m}" if funn.motpart_maaned else ""
    return f"{funn.aarsak} ({funn.serie}){motpart}"


def kvitter(
    kommune: Annotated[str | None, typer.Argument(help="Kommunenummer. Uten vises funnene som er åpne.")] = None,
    maaned: Annotated[str | None, typer.Argument(help="Måneden funnet står i, som 2025-04.")] = None,
    aarsak: Annotated[str | None, typer.Argument(help="Årsaken, for eksempel helgeforskyvning.")] = None,
    motpart: Annotated[
        str | None, typer.Option("--motpart", help="Bare det som hører til i denne måneden. Ellers hele funnet.")
    ] = None,
    serie: Annotated[str, typer.Option("--serie", help="fagsystem, regnskap eller kvalitet.")] = FAGSYSTEM,
    av: Annotated[str, typer.Option("--av", help="Hvem som kvitterer. Vises i rapportene.")] = "",
    tekst: Annotated[
        str, typer.Option("--tekst", help="Hvorfor funnet er i orden. Vises i rapportene: ingen navn eller numre.")
    ] = "",
    angre: Annotated[bool, typer.Option("--angre", help="Ta tilbake kvitteringen.")] = False,
    alle: Annotated[bool, typer.Option("--alle", help="Vis også INFO og det som er kvittert ut.")] = False,
    mappe: MappeValg = None,
    json_: JsonValg = False,
) -> None:
    """Kvitter ut et funn om periodisering med en begrunnelse, eller vis de som er åpne.

    Funnet blir stående, merket som kvittert, fra neste kjøring. Endres beløpet, gjelder ikke kvitteringen lenger.
    """
    valgt = velg_mappe(mappe, les_miljo())
    if kommune and maaned and aarsak:
        funnet = finn(valgt, kommune, maaned, aarsak, motpart, serie)
        kvitter_ut(valgt, funnet, hvem=av, tekst=tekst, tidspunkt=naa(), angre=angre)
        for avvik in funnet:
            ut.print(escape(avvik.forklaring), soft_wrap=True)
        ut.print("Kvitteringen er tatt tilbake." if angre else "Kvittert ut.", "Det vises etter neste «stonad kjor».")
        return
    if maaned or angre or motpart:
        raise Brukerfeil("Si hvilket funn: stonad kvitter KOMMUNE MÅNED ÅRSAK, for eksempel 3413 2025-04 forskudd.")
    avvikene = les_avvik(valgt, kommunenummer=kommune)
    if not alle:
        avvikene = [avvik for avvik in avvikene if not avvik.kvittert and avvik.alvor != "INFO"]
    if json_:
        rader = [asdict(avvik.funn) | {k: v for k, v in asdict(avvik).items() if k != "funn"} for avvik in avvikene]
        print(json.dumps(rader, ensure_ascii=False, indent=2, default=str))
        return
    _vis(avvikene)


def _overskrift(avvik: Avvik) -> tuple[str, str]:
    """Return the finding as the command wants it, and how serious it is."""
    funn = avvik.funn
    serie = "" if funn.serie == FAGSYSTEM else f" --serie {funn.serie}"
    return f"{funn.kommunenummer} {funn.maaned:%Y-%m} {funn.aarsak}{serie}", avvik.alvor


def _vis(avvikene: Sequence[Avvik]) -> None:
    if not avvikene:
        ut.print("Ingen åpne funn.")
        return
    for (hode, alvor), funnet in groupby(avvikene, _overskrift):
        ut.print(f"[bold]{hode}[/bold]  {alvor}", soft_wrap=True)
        for avvik in funnet:
            kvittert = f"Kvittert av {avvik.kvittert_av}: " if avvik.kvittert else ""
            setninger = [avvik.forklaring, kvittert + (avvik.kvittert_tekst or "")]
            ut.print(escape("  " + " ".join(filter(None, setninger))), soft_wrap=True)
    ut.print("Kvitter ut: stonad kvitter KOMMUNE MÅNED ÅRSAK --av HVEM --tekst HVORFOR")
