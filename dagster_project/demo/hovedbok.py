"""The ledger of the social services: vouchers from the case system, salaries, the rest, and what is posted wrongly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from dagster_project.demo.avvik import Hendelse, velg
from dagster_project.demo.fagsystemrader import ANSVAR, kontoer
from dagster_project.demo.fasit import INGEN_MAANED, Avviksrader, summer
from dagster_project.demo.nivaa import nivaa
from dagster_project.demo.region import Region
from dagster_project.demo.regnskap import DRIFT, MAANEDER_I_AARET, Konto
from dagster_project.demo.verden import forste_dag, maaned_av

SOSIALTJENESTEN = ("242", "243", "273", "276", "281")
BILAGSARTER = FAGSYSTEM, LONN, OVRIG, AARSOPPGJOR = ("SO", "LØ", "HB", "ÅO")
MOTKONTO = {FAGSYSTEM: "21650000", LONN: "23290000", OVRIG: "23290000", AARSOPPGJOR: "25990000"}
MERFORBRUK, MINDREFORBRUK = "15300", "19400"
REFUSJON, AVDRAG, LAANEKONTO = "17700", "19200", "15200"
TJENESTE_STONAD = "28100"
# SSB's rule 070 wants overspending here; underspending is left where the support is, as municipalities do.
TJENESTE_OVERFORING = "88000"
ANSVAR_OVRIG = "450000"
SISTE_LONNSART = "099"
POSTERES_DAG = 12
FORSTE_BILAGSNUMMER = 8001
TEKST_AARSOPPGJOR = "Overføring av mer-/mindreforbruk"
KLOKKA = time(7, 0)
BUDSJETTDAG = 15
BUDSJETTKOLONNER = "kommunenummer;aar;maaned;ansvar;funksjon;art;belop"
OVERSKRIFT = (
    "Regnskapsår",
    "Periode",
    "Bilagsart",
    "Bilagsnr",
    "Linje",
    "Bilagsdato",
    "Ansvar",
    "Tjeneste",
    "Art",
    "Prosjekt",
    "Beløp",
    "Tekst",
    "Forsystem",
    "Ekstern ref",
)


@dataclass(frozen=True)
class Hovedbok:
    """One element per ledger line with a function, in order of voucher; the balancing lines come when written.

    `periode` and the months of `dato` count as year * 12 + month - 1. `bilag` is the voucher (its place), `bilagsart`
    an index. `konto` and `tjeneste` are texts of five digits, `ore` hundredths of a krone, debit positive.
    """

    kommune: np.ndarray
    periode: np.ndarray
    bilagsart: np.ndarray
    dato: np.ndarray
    bilag: np.ndarray
    tjeneste: np.ndarray
    konto: np.ndarray
    ore: np.ndarray

    def ta(self, valg: np.ndarray) -> "Hovedbok":
        """Return the chosen lines."""
        return Hovedbok(**{felt.name: getattr(self, felt.name)[valg] for felt in fields(self)})

    def per_konto(self, kommune: int, aar: int, til_maaned: int) -> dict[Konto, int]:
        """Add up a municipality's year to date by the accounts of 0A, in øre."""
        fra, til = aar * 12, aar * 12 + til_maaned - 1
        her = self.ta((self.kommune == kommune) & (self.periode >= fra) & (self.periode <= til))
        sum_: dict[Konto, int] = {}
        for tjeneste, konto, ore in zip(her.tjeneste.tolist(), her.konto.tolist(), her.ore.tolist(), strict=True):
            nokkel = (konto[0], tjeneste[:3], konto[1:4])
            sum_[nokkel] = sum_.get(nokkel, 0) + ore
        return sum_


def lag_hovedbok(
    region: Region, kvp: Mapping[tuple[int, int], float], maanedsbelop: Mapping[tuple[int, int], Mapping[Konto, float]]
) -> tuple[Hovedbok, list[Avviksrader]]:
    """Post everything, and then some of it wrongly; also return what is wrong.

    `kvp` has the kroner paid to participants by municipality and month, `maanedsbelop` the kroner of each account per
    month by municipality and year.
    """
    fra_fagsystemet = _fra_fagsystemet(region)
    ovrig = _ovrig(region, fra_fagsystemet, kvp, maanedsbelop)
    feilfort, avvik = _feilfor(fra_fagsystemet, region.hendelser)
    arsoppgjor, overforing = _aarsoppgjor(region, fra_fagsystemet)
    return _nummerer(feilfort, ovrig, arsoppgjor), [*avvik, overforing]


