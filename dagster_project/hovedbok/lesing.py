"""Read ledgers and budgets: whole files at a time, in SQL, many files together.

A fault in what the file is (its name, encoding, columns, totals) refuses the file. A fault in a value sets the line
aside, and with it the whole voucher: half a voucher is a wrong figure.
"""

import hashlib
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, time
from itertools import groupby

import duckdb

from dagster_project.fagsystem.identitet import IDENTITET_MAKROER
from dagster_project.fagsystem.lesing import (
    bedom_innhold,
    fyll,
    les_over_flere_linjer,
)
from dagster_project.fagsystem.skriving import tell
from dagster_project.fagsystem.tekst import (
    LangLinje,
    Linjer,
    Tegnfeil,
    antall_linjer,
    finn_binaert,
    finn_tegnfeil,
)
from dagster_project.feil import Kjoringsfeil
from dagster_project.formater import oppramsing
from dagster_project.hovedbok.bilag import SQL_BILAGSFEIL, SQL_NUMMERERTE_LINJER
from dagster_project.hovedbok.filnavn import Utvalg
from dagster_project.hovedbok.kontrakt import gl07_felter, gl07_linjelengde
from dagster_project.hovedbok.overskrift import les_regnskapsoverskrift
from dagster_project.hovedbok.profil import Regnskapstreff
from dagster_project.hovedbok.saft import Saftfeil, Saftlinjer, les_hode
from dagster_project.hovedbok.skriving import filtabell, skriv, skriv_avviste
from dagster_project.hovedbok.tolking import lag_tolking
from dagster_project.ingestion.fil import Filinnhold
from dagster_project.ingestion.gjenkjenning import Gjenkjent
from dagster_project.ingestion.kostra import FODSELSNUMMER_MAKROER
from dagster_project.ingestion.regel import linjeliste, melding
from dagster_project.ingestion.vurdering import Uttrekk, Vurdering


def regnskap_id(innhold: Filinnhold, treff: Regnskapstreff) -> str:
    """Return the id of a delivery: the same content for the same periods is the same delivery.

    A CSV without lines has the same content for several months; GL07 and SAF-T say themselves what they are for.
    """
    if treff.format != "csv":
        return innhold.leveranse_id
    return hashlib.sha256(f"{innhold.sha256}|{treff.objekt}|{treff.gjelder}".encode()).hexdigest()[:16]


def les_hovedbok(
    con: duckdb.DuckDBPyConnection,
    filer: Sequence[tuple[Filinnhold, Gjenkjent, str]],
    kommuner: Collection[str],
) -> list[Vurdering]:
    """Read files of one profile and object into `raw`, or set them aside.

    Shape: `filer` has content, recognition and the name each file was delivered under; `kommuner` the numbers of our
    municipalities. One Vurdering per file, in order; in the database one row per line, key leveranse_id and linje (the
    line in the file as delivered, 1-based; in SAF-T the number of the <Line>). rader_lest = rader_godtatt +
    rader_karantene + rader_sumlinje. Needs `varehus` attached.
    """
    vurderinger = [Vurdering(innhold, gjenkjent, filnavn=filnavn) for innhold, gjenkjent, filnavn in filer]
    leses: list[tuple[tuple[str, ...], Vurdering]] = []
    for vurdering in vurderinger:
        treff = vurdering.gjenkjent.regnskap
        vurdering.uttrekk = _uttrekk(vurdering, treff.utvalg)
        kolonner = _bedom_form(con, vurdering, kommuner)
        if vurdering.regel is None:
            leses.append((kolonner, vurdering))

    def overskrift(par: tuple[tuple[str, ...], Vurdering]) -> tuple[str, ...]:
        return par[0]

    for kolonner, like in groupby(sorted(leses, key=overskrift), overskrift):
        _les_like(con, [vurdering for _, vurdering in like], kolonner)
    avviste = [vurdering for vurdering in vurderinger if vurdering.regel is not None]
    for vurdering in avviste:
        vurdering.rader_lest = vurdering.rader_lest or _antall_rader(vurdering)
        vurdering.rader_karantene, vurdering.rader_godtatt, vurdering.rader_sumlinje = vurdering.rader_lest, 0, 0
    skriv_avviste(con, avviste)
    return vurderinger


