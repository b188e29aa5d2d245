"""The made-up world: who receives what in which municipality and year, drawn from the levels in the seed.

Everything is drawn with a seeded generator, whole columns at a time; loops run over years and municipalities.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from dagster_project.demo.nivaa import blanding, nivaa
from dagster_project.demo.personer import FAMILIEFASER, GIFT, SAMBOER, Personer, lag_personer

ALDRE = 106
BASISAAR = 2022
SISTE_MAANED_I_AARET = {2026: 10}
AARET_FOR_FODSELSDATO = 2025
AARET_FOR_BARNETRYGD = 2024
AARET_FOR_KVP_AVSLUTTET_ETTER_AVBRUDD = 2023
FLYTTEMAANED = 6
MINSTE_BELOP_I_MAANED = 250
KVP_ALDER = (19, 60)
KVP_LENGSTE_VARIGHET = 24
UNG_I_KVP = 25

MAANEDSNAVN = ("JAN", "FEB", "MARS", "APRIL", "MAI", "JUNI", "JULI", "AUG", "SEPT", "OKT", "NOV", "DES")
VILKAARSKODER = {
    "VILKARARBEID": "16",
    "VILKARKURS": "17",
    "VILKARUTD": "04",
    "VILKARJOBBLOG": "06",
    "VILKARJOBBTILB": "07",
    "VILKARSAMT": "08",
    "VILKAROKRETT": "10",
    "VILKARLIVSH": "18",
    "VILKARHELSE": "14",
    "VILKARANNET": "15",
    "VILKARDIGPLAN": "19",
    "VILKARNORSKSAMISKOPPL": "20",
}
UNNTAKSKODER = {"VEDTAKARB": "01", "VEDTAKAKT": "02", "VEDTAKHELSE": "03", "VEDTAKGRUNN": "04"}
AVSLUTNINGSFELT = {
    "01": "AVSL_ORDINAERTARB",
    "11": "AVSL_ARBLONNSTILS",
    "03": "AVSL_ARBMARK",
    "04": "AVSL_SKOLE",
    "13": "AVSL_UFORE",
    "14": "AVSL_AAP",
    "15": "AVSL_OK_AVKLAR",
    "16": "AVSL_UTEN_OK_AVKLAR",
    "10": "AVSL_ANNET",
    "17": "AVSL_UKJENT",
}


@dataclass(frozen=True)
class DemoKommune:
    """A made-up municipality and its size in the first year."""

    kommunenummer: str
    navn: str
    innbyggere: int
    fagsystem: str = "velferd"
    instans: str = "1"


@dataclass(frozen=True)
class Tilfeller:
    """One element per 11F record: who, where and when.

    `person` and `kommune` are indexes; `maaneder` is the number of months onsket; the months lie between
    `fra_maaned` and `til_maaned`, both included.
    """

    person: np.ndarray
    kommune: np.ndarray
    aar: np.ndarray
    maaneder: np.ndarray
    fra_maaned: np.ndarray
    til_maaned: np.ndarray

    def ta(self, valg: np.ndarray) -> "Tilfeller":
        """Return the chosen cases."""
        return Tilfeller(**{felt.name: getattr(self, felt.name)[valg] for felt in fields(self)})


@dataclass(frozen=True)
class KvpLop:
    """One element per person's run through the qualification programme.

    `start` and `slutt` are months counted from January of year 0 (year * 12 + month - 1), both included;
    `utfall` is the STATUS code it ends with.
    """

    person: np.ndarray
    kommune: np.ndarray
    start: np.ndarray
    slutt: np.ndarray
    utfall: np.ndarray


@dataclass(frozen=True)
class Verden:
    """The whole made-up world; `innbyggere` has the axes municipality, age 0-105 and year."""

    kommuner: tuple[DemoKommune, ...]
    aar: tuple[int, ...]
    innbyggere: np.ndarray
    personer: Personer
    tilfeller: Tilfeller
    kvp: KvpLop

    @property
    def nummer(self) -> list[str]:
        """The municipality numbers, in the order of the indexes."""
        return [kommune.kommunenummer for kommune in self.kommuner]


def siste_maaned(aar: int) -> int:
    """Return the last month there are payments for: December, but October in the running year 2026."""
    return SISTE_MAANED_I_AARET.get(aar, 12)


def lag_verden(kommuner: Sequence[DemoKommune], aar: Sequence[int], fro: int) -> Verden:
    """Draw the world; the same seed gives the same world.

    Raises:
        ValueError: if there is no municipality or no year.
    """
    if not kommuner or not aar:
        raise ValueError("Demoen trenger minst én kommune og minst ett år.")
    rng = np.random.default_rng(fro)
    aar = tuple(sorted(aar))
    innbyggere = lag_befolkning(kommuner, aar)
    tilfeller, forste_aar = _lag_tilfeller(rng, innbyggere, aar)
    personer = lag_personer(rng, trekk_alder(rng, len(forste_aar)), forste_aar)
    kvp = _lag_kvp(rng, innbyggere, aar, personer, tilfeller)
    return Verden(tuple(kommuner), aar, innbyggere, personer, tilfeller, kvp)


def lag_befolkning(kommuner: Sequence[DemoKommune], aar: Sequence[int]) -> np.ndarray:
    """Spread the inhabitants on one-year ages 0-105; whole persons, axes municipality, age and year."""
    alder = np.arange(ALDRE)
    form = (1 + 0.15 * np.sin(alder / 9)) / (1 + np.exp((alder - 80) / 5))
    andel = form / form.sum()
    vekst = (1 + nivaa("vekst_folketall_per_aar")) ** (np.array(aar) - BASISAAR)
    storrelse = np.array([kommune.innbyggere for kommune in kommuner])
    kumulert = np.cumsum(andel)[None, :, None] * storrelse[:, None, None] * vekst[None, None, :]
    return np.diff(np.rint(kumulert).astype(np.int64), axis=1, prepend=0)


def trekk_alder(rng: np.random.Generator, antall: int) -> np.ndarray:
    """Draw ages from the mix of age classes, evenly within each class."""
    grenser = {"u18": (16, 18), "18_24": (18, 25), "25_44": (25, 45), "45_66": (45, 67), "67_pluss": (67, 90)}
    klasser, andeler = blanding("alder")
    klasse = rng.choice(len(klasser), antall, p=andeler)
    fra, til = np.array([grenser[navn] for navn in klasser])[klasse].T
    return rng.integers(fra, til)


def trekk_maaneder(rng: np.random.Generator, antall: int) -> np.ndarray:
    """Draw the number of months with assistance, 1-12."""
    koder, andeler = blanding("maaneder")
    return rng.choice(np.array(koder, np.int8), antall, p=andeler)


def _lag_tilfeller(
    rng: np.random.Generator, innbyggere: np.ndarray, aar: Sequence[int]
) -> tuple[Tilfeller, np.ndarray]:
    """Draw who has a record where and when; also return the first year of every person."""
    i_arbeidsfor_alder = innbyggere[:, 18:67, :].sum(axis=1)
    vekst = (1 + nivaa("vekst_mottakere_per_aar")) ** (np.array(aar) - BASISAAR)
    maal = np.rint(i_arbeidsfor_alder * nivaa("mottakere_per_18_66") * vekst).astype(int)
    bli = np.array([nivaa(f"blir_etter_maaneder_{klasse}") for klasse in ("01_03", "04_09", "10_12")])
    antall_kommuner = len(innbyggere)
    # People move to the other municipalities in proportion to their size.
    flyttemal = np.tile(innbyggere.sum(axis=(1, 2), dtype=np.float64), (antall_kommuner, 1))
    if antall_kommuner > 1:
        np.fill_diagonal(flyttemal, 0)
    flyttemal /= flyttemal.sum(axis=1, keepdims=True)
    ingen = np.array([], np.int64)
    fjoraaret, maaneder_i_fjor = [ingen] * antall_kommuner, [np.array([], np.int8)] * antall_kommuner
    tidligere = [ingen] * antall_kommuner
    forste_aar: list[int] = []
    deler: list[tuple[np.ndarray, ...]] = []
    for t, dette in enumerate(aar):
        siste = siste_maaned(dette)
        innflyttere = [ingen] * antall_kommuner
        bosatte = []
        for k in range(antall_kommuner):
            sjanse = bli[np.digitize(maaneder_i_fjor[k], (4, 10))]
            blir = fjoraaret[k][rng.random(len(fjoraaret[k])) < sjanse][: maal[k, t]]
            plasser = maal[k, t] - len(blir)
            kandidater = np.setdiff1d(tidligere[k], fjoraaret[k])
            tilbake = rng.permutation(kandidater)[: int(plasser * nivaa("andel_tilbakevendte_av_nye"))]
            nye = len(forste_aar) + np.arange(plasser - len(tilbake))
            forste_aar += [dette] * len(nye)
            flytter = blir[rng.random(len(blir)) < (nivaa("andel_flytter") if antall_kommuner > 1 else 0)]
            mal = rng.choice(antall_kommuner, len(flytter), p=flyttemal[k])
            for til in range(antall_kommuner):
                innflyttere[til] = np.concatenate((innflyttere[til], flytter[mal == til]))
            bosatte.append((np.concatenate((blir, tilbake, nye)), flytter))
        flyttet = np.concatenate([flytter for _, flytter in bosatte])
        for k, (her, flytter) in enumerate(bosatte):
            # Nobody has two records in one municipality and year, however they came there.
            inn = np.setdiff1d(innflyttere[k], her)
            person = np.concatenate((her, inn))
            er_inn = np.arange(len(person)) >= len(her)
            er_ut = np.isin(person, flytter) & ~er_inn
            maaneder = np.minimum(trekk_maaneder(rng, len(person)), siste)
            fra = np.where(er_inn, FLYTTEMAANED + 1, 1)
            til = np.where(er_ut, FLYTTEMAANED, siste)
            deler.append((person, np.full(len(person), k), np.full(len(person), dette), maaneder, fra, til))
            tidligere[k] = np.union1d(tidligere[k], np.setdiff1d(person, flyttet))
            fjoraaret[k], maaneder_i_fjor[k] = person[~er_ut], maaneder[~er_ut]
    kolonner = [np.concatenate(kolonne) for kolonne in zip(*deler, strict=True)]
    person, kommune, aarstall, maaneder, fra, til = kolonner
    return (
        Tilfeller(person, kommune, aarstall, np.minimum(maaneder, til - fra + 1), fra, til),
        np.array(forste_aar),
    )


def _lag_kvp(
    rng: np.random.Generator,
    innbyggere: np.ndarray,
    aar: Sequence[int],
    personer: Personer,
    tilfeller: Tilfeller,
) -> KvpLop:
    """Draw runs through the programme among the recipients; each person takes part at most once."""
    varighet = nivaa("kvp_varighet_maaneder")
    i_aaret = innbyggere[:, 18:67, :].sum(axis=1).mean(axis=1) * nivaa("kvp_per_1000_18_66") / 1000
    # Those in the programme during a year started in it or up to `varighet` months before.
    starter_per_aar = i_aaret * 12 / (12 + varighet)
    brukt = personer.fodselsnummer == 0
    brukt |= np.isin(personer.fodselsnummer % 100_000, (100, 200, 99999))
    deler = []
    for startaar in range(aar[0] - 2, aar[-1] + 1):
        kilde_aar = max(startaar, aar[0])
        alder = startaar - personer.fodselsaar
        egnet = (alder >= KVP_ALDER[0]) & (alder <= KVP_ALDER[1])
        for k, snitt in enumerate(starter_per_aar):
            her = np.unique(tilfeller.person[(tilfeller.kommune == k) & (tilfeller.aar == kilde_aar)])
            kandidater = her[egnet[her] & ~brukt[her]]
            valgt = rng.permutation(kandidater)[: rng.poisson(snitt)]
            brukt[valgt] = True
            start = startaar * 12 + rng.integers(0, 12, len(valgt))
            deler.append((valgt, np.full(len(valgt), k), start))
    person, kommune, start = (np.concatenate(kolonne) for kolonne in zip(*deler, strict=True))
    lengde = rng.integers(4, KVP_LENGSTE_VARIGHET + 1, len(person))
    sjanse = np.array([nivaa(f"kvp_status_{status}") for status in (4, 5, 7)])
    utfall = rng.choice((3, 4, 5, 7), len(person), p=(1 - sjanse.sum(), *sjanse))
    return KvpLop(person, kommune, start, start + lengde - 1, utfall)


def lag_mottakerposter(
    rng: np.random.Generator, personer: Personer, tilfeller: Tilfeller, kommunenummer: Sequence[str], aar: int
) -> pa.Table:
    """Fill out the 11F records of one year.

    Shape: one row per case of that year in `tilfeller`, in its order; the columns are official field
    names. PERSON_JOURNALNR, PERSON_FODSELSNR and PERSON_DUF are whole numbers until written.
    Units: whole kroner; the months of the year add up to BIDRAG and LAAN.
    """
    tilfeller = tilfeller.ta(tilfeller.aar == aar)
    personer_her = personer.ta(tilfeller.person)
    antall = len(tilfeller.person)
    alder = aar - personer_her.fodselsaar
    par = np.isin(personer_her.sivilstand, (GIFT, SAMBOER))
    har_maaned = _trekk_maanedsfelt(rng, tilfeller)
    kolonner = {
        "KOMMUNE_NR": _kode(tilfeller.kommune, kommunenummer),
        "VERSION": _kode(np.zeros(antall), [f"{aar % 100:02d}"]),
        "PERSON_JOURNALNR": pa.array(tilfeller.person),
        "KJONN": _siffer(personer_her.kjonn),
        "EKTSTAT": _siffer(personer_her.sivilstand),
        "BU18": _ja_nei(personer_her.barn > 0),
        "ANTBU18": pa.array(personer_her.barn),
        "GITT_OKONOMIRAD": _ja_nei(rng.random(antall) < nivaa("andel_okonomiraad")),
        "FAAT_INDIVIDUELL_PLAN": _ja_nei(rng.random(antall) < nivaa("andel_individuell_plan")),
        "SAKSBEHANDLER": _kode(rng.integers(0, 20, antall), [f"SB{nr:03d}" for nr in range(20)]),
        "BOSIT": _kode(rng.choice(len(blanding("bosit")[0]), antall, p=blanding("bosit")[1]), blanding("bosit")[0]),
    }
    kolonner |= _personnummer(personer_her, aar)
    kolonner |= _livsopphold(rng, alder, par, personer_her.barn > 0, aar)
    kolonner |= _belop(rng, personer_her, har_maaned, aar)
    kolonner |= {f"STMND_{k + 1}": _flagg(har_maaned[:, k], f"{k + 1:02d}") for k in range(12)}
    kolonner |= _vilkaar(rng, alder, par, har_maaned, aar)
    return pa.table(kolonner)


def lag_kvpposter(rng: np.random.Generator, verden: Verden, aar: int) -> pa.Table:
    """Fill out the 11CF records of one year: one row per person in the programme in that year.

    Columns as in `lag_mottakerposter`.
    """
    siste = aar * 12 + siste_maaned(aar) - 1
    kvp = verden.kvp
    er_med = (kvp.start <= siste) & (kvp.slutt >= aar * 12)
    person, start, slutt, utfall = (k[er_med] for k in (kvp.person, kvp.start, kvp.slutt, kvp.utfall))
    personer = verden.personer.ta(person)
    antall = len(person)
    alder = aar - personer.fodselsaar
    maaned = aar * 12 + np.arange(12)
    har_maaned = (maaned >= start[:, None]) & (maaned <= np.minimum(slutt, siste)[:, None])
    avsluttet = slutt <= siste
    paagaar = np.where(rng.random(antall) < nivaa("kvp_permisjon"), 2, 1)
    if aar < AARET_FOR_KVP_AVSLUTTET_ETTER_AVBRUDD:
        utfall = np.where(utfall == 7, 3, utfall)
    status = np.where(avsluttet, utfall, paagaar)
    sats = nivaa("kvp_kr_per_maaned") * np.where(alder < UNG_I_KVP, 2 / 3, 1)
    begynt = _dager(start) + rng.integers(0, 28, antall)
    vedtak = begynt - rng.integers(5, 25, antall)
    fikk_sosialhjelp = rng.random(antall) < nivaa("kvp_ytelse_soshjelp")
    hovedkilde = rng.random(antall) < nivaa("kvp_ytelse_type_2")
    har_tillegg = rng.random(antall) < nivaa("kvp_med_stonad")
    tillegg = {
        "KVP_MED_KOMMBOS": ("4", 0.25),
        "KVP_MED_HUSBANKBOS": ("5", 0.35),
        "KVP_MED_SOSHJ_ENGANG": ("9", 0.4),
        "KVP_MED_SOSHJ_PGM": ("8", 0.2),
        "KVP_MED_SOSHJ_SUP": ("7", 0.3),
    }
    valgt = (rng.random((antall, len(tillegg))) < [sjanse for _, sjanse in tillegg.values()]) & har_tillegg[:, None]
    valgt[har_tillegg & ~valgt.any(axis=1), 2] = True
    kolonner = {
        "KOMMUNE_NR": _kode(kvp.kommune[er_med], verden.nummer),
        "VERSION": _kode(np.zeros(antall), [f"{aar % 100:02d}"]),
        "PERSON_JOURNALNR": pa.array(person),
        "KJONN": _siffer(personer.kjonn),
        "EKTSTAT": _siffer(personer.sivilstand),
        "BU18": _ja_nei(personer.barn > 0),
        "ANTBU18": pa.array(personer.barn),
        "REG_DATO": pa.array(vedtak - rng.integers(10, 40, antall)),
        "VEDTAK_DATO": pa.array(vedtak),
        "BEGYNT_DATO": pa.array(begynt),
        "KVP_KOMM": _ja_nei(np.zeros(antall, bool)),
        "YTELSE_SOSHJELP": _flagg(fikk_sosialhjelp, "1"),
        "YTELSE_TYPE_SOSHJ": _kode(np.where(fikk_sosialhjelp, np.where(hovedkilde, 0, 1), -1), ["2", "3"]),
        "KVP_MED_ASTONAD": _ja_nei(har_tillegg),
        "KVP_STONAD": pa.array(np.rint(sats * har_maaned.sum(axis=1)).astype(np.int32)),
        "STATUS": _siffer(status),
        "AVSL_DATO": pa.array(np.where(avsluttet, _dager(slutt + 1) - 1, np.datetime64("NaT", "D"))),
        "SAKSBEHANDLER": _kode(rng.integers(0, 20, antall), [f"SB{nr:03d}" for nr in range(20)]),
    }
    kolonner |= _personnummer(personer, aar)
    kolonner |= {felt: _flagg(valgt[:, i], kode) for i, (felt, (kode, _)) in enumerate(tillegg.items())}
    kolonner |= {f"STMND_{k + 1}": _flagg(har_maaned[:, k], f"{k + 1:02d}") for k in range(12)}
    kolonner |= _avslutning(rng, np.isin(status, (3, 7)))
    return pa.table(kolonner)


def _personnummer(personer: Personer, aar: int) -> dict[str, pa.Array]:
    kolonner = {
        "PERSON_FODSELSNR": pa.array(personer.fodselsnummer, mask=personer.fodselsnummer == 0),
        "PERSON_DUF": pa.array(personer.duf, mask=personer.duf == 0),
    }
    return kolonner | ({"FODSELSDATO": pa.array(personer.fodselsdato)} if aar >= AARET_FOR_FODSELSDATO else {})


def _trekk_maanedsfelt(rng: np.random.Generator, tilfeller: Tilfeller) -> np.ndarray:
    """Place the months: mostly in a row, for some with gaps. A row of 12 yes/no per case."""
    antall = len(tilfeller.person)
    maaned = np.arange(1, 13, dtype=np.int8)
    onsket = tilfeller.maaneder.astype(np.int8)
    fra, til = tilfeller.fra_maaned.astype(np.int8), tilfeller.til_maaned.astype(np.int8)
    start = (fra + (rng.random(antall) * (til - fra - onsket + 2)).astype(np.int8))[:, None]
    har = (maaned >= start) & (maaned < start + onsket[:, None])
    spredt = np.flatnonzero(rng.random(antall) < nivaa("andel_opphold_i_maaneder"))
    i_vinduet = (maaned >= fra[spredt, None]) & (maaned <= til[spredt, None])
    nokkel = np.where(i_vinduet, rng.random((len(spredt), 12)), 2.0)
    terskel = np.take_along_axis(np.sort(nokkel, axis=1), onsket[spredt, None].astype(np.int64) - 1, axis=1)
    har[spredt] = nokkel <= terskel
    return har


def _belop(rng: np.random.Generator, personer: Personer, har_maaned: np.ndarray, aar: int) -> dict[str, pa.Array]:
    antall = len(har_maaned)
    per_maaned = np.array([nivaa(f"kr_per_maaned_{k:02d}") for k in range(1, 13)])
    per_maaned *= nivaa(f"kr_per_maaned_snitt_{aar}") / nivaa("kr_per_maaned_snitt_2009")
    kr_for_fase = np.array(
        [
            nivaa("kr_familie_" + (fase if fase.startswith("par") or fase.endswith("barn") else "enslig_uten_barn"))
            for fase in FAMILIEFASER
        ]
    )
    faktor = kr_for_fase / (kr_for_fase @ blanding("familiefase")[1])
    spredning = 0.3
    niva = per_maaned[har_maaned.sum(axis=1) - 1] * faktor[personer.familiefase]
    niva = niva * rng.lognormal(-(spredning**2) / 2, spredning, antall)
    belop = niva[:, None].astype(np.float32) * (0.8 + 0.4 * rng.random((antall, 12), np.float32))
    belop = np.maximum(np.rint(belop), MINSTE_BELOP_I_MAANED).astype(np.int32) * har_maaned
    bare_laan = rng.random(antall) < nivaa("andel_bare_laan")
    bidrag = np.where(bare_laan[:, None], 0, belop)
    laan = np.where(bare_laan[:, None], belop, 0)
    laantakere = np.flatnonzero(~bare_laan & (rng.random(antall) < nivaa("andel_med_laan")))
    laan[laantakere, har_maaned[laantakere].argmax(axis=1)] = np.rint(
        nivaa("laan_kr") * rng.lognormal(-0.125, 0.5, len(laantakere))
    )
    kolonner = {
        "BIDRAG": pa.array(bidrag.sum(axis=1, dtype=np.int32)),
        "LAAN": pa.array(laan.sum(axis=1, dtype=np.int32)),
    }
    for k, navn in enumerate(MAANEDSNAVN):
        kolonner[f"BIDRAG_{navn}"] = pa.array(np.ascontiguousarray(bidrag[:, k]))
        kolonner[f"LAAN_{navn}"] = pa.array(np.ascontiguousarray(laan[:, k]))
    return kolonner


def _livsopphold(
    rng: np.random.Generator, alder: np.ndarray, par: np.ndarray, har_barn: np.ndarray, aar: int
) -> dict[str, pa.Array]:
    """Draw main income, benefit and work situation so that they agree as SSB's control demands."""
    antall = len(alder)
    koder, andeler = blanding("vklo")
    vklo = rng.choice(np.array(koder, np.int8), antall, p=andeler)
    # The spouse's income needs a spouse; the programme and the introduction scheme are for working age.
    vklo = np.where((vklo == 7) & ~par, 5, vklo)
    vklo = np.where(np.isin(vklo, (4, 6, 8)) & (alder >= 62), 3, vklo)
    trygd_under_62 = rng.choice((4, 11, 1, 2, 10), antall, p=(0.36, 0.36, 0.06, 0.1, 0.12))
    trygd = np.select((alder >= 67, alder >= 62), (rng.choice((7, 9), antall, p=(0.85, 0.15)), 4), trygd_under_62)
    liten_stonad = (trygd == 10) & har_barn
    trygd = np.where(liten_stonad, 13 if aar >= AARET_FOR_BARNETRYGD else 5, trygd)
    trygd = np.where(vklo == 3, trygd, 12)
    trekning = rng.random(antall)
    # One column of choices per main income; a work situation stands as often as its share.
    arbsit_valg = {
        1: (1, 1, 2, 2, 2),
        2: (5, 5, 5, 6),
        3: (4, 4, 4, 7, 2),
        4: (3,),
        5: (7, 7, 7, 8, 4, 4, 2, 5, 6),
        6: (9,),
        7: (4, 7, 2),
        8: (10,),
        9: (4, 7, 7),
    }
    arbsit = np.zeros(antall, np.int8)
    for kilde, valg in arbsit_valg.items():
        arbsit = np.where(vklo == kilde, np.array(valg, np.int8)[(trekning * len(valg)).astype(np.int8)], arbsit)
    to_siffer = [f"{kode:02d}" for kode in range(14)]
    return {"VKLO": _siffer(vklo), "TRYGDESIT": _kode(trygd, to_siffer), "ARBSIT": _kode(arbsit, to_siffer)}


