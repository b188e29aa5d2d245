"""Read monthly deliveries: whole files at a time, in SQL, many files together.

A fault in what the file is (its name, encoding, columns, sum line) refuses the file; a fault in a value sets the row
aside. Columns that are not mapped are dropped as soon as a line is split, and identity numbers become pseudonyms
before a row reaches the warehouse.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal

import duckdb
import pyarrow as pa

from dagster_project.fagsystem.identitet import IDENTITET_MAKROER, sql_fodselsnumre
from dagster_project.fagsystem.overskrift import les_overskrift
from dagster_project.fagsystem.profil import Treff
from dagster_project.fagsystem.skriving import filtabell, skriv, skriv_avviste, tell
from dagster_project.fagsystem.tekst import (
    LINJESKJEMA,
    LangLinje,
    Linjer,
    Tegnfeil,
    antall_linjer,
    finn_binaert,
    finn_tegnfeil,
)
from dagster_project.fagsystem.tolking import Tolking
from dagster_project.feil import Kjoringsfeil
from dagster_project.formater import norsk_tall, oppramsing
from dagster_project.ingestion.fil import Filinnhold
from dagster_project.ingestion.gjenkjenning import Gjenkjent
from dagster_project.ingestion.kostra import FODSELSNUMMER_MAKROER
from dagster_project.ingestion.regel import melding
from dagster_project.ingestion.sql import sql_tekst
from dagster_project.ingestion.vurdering import Uttrekk, Vurdering

# A quoted cell may hold a letter, but not a report: then the quote that opened it was never meant as one.
MAKS_LINJER_I_RAD = 200
STANDARD_INSTANS = "1"
AVRUNDING_PER_RAD = Decimal("0.005")
MAKS_AVRUNDING = Decimal(5)


def leveranse_id(innhold: Filinnhold, treff: Treff, filnavn: str) -> str:
    """Return the id of a delivery: the same content for the same period is the same delivery.

    A file without rows, or a list that has not changed, has the same content for several months.
    """
    periode = treff.periode
    gjelder = (
        f"{periode.kommunenummer}|{periode.fra}|{periode.til}|{periode.uttrukket}" if periode is not None else filnavn
    )
    return hashlib.sha256(f"{innhold.sha256}|{treff.objekt}|{gjelder}".encode()).hexdigest()[:16]


def instans_for(instanser: Mapping[str, str], kommunenummer: str) -> str:
    """Return which of its installations of the system a municipality's ids belong to."""
    return instanser.get(kommunenummer) or STANDARD_INSTANS


def lag_uttrekk(innhold: Filinnhold, treff: Treff, filnavn: str, instanser: Mapping[str, str]) -> Uttrekk:
    """Return what is registered of a delivery beside its counts."""
    periode, profil = treff.periode, treff.profil
    instans = instans_for(instanser, periode.kommunenummer) if periode else None
    system = profil.systemnavn if profil else None
    return Uttrekk(
        leveranse_id=leveranse_id(innhold, treff, filnavn),
        profil=treff.profilnavn,
        profil_avtrykk=profil.avtrykk(treff.objekt) if profil else None,
        uttrekkstype=profil.uttrekkstype(treff.objekt) if profil else None,
        system=system,
        instans=instans,
        kilde_id=f"{periode.kommunenummer}-{system}-{instans}" if periode and system else None,
        fra=periode.fra if periode else None,
        til=periode.til if periode else None,
        uttrukket=periode.uttrukket if periode else None,
    )


def les_fagsystem(
    con: duckdb.DuckDBPyConnection,
    filer: Sequence[tuple[Filinnhold, Gjenkjent, str]],
    instanser: Mapping[str, str],
) -> list[Vurdering]:
    """Read files of one profile and object into `raw`, or set them aside.

    Shape: `filer` has content, recognition and the name each file was delivered under; `instanser` the instance of
    each municipality that is ours. One Vurdering per file, in order; in the database one row per record, key
    leveranse_id and linje (the line the record begins on in the file as delivered, 1-based). rader_lest =
    rader_godtatt + rader_karantene + rader_sumlinje; blank lines and what stands above the header are no records.
    Needs `varehus` and `nokkel` attached and the macro `pseudonym` in place.

    A file DuckDB stumbles on is refused, and the others are read without it.
    """
    vurderinger = [_ny_vurdering(*fil, instanser) for fil in filer]
    kolonner = [_bedom_form(vurdering, instanser) for vurdering in vurderinger]
    like: dict[tuple[str, ...], list[Vurdering]] = {}
    for vurdering, overskrift in zip(vurderinger, kolonner, strict=True):
        if overskrift:
            like.setdefault(overskrift, []).append(vurdering)
    for overskrift, gruppe in like.items():
        _les_like(con, gruppe, overskrift)
    avviste = [vurdering for vurdering in vurderinger if vurdering.regel is not None]
    for vurdering in avviste:
        vurdering.rader_lest = vurdering.rader_karantene = _antall_rader(vurdering)
        vurdering.rader_godtatt = vurdering.rader_sumlinje = 0
    skriv_avviste(con, avviste)
    return vurderinger