def _uttrekk(vurdering: Vurdering, utvalg: Utvalg | None) -> Uttrekk:
    """Return what is registered of a delivery beside its counts."""
    treff = vurdering.gjenkjent.regnskap
    profil = treff.profil
    system = profil.systemnavn if profil else None
    return Uttrekk(
        leveranse_id=regnskap_id(vurdering.innhold, treff),
        profil=treff.profilnavn,
        profil_avtrykk=profil.avtrykk(treff.objekt) if profil else None,
        uttrekkstype=profil.uttrekkstype(treff.objekt) if profil else None,
        system=system,
        instans=None,
        kilde_id=f"{utvalg.kommunenummer}-{system}" if utvalg and system else None,
        fra=utvalg.fra if utvalg else None,
        til=utvalg.til if utvalg else None,
        uttrukket=utvalg.uttrukket if utvalg else None,
    )


def _sett_utvalg(vurdering: Vurdering, utvalg: Utvalg) -> None:
    """Write down what a file is for, now that it is known."""
    gjenkjent = vurdering.gjenkjent
    vurdering.gjenkjent = replace(gjenkjent, regnskap=replace(gjenkjent.regnskap, utvalg=utvalg))
    vurdering.uttrekk = _uttrekk(vurdering, utvalg)
    vurdering.kommunenummer = utvalg.kommunenummer


def _bedom_form(con: duckdb.DuckDBPyConnection, vurdering: Vurdering, kommuner: Collection[str]) -> tuple[str, ...]:
    """Return the cells a line of the file has, where its form is in order; refuse it otherwise."""
    treff = vurdering.gjenkjent.regnskap
    if treff.profil is None:
        _avvis(vurdering, "profil_feil", tillegg=treff.feil)
        return ()
    if treff.format == "csv":
        return _bedom_csv(vurdering, kommuner)
    try:
        if treff.format == "saft":
            hode = les_hode(vurdering.innhold.sti)
            utvalg = Utvalg("", hode.fraperiode, hode.tilperiode, hode.uttrukket)
            _finn_kommune(vurdering, hode.organisasjonsnummer, "organisasjonsnummer", utvalg, kommuner)
        else:
            _bedom_gl07(con, vurdering, kommuner)
    except Saftfeil as feil:
        _avvis(vurdering, "saft", tillegg=str(feil))
    return treff.profil.objekter[treff.objekt].brukte_kolonner


def _finn_kommune(vurdering: Vurdering, klient: str, hva: str, utvalg: Utvalg, kommuner: Collection[str]) -> None:
    """Settle whose file it is: by the profile, or where only one municipality is ours, that one."""
    kommune = vurdering.gjenkjent.regnskap.profil.kommuner.get(klient)
    if kommune is None and len(kommuner) == 1:
        kommune = next(iter(kommuner))
    if kommune is None:
        _avvis(vurdering, "ukjent_klient", tillegg=f"{hva} «{klient[:25]}»")
    elif kommune not in kommuner:
        _avvis(vurdering, "fremmed_kommune", tillegg=kommune)
    else:
        _sett_utvalg(vurdering, replace(utvalg, kommunenummer=kommune))


def _bedom_csv(vurdering: Vurdering, kommuner: Collection[str]) -> tuple[str, ...]:
    treff, sti = vurdering.gjenkjent.regnskap, vurdering.innhold.sti
    if treff.utvalg is None:
        _avvis(vurdering, "filnavn", tillegg=treff.feil)
        return ()
    if treff.utvalg.kommunenummer not in kommuner:
        _avvis(vurdering, "fremmed_kommune", tillegg=treff.utvalg.kommunenummer)
        return ()
    vurdering.kommunenummer = treff.utvalg.kommunenummer
    overskrift = les_regnskapsoverskrift(sti, treff.profil, treff.objekt)
    try:
        if vurdering.innhold.har_binaert and (linje := finn_binaert(sti)):
            _avvis(vurdering, "binaer", linjer=linje)
        elif overskrift.regel:
            # Columns that are not there may be columns read in the wrong encoding.
            if feil := finn_tegnfeil(sti, treff.profil.filform(treff.objekt).tegnsett):
                _avvis_tegnfeil(vurdering, feil)
            else:
                _avvis(vurdering, overskrift.regel, tillegg=overskrift.tillegg)
    except LangLinje as feil:
        _avvis_tegnfeil(vurdering, feil)
    if overskrift.tomme_felt:
        vurdering.advarsler.append(
            ("kolonne_mangler", melding("kolonne_mangler", tillegg=oppramsing(overskrift.tomme_felt)))
        )
    return overskrift.kolonner