def _vilkaar(
    rng: np.random.Generator, alder: np.ndarray, par: np.ndarray, har_maaned: np.ndarray, aar: int
) -> dict[str, pa.Array]:
    """Draw conditions, exemptions and sanctions; with a condition come its dates and at least one type."""
    antall = len(alder)
    ung = alder < 30
    har_vilkaar = rng.random(antall) < np.where(ung, nivaa("andel_vilkaar_u30"), nivaa("andel_vilkaar_30_pluss"))
    typer, _ = blanding("vilkaar")
    sjanse = np.array([nivaa(f"vilkaar_{type_}") for type_ in typer], np.float32)
    valgt = (rng.random((antall, len(typer)), np.float32) < sjanse) & har_vilkaar[:, None]
    if aar < AARET_FOR_BARNETRYGD:
        valgt[:, typer.index("VILKARNORSKSAMISKOPPL")] = False
    valgt[har_vilkaar & ~valgt.any(axis=1), typer.index("VILKARSAMT")] = True
    forste = aar * 12 + har_maaned.argmax(axis=1)
    siste = aar * 12 + 11 - har_maaned[:, ::-1].argmax(axis=1)
    ingen_dato = np.datetime64("NaT", "D")
    unntak = ung & ~har_vilkaar & (rng.random(antall) < nivaa("andel_unntak_u30"))
    unntak_typer, unntak_andeler = blanding("unntak")
    unntak_type = rng.choice(len(unntak_typer), antall, p=unntak_andeler)
    kolonner = {
        "VILKARSOSLOV": _ja_nei(har_vilkaar),
        "VILKARSAMEKT": _ja_nei(har_vilkaar & par & (rng.random(antall) < nivaa("andel_vilkaar_partner"))),
        "UTBETDATO": pa.array(np.where(har_vilkaar, _dager(forste), ingen_dato)),
        "UTBETTOMDATO": pa.array(np.where(har_vilkaar, _dager(siste + 1) - 1, ingen_dato)),
        "VEDTAKDATO": pa.array(np.where(unntak, _dager(forste) + rng.integers(0, 28, antall), ingen_dato)),
        "SANKSJONRED": _flagg(har_vilkaar & (rng.random(antall) < nivaa("andel_sanksjon_redusert")), "01"),
        "SANKSJONANDRE": _flagg(har_vilkaar & (rng.random(antall) < nivaa("andel_sanksjon_andre")), "02"),
    }
    kolonner |= {type_: _flagg(valgt[:, i], VILKAARSKODER[type_]) for i, type_ in enumerate(typer)}
    kolonner |= {
        type_: _flagg(unntak & (unntak_type == i), UNNTAKSKODER[type_]) for i, type_ in enumerate(unntak_typer)
    }
    return kolonner