def skriv_hovedbok(con: duckdb.DuckDBPyConnection, mappe: Path, region: Region, hovedbok: Hovedbok) -> list[Path]:
    """Write a ledger file for each municipality and month; the columns are those of the ledger contract.

    Shape: `<kommunenummer>/<yyyy-mm>/okonomi_hovedbok_<kommunenummer>_<periode>_<periode>_<uttrukket>.csv`. The first
    file has the periods before it too.
    """
    con.register("linjer", _med_motpost(hovedbok))
    forste = region.leveres_fra
    rader = con.execute(
        f"""
        select kommune, greatest(periode, ?) as maaned, min(periode) as fra,
            string_agg(concat_ws(';',
                periode // 12,
                periode // 12 * 100 + periode % 12 + 1,
                bilagsart,
                bilag,
                linje,
                strftime(dato, '%d.%m.%Y'),
                ansvar,
                tjeneste,
                konto,
                '',
                case when ore < 0 then '-' else '' end
                || (abs(ore) // 100) || ',' || lpad(cast(abs(ore) % 100 as varchar), 2, '0'),
                tekst,
                case when bilagsart = '{FAGSYSTEM}' then 'SOS' else '' end,
                case when bilagsart = '{FAGSYSTEM}' then 'SOS' || strftime(dato, '%Y%m%d') else '' end
            ), chr(10) order by bilag, linje) as linjer
        from linjer
        group by all
        order by all
        """,
        [forste],
    ).fetchall()
    con.unregister("linjer")
    stier = []
    for kommune, maaned, fra, linjer in rader:
        nummer = region.verden.nummer[kommune]
        denne, neste = (date(m // 12, m % 12 + 1, 1) for m in (maaned, maaned + 1))
        uttrukket = datetime.combine(neste.replace(day=5), KLOKKA)
        navn = f"okonomi_hovedbok_{nummer}_{fra // 12}{fra % 12 + 1:02d}_{denne:%Y%m}_{uttrukket:%Y%m%dT%H%M}.csv"
        sti = mappe / nummer / f"{denne:%Y-%m}" / navn
        sti.parent.mkdir(parents=True, exist_ok=True)
        tekst = ";".join(OVERSKRIFT) + "\n" + linjer + "\n"
        sti.write_bytes(tekst.replace("\n", "\r\n").encode("windows-1252"))
        stier.append(sti)
    return stier


def skriv_budsjett(mappe: Path, region: Region, hovedbok: Hovedbok) -> list[Path]:
    """Write a budget for each municipality and year but the first: last year's ledger and a little more.

    Shape: `<kommunenummer>/budsjett/okonomi_budsjett_<kommunenummer>_<aar>01_<aar>12_<uttrukket>.csv`, a line for each
    month, function and KOSTRA art of the social services.
    """
    stier = []
    for kommune, nummer in enumerate(region.verden.nummer):
        for aar in region.verden.aar[1:]:
            i_fjor = hovedbok.per_konto(kommune, aar - 1, MAANEDER_I_AARET)
            linjer = [
                f"{nummer};{aar};{maaned};{ANSVAR};{funksjon};{art};{kroner},00"
                for (klasse, funksjon, art), ore in sorted(i_fjor.items())
                if klasse == DRIFT and funksjon in SOSIALTJENESTEN
                for kroner in [round(ore / 100 / MAANEDER_I_AARET * (1 + nivaa("budsjett_vekst")))]
                for maaned in range(1, MAANEDER_I_AARET + 1)
            ]
            vedtatt = datetime.combine(date(aar - 1, 12, BUDSJETTDAG), KLOKKA)
            sti = mappe / nummer / "budsjett" / f"okonomi_budsjett_{nummer}_{aar}01_{aar}12_{vedtatt:%Y%m%dT%H%M}.csv"
            sti.parent.mkdir(parents=True, exist_ok=True)
            sti.write_bytes("".join(f"{linje}\r\n" for linje in (BUDSJETTKOLONNER, *linjer)).encode("windows-1252"))
            stier.append(sti)
    return stier


def _fra_fagsystemet(region: Region) -> Hovedbok:
    """Post what was paid: one voucher for each municipality and day, one line for each account."""
    betalt = region.utbetalinger.ta(region.utbetalinger.er_utgift)
    koder = np.unique(kontoer(betalt))
    konto = np.searchsorted(koder, kontoer(betalt))
    (kommune, dag, kontoene), ore = summer((betalt.kommune, betalt.utbetalt.astype(np.int64), konto), betalt.ore)
    kommune, dag, kontoene, ore = (kolonne[ore != 0] for kolonne in (kommune, dag, kontoene, ore))
    nytt = np.append(True, (kommune[1:] != kommune[:-1]) | (dag[1:] != dag[:-1]))[: len(dag)]
    dato = dag.astype("datetime64[D]")
    return Hovedbok(
        kommune=kommune,
        periode=maaned_av(dato),
        bilagsart=np.full(len(dag), BILAGSARTER.index(FAGSYSTEM)),
        dato=dato,
        bilag=np.cumsum(nytt) - 1,
        tjeneste=np.full(len(dag), TJENESTE_STONAD),
        konto=koder[kontoene],
        ore=ore,
    )


def _ovrig(
    region: Region,
    fra_fagsystemet: Hovedbok,
    kvp: Mapping[tuple[int, int], float],
    maanedsbelop: Mapping[tuple[int, int], Mapping[Konto, float]],
) -> Hovedbok:
    """Post salaries, purchases, refunds and instalments: one voucher each, once a month."""
    er_laan = fra_fagsystemet.konto == LAANEKONTO
    rader: list[tuple[int, int, str, str, int]] = []
    for kommune in range(len(region.verden.kommuner)):
        for maaned in region.maaneder.tolist():
            her = (fra_fagsystemet.kommune == kommune) & (fra_fagsystemet.periode == maaned)
            bidrag, laan = (int(fra_fagsystemet.ore[her & valgt].sum()) for valgt in (~er_laan, er_laan))
            aar, nr = maaned // 12, maaned % 12
            for (klasse, funksjon, art), kroner in maanedsbelop[kommune, aar].items():
                if funksjon in SOSIALTJENESTEN:
                    # Rounded running totals, so that the year does not drift.
                    ore = round(kroner * 100 * (nr + 1)) - round(kroner * 100 * nr)
                    rader.append((kommune, maaned, f"{funksjon}00", f"{klasse}{art}0", ore))
            rader += [
                (kommune, maaned, "27600", "10890", round(kvp.get((kommune, maaned), 0) * 100)),
                (kommune, maaned, TJENESTE_STONAD, REFUSJON, -round(bidrag * nivaa("regnskap_refusjon_281"))),
                (kommune, maaned, TJENESTE_STONAD, AVDRAG, -round(laan * nivaa("regnskap_avdrag_av_laan"))),
            ]
    rader = [rad for rad in rader if rad[-1]]
    kommunene, periode, tjeneste, konto, ore = (np.array(kolonne) for kolonne in zip(*rader, strict=True))
    er_lonn = np.array([verdi[0] == DRIFT and verdi[1:4] <= SISTE_LONNSART for verdi in konto.tolist()])
    return Hovedbok(
        kommune=kommunene,
        periode=periode,
        bilagsart=np.where(er_lonn, BILAGSARTER.index(LONN), BILAGSARTER.index(OVRIG)),
        dato=region.rutine.dager.neste(forste_dag(periode) + POSTERES_DAG - 1),
        bilag=np.arange(len(ore)),
        tjeneste=tjeneste,
        konto=konto,
        ore=ore,
    )


def _feilfor(hovedbok: Hovedbok, hendelser: Sequence[Hendelse]) -> tuple[Hovedbok, list[Avviksrader]]:
    """Post the largest voucher of a month a month late, or twice."""
    periode, ekstra, avvik = hovedbok.periode.copy(), [], []
    storrelse = np.bincount(hovedbok.bilag, hovedbok.ore)
    for hendelse in velg(hendelser, "feil_periode", "dobbeltforing"):
        her = (hovedbok.kommune == hendelse.kommune) & (maaned_av(hovedbok.dato) == hendelse.maaned)
        if not her.any():
            continue
        bilag = hovedbok.bilag[her][storrelse[hovedbok.bilag[her]].argmax()]
        rammet = hovedbok.bilag == bilag
        ore = hovedbok.ore[rammet].sum(keepdims=True)
        maaned, motpart = hendelse.maaned, INGEN_MAANED
        if hendelse.aarsak == "feil_periode":
            periode[rammet] += 1
            maaned, motpart = hendelse.maaned + 1, hendelse.maaned
        else:
            kopi = hovedbok.ta(rammet)
            ekstra.append(replace(kopi, bilag=kopi.bilag + len(hovedbok.bilag)))
        avvik.append(
            Avviksrader(np.array([hendelse.kommune]), np.array([maaned]), np.array([motpart]), hendelse.aarsak, ore)
        )
    return _slaa_sammen(replace(hovedbok, periode=periode), *ekstra), avvik


def _aarsoppgjor(region: Region, fra_fagsystemet: Hovedbok) -> tuple[Hovedbok, Avviksrader]:
    """Carry last year's over- or underspending to January, as a share of what was paid last year.

    Only what is posted among the support disturbs its series, so only that is an anomaly.
    """
    hendelser = velg(region.hendelser, "balanseforing")
    kommune = np.array([hendelse.kommune for hendelse in hendelser], np.int64)
    maaned = np.array([hendelse.maaned for hendelse in hendelser], np.int64)
    i_fjor = [
        fra_fagsystemet.ore[
            (fra_fagsystemet.kommune == hendelse.kommune)
            & (fra_fagsystemet.periode >= hendelse.maaned - 12)
            & (fra_fagsystemet.periode < hendelse.maaned)
        ].sum()
        for hendelse in hendelser
    ]
    ore = np.array(
        [round(float(sum_) * hendelse.styrke) for sum_, hendelse in zip(i_fjor, hendelser, strict=True)], np.int64
    )
    antall = len(ore)
    linjer = Hovedbok(
        kommune=kommune,
        periode=maaned,
        bilagsart=np.full(antall, BILAGSARTER.index(AARSOPPGJOR)),
        dato=forste_dag(maaned + 1) - 1,
        bilag=np.arange(antall),
        tjeneste=np.where(ore > 0, TJENESTE_OVERFORING, TJENESTE_STONAD),
        konto=np.where(ore > 0, MERFORBRUK, MINDREFORBRUK),
        ore=ore,
    )
    paa_stonad = ore < 0
    return linjer, Avviksrader(
        kommune[paa_stonad],
        maaned[paa_stonad],
        np.full(int(paa_stonad.sum()), INGEN_MAANED),
        "balanseforing",
        ore[paa_stonad],
    )


def _nummerer(*deler: Hovedbok) -> Hovedbok:
    """Put the parts together and number the vouchers within each municipality, in the order they were posted."""
    brukte = np.cumsum([int(del_.bilag.max(initial=-1)) + 1 for del_ in deler])
    skjovet = (replace(del_, bilag=del_.bilag + foer) for del_, foer in zip(deler, [0, *brukte[:-1]], strict=True))
    alle = _slaa_sammen(*skjovet)
    alle = alle.ta(np.lexsort((alle.konto, alle.bilag, alle.dato, alle.bilagsart, alle.periode, alle.kommune)))
    nytt = np.append(True, alle.bilag[1:] != alle.bilag[:-1])
    lopende = np.cumsum(nytt) - 1
    forste_i_kommunen = lopende[np.searchsorted(alle.kommune, alle.kommune)]
    return replace(alle, bilag=lopende - forste_i_kommunen + FORSTE_BILAGSNUMMER)


def _slaa_sammen(*deler: Hovedbok) -> Hovedbok:
    return Hovedbok(*(np.concatenate([getattr(del_, felt.name) for del_ in deler]) for felt in fields(Hovedbok)))


def _med_motpost(hovedbok: Hovedbok) -> pa.Table:
    """Return the lines as a table, each voucher with the balancing line that makes it 0."""
    nytt = np.append(
        True, (hovedbok.bilag[1:] != hovedbok.bilag[:-1]) | (hovedbok.kommune[1:] != hovedbok.kommune[:-1])
    )
    plass = np.cumsum(nytt) - 1
    forste = np.flatnonzero(nytt)
    linje = np.arange(len(plass)) - forste[plass] + 1
    hode = hovedbok.ta(nytt)
    bilagsart = np.array(BILAGSARTER)
    motkonto = np.array([MOTKONTO[art] for art in BILAGSARTER])
    er_stonad = hovedbok.bilagsart == BILAGSARTER.index(FAGSYSTEM)
    er_oppgjor = hovedbok.bilagsart == BILAGSARTER.index(AARSOPPGJOR)
    tom = np.full(len(forste), "")
    tekst = np.where(er_oppgjor, TEKST_AARSOPPGJOR, "")
    kolonner = {
        "kommune": (hovedbok.kommune, hode.kommune),
        "periode": (hovedbok.periode, hode.periode),
        "bilagsart": (bilagsart[hovedbok.bilagsart], bilagsart[hode.bilagsart]),
        "bilag": (hovedbok.bilag, hode.bilag),
        "linje": (linje, np.bincount(plass) + 1),
        "dato": (hovedbok.dato, hode.dato),
        "ansvar": (np.where(er_stonad | er_oppgjor, ANSVAR, ANSVAR_OVRIG), tom),
        "tjeneste": (hovedbok.tjeneste, tom),
        "konto": (hovedbok.konto, motkonto[hode.bilagsart]),
        "ore": (hovedbok.ore, -np.add.reduceat(hovedbok.ore, forste)),
        "tekst": (tekst, tekst[nytt]),
    }
    samlet = {navn: np.concatenate(par) for navn, par in kolonner.items()}
    return pa.table({navn: verdi.tolist() if verdi.dtype.kind == "U" else verdi for navn, verdi in samlet.items()})