def _avvis_tegnfeil(vurdering: Vurdering, feil: Tegnfeil | LangLinje) -> None:
    if isinstance(feil, LangLinje):
        _avvis(vurdering, "lang_linje", linjer=feil.linje)
        return
    treff = vurdering.gjenkjent.regnskap
    tegnsett = treff.profil.filform(treff.objekt).tegnsett
    _avvis(vurdering, "tegnsett_profil", felt=tegnsett, linjer=feil.linje, tillegg=feil.hva)


def _bedom_gl07(con: duckdb.DuckDBPyConnection, vurdering: Vurdering, kommuner: Collection[str]) -> None:
    """Hold every line of a GL07 file against the length it should have, and find whose it is."""
    treff = vurdering.gjenkjent.regnskap
    linjer = Linjer([vurdering.innhold.sti], treff.profil.filform(treff.objekt).tegnsett)
    klient = gl07_felter()["client"]
    fyll(
        con,
        linjer,
        "gl07_linje",
        f"""
        select
            linje,
            length(tekst) as lengde,
            trim(substring(tekst, {klient.fra}, {klient.lengde})) as klient
        from linjekilde
        where tekst not in ('', chr(26))
        """,
    )
    feil_lengde, forste_klient = con.execute(f"""
        select
            list_sort(list(linje) filter (where lengde != {gl07_linjelengde()})),
            arg_min(klient, linje)
        from gl07_linje
    """).fetchone()
    con.execute("drop table temp.gl07_linje")
    if feil := linjer.feil.get(0):
        _avvis_tegnfeil(vurdering, feil)
    elif feil_lengde:
        _avvis(vurdering, "gl07_lengde", linjer=linjeliste(feil_lengde), postlengde=gl07_linjelengde())
    else:
        _finn_kommune(vurdering, forste_klient, "klient", Utvalg("", klient=forste_klient), kommuner)


def _antall_rader(vurdering: Vurdering) -> int:
    treff = vurdering.gjenkjent.regnskap
    if treff.format == "saft":
        linjer = Saftlinjer([vurdering.innhold.sti], ())
        return sum(pulje.num_rows for pulje in linjer)
    hopp = treff.profil.filform(treff.objekt).hopp_over_linjer + 1 if treff.profil else int(treff.format == "csv")
    return antall_linjer(vurdering.innhold.sti, hopp)


def _avvis(vurdering: Vurdering, regel: str, **verdier: object) -> None:
    vurdering.regel = regel
    vurdering.melding = melding(regel, **verdier)


def _les_like(con: duckdb.DuckDBPyConnection, vurderinger: list[Vurdering], kolonner: tuple[str, ...]) -> None:
    """Read files with the same columns together; where that fails, one by one."""
    try:
        _les(con, vurderinger, kolonner)
    except (duckdb.Error, Kjoringsfeil) as feil:
        with suppress(duckdb.TransactionException):
            con.rollback()
        if len(vurderinger) == 1:
            # Only what kind of fault it was: a library's message may quote what it could not read.
            _avvis(vurderinger[0], "kan_ikke_leses", tillegg=type(feil).__name__)
            return
        for vurdering in vurderinger:
            _les_like(con, [vurdering], kolonner)