def _avslutning(rng: np.random.Generator, er_avsluttet: np.ndarray) -> dict[str, pa.Array]:
    """Draw the situation after the programme: one main answer, for some a second one."""
    antall = len(er_avsluttet)
    koder, andeler = blanding("avslutning")
    hoved = rng.choice(len(koder), antall, p=andeler)
    ekstra = rng.choice(len(koder), antall, p=andeler)
    # Some second draws repeat the first; the chance is raised to keep the declared share of second answers.
    har_ekstra = rng.random(antall) < nivaa("andel_ekstra_avslutning") / (1 - (andeler**2).sum())
    valgt = np.zeros((antall, len(koder)), bool)
    valgt[np.arange(antall), hoved] = True
    valgt[np.flatnonzero(har_ekstra), ekstra[har_ekstra]] = True
    valgt &= er_avsluttet[:, None]
    return {
        "AVSL_VIKTIGSTE_INNTEKT": _kode(np.where(er_avsluttet, hoved, -1), koder),
        **{AVSLUTNINGSFELT[kode]: _flagg(valgt[:, i], kode) for i, kode in enumerate(koder)},
    }


def _dager(maaned: np.ndarray) -> np.ndarray:
    """Return the first day of months counted as year * 12 + month - 1."""
    return (maaned - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]")


def _kode(indeks: np.ndarray, koder: Sequence[str]) -> pa.Array:
    """Make a text column of code number `indeks` in `koder`; -1 is null."""
    smal = np.asarray(indeks).astype(np.int16)
    return pa.DictionaryArray.from_arrays(pa.array(smal, mask=smal < 0), list(koder))


def _flagg(er_satt: np.ndarray, kode: str) -> pa.Array:
    return _kode(np.where(er_satt, 0, -1), [kode])


def _siffer(kode: np.ndarray) -> pa.Array:
    return _kode(kode, [str(siffer) for siffer in range(10)])


def _ja_nei(ja: np.ndarray) -> pa.Array:
    return _kode(np.where(ja, 0, 1), ["1", "2"])