def _ny_vurdering(innhold: Filinnhold, gjenkjent: Gjenkjent, filnavn: str, instanser: Mapping[str, str]) -> Vurdering:
    periode = gjenkjent.fagsystem.periode
    return Vurdering(
        innhold,
        gjenkjent,
        kommunenummer=periode.kommunenummer if periode else None,
        filnavn=filnavn,
        uttrekk=lag_uttrekk(innhold, gjenkjent.fagsystem, filnavn, instanser),
    )


def _avvis(vurdering: Vurdering, regel: str, **verdier: object) -> None:
    vurdering.regel = regel
    vurdering.melding = melding(regel, **verdier)


def _bedom_form(vurdering: Vurdering, instanser: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns of a file whose form is in order; refuse it otherwise."""
    treff = vurdering.gjenkjent.fagsystem
    if treff.profil is None:
        _avvis(vurdering, "profil_feil", tillegg=treff.feil)
        return ()
    if treff.periode is None:
        _avvis(vurdering, "filnavn", tillegg=treff.feil)
        return ()
    if treff.periode.kommunenummer not in instanser:
        _avvis(vurdering, "fremmed_kommune", tillegg=treff.periode.kommunenummer)
        return ()
    sti = vurdering.innhold.sti
    overskrift = les_overskrift(sti, treff.profil, treff.objekt)
    try:
        if vurdering.innhold.har_binaert and (linje := finn_binaert(sti)):
            _avvis(vurdering, "binaer", linjer=linje)
        elif overskrift.regel:
            # Columns that are not there may be columns read in the wrong encoding.
            tegnsett = treff.profil.filform(treff.objekt).tegnsett
            if feil := finn_tegnfeil(sti, tegnsett):
                _avvis_tegnfeil(vurdering, feil)
            else:
                _avvis(vurdering, overskrift.regel, tillegg=overskrift.tillegg)
    except LangLinje as feil:
        _avvis_tegnfeil(vurdering, feil)
    if vurdering.regel is not None:
        return ()
    if overskrift.tomme_felt:
        vurdering.advarsler.append(
            ("kolonne_mangler", melding("kolonne_mangler", tillegg=oppramsing(overskrift.tomme_felt)))
        )
    return overskrift.kolonner


def _avvis_tegnfeil(vurdering: Vurdering, feil: Tegnfeil | LangLinje) -> None:
    if isinstance(feil, LangLinje):
        _avvis(vurdering, "lang_linje", linjer=feil.linje)
    else:
        treff = vurdering.gjenkjent.fagsystem
        tegnsett = treff.profil.filform(treff.objekt).tegnsett
        _avvis(vurdering, "tegnsett_profil", felt=tegnsett, linjer=feil.linje, tillegg=feil.hva)


def _antall_rader(vurdering: Vurdering) -> int:
    treff = vurdering.gjenkjent.fagsystem
    hopp = treff.profil.filform(treff.objekt).hopp_over_linjer + 1 if treff.profil else 1
    return antall_linjer(vurdering.innhold.sti, hopp)


def _les_like(con: duckdb.DuckDBPyConnection, vurderinger: list[Vurdering], kolonner: tuple[str, ...]) -> None:
    """Read files with the same columns together; where that fails, one by one."""
    try:
        _les(con, vurderinger, kolonner)
    except (duckdb.Error, Kjoringsfeil) as feil:
        _rull_tilbake(con)
        if len(vurderinger) == 1:
            # Only what kind of fault it was: a library's message may quote what it could not read.
            _avvis(vurderinger[0], "kan_ikke_leses", tillegg=type(feil).__name__)
            return
        for vurdering in vurderinger:
            _les_like(con, [vurdering], kolonner)


def _rull_tilbake(con: duckdb.DuckDBPyConnection) -> None:
    with suppress(duckdb.TransactionException):
        con.rollback()


def _les(con: duckdb.DuckDBPyConnection, vurderinger: list[Vurdering], kolonner: tuple[str, ...]) -> None:
    treff = vurderinger[0].gjenkjent.fagsystem
    tolking = Tolking(treff.profil, treff.objekt, kolonner)
    con.execute(FODSELSNUMMER_MAKROER)
    con.execute(IDENTITET_MAKROER)
    con.register("uttrekksfil", filtabell(vurderinger))
    linjer = Linjer([vurdering.innhold.sti for vurdering in vurderinger], tolking.form.tegnsett)
    try:
        fyll(con, linjer, "rad", tolking.sql_rad("linjekilde"))
        for fil_nr, feil in linjer.feil.items():
            _avvis_tegnfeil(vurderinger[fil_nr], feil)
        les_over_flere_linjer(con, vurderinger, tolking)
        con.execute("delete from rad where er_tom")
        bedom_innhold(con, vurderinger, tolking)
        con.register("uttrekksfil", filtabell(vurderinger))
        con.execute(f"""
            create or replace temp table mistenkt as
            {tolking.sql_funn("(select fil_nr, linje, tekst from rad where er_mistenkelig)")}
        """)
        skriv(con, vurderinger, tolking)
        tell(con, vurderinger, tolking)
    finally:
        for tabell in ("rad", "mistenkt", "fysisk", "sammensatt", "pseudonymisert"):
            con.execute(f"drop table if exists temp.{tabell}")
        for visning in ("uttrekksfil", "regel"):
            con.unregister(visning)


def fyll(con: duckdb.DuckDBPyConnection, linjer: Iterable[pa.Table], tabell: str, sporring: str) -> None:
    """Make a temporary table from a query over `linjekilde`, a piece of the files at a time.

    The next piece is read while the database works on this one.
    """
    con.register("linjekilde", LINJESKJEMA.empty_table())
    con.execute(f"create or replace temp table {tabell} as {sporring}")
    with ThreadPoolExecutor(1) as leser:
        puljer = iter(linjer)
        neste = leser.submit(next, puljer, None)
        while (pulje := neste.result()) is not None:
            neste = leser.submit(next, puljer, None)
            con.register("linjekilde", pulje)
            con.execute(f"insert into {tabell} {sporring}")
    con.unregister("linjekilde")


def les_over_flere_linjer(con: duckdb.DuckDBPyConnection, vurderinger: list[Vurdering], tolking: Tolking) -> None:
    """Read again the files where a quoted cell goes on over a line end, with the lines of each record put together.

    Whether a line ends inside quotes depends on how it began; each line says what it does with either, and running
    through them tells where the records begin.
    """
    rader = con.execute("select distinct fil_nr from rad where er_aapen order by all").fetchall()
    aapne = [fil_nr for (fil_nr,) in rader if vurderinger[fil_nr].regel is None]
    if not aapne:
        return
    anforsel = sql_tekst(tolking.form.anforselstegn)
    linjer = Linjer([vurderinger[fil_nr].innhold.sti for fil_nr in aapne], tolking.form.tegnsett)
    sporring = f"""
        select
            {aapne}[fil_nr + 1]::integer as fil_nr,
            linje,
            tekst,
            if(contains(tekst, {anforsel}), {tolking.deling.er_aapen("tekst")}, false) as aapen_av_lukket,
            if(contains(tekst, {anforsel}), {tolking.deling.fortsetter("tekst")}, true) as aapen_av_aapen
        from linjekilde
        where linje > {tolking.form.hopp_over_linjer + 1}
    """
    fyll(con, linjer, "fysisk", sporring)
    con.execute("""
        create or replace temp table sammensatt as
        with avhengig as (
            select
                *,
                aapen_av_lukket = aapen_av_aapen as er_uavhengig,
                sum((aapen_av_lukket = aapen_av_aapen)::integer) over (
                    partition by fil_nr
                    order by linje
                ) as strekk
            from fysisk
        ),

        -- Within a stretch the first line settles the state, and each line that turns it around turns it.
        tilstand as (
            select
                *,
                (
                    coalesce(bool_or(aapen_av_lukket) filter (where er_uavhengig) over (
                        partition by fil_nr, strekk
                    ), false)::integer
                    + sum((aapen_av_lukket and not aapen_av_aapen)::integer) over (
                        partition by fil_nr, strekk
                        order by linje
                    )
                ) % 2 = 1 as er_aapen_etter
            from avhengig
        ),

        begynnelse as (
            select
                *,
                not coalesce(lag(er_aapen_etter) over (partition by fil_nr order by linje), false) as er_begynnelse
            from tilstand
        ),

        post as (
            select
                *,
                sum(er_begynnelse::integer) over (partition by fil_nr order by linje) as post_nr
            from begynnelse
        )

        select
            fil_nr,
            min(linje) as linje,
            string_agg(tekst, chr(10) order by linje) as tekst,
            count(*) as antall_linjer,
            last(er_aapen_etter order by linje) as er_uten_slutt
        from post
        group by fil_nr, post_nr
    """)
    for fil_nr, linje in con.execute(f"""
        select
            fil_nr,
            min(linje)
        from sammensatt
        where er_uten_slutt or antall_linjer > {MAKS_LINJER_I_RAD}
        group by all
        order by all
    """).fetchall():
        _avvis(vurderinger[fil_nr], "anforselstegn", linjer=linje)
    con.execute("delete from rad where list_contains($aapne, fil_nr)", {"aapne": aapne})
    con.execute(f"insert into rad by name {tolking.sql_rad('sammensatt')}")


def bedom_innhold(con: duckdb.DuckDBPyConnection, vurderinger: list[Vurdering], tolking: Tolking) -> None:
    """Count the records of each file, and refuse files whose sum line or columns cannot be right."""
    for fil_nr, lest, sumlinjer in con.execute("""
        select
            fil_nr,
            count(*),
            count(*) filter (where er_sum)
        from rad
        group by all
    """).fetchall():
        vurderinger[fil_nr].rader_lest = lest
        vurderinger[fil_nr].rader_sumlinje = sumlinjer
    if tolking.objekt.felt("belop"):
        kontroller_sumlinjer(con, vurderinger)
    avvis_identitet_i_kolonner(con, vurderinger, tolking)


def avvis_identitet_i_kolonner(con: duckdb.DuckDBPyConnection, vurderinger: list[Vurdering], tolking: Tolking) -> None:
    """Refuse files with fødselsnumre in a column the profile reads as something else."""
    kolonner = tolking.aapne_tekstkolonner
    # Cheap for all, so that the costly look is only for columns that can have any.
    mulige = con.execute(
        f"select {', '.join(f'bool_or(strlen({kolonne}) = 11)' for kolonne in kolonner.values())} from rad"
    ).fetchone()
    for (felt, kolonne), er_mulig in zip(kolonner.items(), mulige, strict=True):
        if not er_mulig:
            continue
        for fil_nr, linje in con.execute(sql_fodselsnumre(kolonne)).fetchall():
            if vurderinger[fil_nr].regel is None:
                _avvis(vurderinger[fil_nr], "identitet_i_kolonne", felt=felt, linjer=linje)


def kontroller_sumlinjer(con: duckdb.DuckDBPyConnection, vurderinger: list[Vurdering]) -> None:
    """Hold every sum line with an amount against the rows: all of them, those above, or those since the last sum.

    A report may add up what it has not rounded, so half an øre a row is let through, and never more than some kroner.
    """
    avvik = con.execute(f"""
        with sumlinje as (
            select
                fil_nr,
                linje,
                belop_nok,
                coalesce(lag(linje) over (partition by fil_nr order by linje), 0) as forrige
            from rad
            where er_sum and belop_nok is not null
        ),

        summert as (
            select
                sumlinje.fil_nr,
                sumlinje.linje,
                sumlinje.belop_nok,
                coalesce(sum(rad.belop_nok), 0) as alle,
                coalesce(sum(rad.belop_nok) filter (where rad.linje < sumlinje.linje), 0) as over,
                coalesce(
                    sum(rad.belop_nok) filter (where rad.linje between sumlinje.forrige and sumlinje.linje), 0
                ) as siden_forrige,
                min(rad.linje) filter (where rad.har_uleselig_belop) as uleselig,
                least({AVRUNDING_PER_RAD} * count(rad.linje), {MAKS_AVRUNDING}) as avrunding
            from sumlinje
            left join rad on sumlinje.fil_nr = rad.fil_nr and not rad.er_sum
            group by all
        )

        select
            fil_nr,
            linje,
            belop_nok,
            alle,
            uleselig
        from summert
        where least(abs(belop_nok - alle), abs(belop_nok - over), abs(belop_nok - siden_forrige)) > avrunding
        order by fil_nr, linje
    """).fetchall()
    for fil_nr, linje, sagt, regnet, uleselig in avvik:
        vurdering = vurderinger[fil_nr]
        if uleselig is not None:
            tekst = melding("sum_ikke_kontrollert", linjer=linje, tillegg=f"linje {uleselig}")
            vurdering.advarsler.append(("sum_ikke_kontrollert", tekst))
        elif vurdering.regel is None:
            _avvis(vurdering, "sumlinje", linjer=linje, felt=norsk_tall(sagt, 2), verdi=norsk_tall(regnet, 2))