def _les(con: duckdb.DuckDBPyConnection, vurderinger: list[Vurdering], kolonner: tuple[str, ...]) -> None:
    treff = vurderinger[0].gjenkjent.regnskap
    tolking = lag_tolking(treff.profil, treff.objekt, kolonner)
    con.execute(FODSELSNUMMER_MAKROER)
    con.execute(IDENTITET_MAKROER)
    con.register("uttrekksfil", filtabell(vurderinger))
    stier = [vurdering.innhold.sti for vurdering in vurderinger]
    linjer = Saftlinjer(stier, kolonner) if treff.format == "saft" else Linjer(stier, tolking.form.tegnsett)
    try:
        fyll(con, linjer, "rad", tolking.sql_rad("linjekilde"))
        if isinstance(linjer, Linjer):
            for fil_nr, feil in linjer.feil.items():
                _avvis_tegnfeil(vurderinger[fil_nr], feil)
            les_over_flere_linjer(con, vurderinger, tolking)
        con.execute("delete from rad where er_tom")
        bedom_innhold(con, vurderinger, tolking)
        if isinstance(linjer, Saftlinjer):
            _bedom_saftsummer(vurderinger, linjer)
        _fullfor_utvalg(con, vurderinger)
        con.register("uttrekksfil", filtabell(vurderinger))
        con.execute("delete from rad where fil_nr in (select fil_nr from uttrekksfil where not er_godtatt)")
        con.execute(f"""
            create or replace temp table mistenkt as
            {tolking.sql_funn("(select fil_nr, linje, tekst from rad where er_mistenkelig)")}
        """)
        if treff.objekt == "hovedbok" and "bilagslinje" not in tolking.uttrykk:
            con.execute(f"create or replace temp table rad as {SQL_NUMMERERTE_LINJER}")
        con.execute(f"create or replace temp table bilagsfeil as {SQL_BILAGSFEIL[treff.objekt]}")
        skriv(con, vurderinger, tolking)
        tell(con, vurderinger, tolking)
    finally:
        for tabell in ("rad", "mistenkt", "fysisk", "sammensatt", "bilagsfeil"):
            con.execute(f"drop table if exists temp.{tabell}")
        con.unregister("uttrekksfil")


def _bedom_saftsummer(vurderinger: Sequence[Vurdering], linjer: Saftlinjer) -> None:
    """Refuse files that broke off, or whose own totals are others than those of their lines."""
    for vurdering, sum_ in zip(vurderinger, linjer.summer, strict=True):
        if sum_.brutt_linje:
            _avvis(vurdering, "saft", tillegg=f"XML-en er brutt på linje {sum_.brutt_linje}.")
        elif vurdering.regel is None and sum_.avvik:
            _avvis(vurdering, "saft_sum", tillegg=sum_.avvik)


def _fullfor_utvalg(con: duckdb.DuckDBPyConnection, vurderinger: Sequence[Vurdering]) -> None:
    """Fill in what the name of a file does not say: its periods from its lines, its time from its last voucher.

    What is in the file decides, and not when it came, so that the order files arrive in never matters.
    """
    uferdige = [
        fil_nr
        for fil_nr, vurdering in enumerate(vurderinger)
        if vurdering.regel is None and vurdering.gjenkjent.regnskap.utvalg.uttrukket is None
    ]
    har_bilag = vurderinger[0].gjenkjent.regnskap.objekt == "hovedbok"
    funnet = {}
    if uferdige and har_bilag:
        funnet = {
            fil_nr: (fra, til, datetime.combine(siste, time.min))
            for fil_nr, fra, til, siste in con.execute("""
                select
                    fil_nr,
                    min(periode),
                    max(periode),
                    max(bilagsdato)
                from rad
                where not er_sum and not er_mistenkelig
                group by all
            """).fetchall()
        }
    for fil_nr in uferdige:
        vurdering = vurderinger[fil_nr]
        utvalg = vurdering.gjenkjent.regnskap.utvalg
        if fil_nr in funnet:
            fra, til, siste = funnet[fil_nr]
        elif utvalg.fra is not None:
            fra, til, siste = utvalg.fraperiode, utvalg.tilperiode, datetime.combine(utvalg.fra, time.min)
        else:
            _avvis(vurdering, "kan_ikke_leses", tillegg="ingen linje i den er hel")
            continue
        _sett_utvalg(
            vurdering,
            replace(
                utvalg,
                fraperiode=utvalg.fraperiode or fra,
                tilperiode=utvalg.tilperiode or til,
                uttrukket=siste,
            ),
        )
