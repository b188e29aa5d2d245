"""The official records of the made-up world: 11F and 11CF, filled out so that they agree as SSB's controls demand."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from dagster_project.demo.behov import Stonad
from dagster_project.demo.nivaa import blanding, nivaa
from dagster_project.demo.personer import GIFT, SAMBOER, Personer
from dagster_project.demo.verden import MAANEDSNAVN, Verden, forste_dag, siste_maaned

AARET_FOR_FODSELSDATO = 2025
AARET_FOR_BARNETRYGD = 2024
AARET_FOR_KVP_AVSLUTTET_ETTER_AVBRUDD = 2023
UNG_I_KVP = 25

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


def lag_mottakerposter(
    rng: np.random.Generator, personer: Personer, stonad: Stonad, kommunenummer: Sequence[str], aar: int
) -> pa.Table:
    """Fill out the 11F records of one year.

    Shape: one row per element of that year in `stonad`, in its order; the columns are official field
    names. PERSON_JOURNALNR, PERSON_FODSELSNR and PERSON_DUF are whole numbers until written.
    Units: whole kroner; the months of the year add up to BIDRAG and LAAN.
    """
    stonad = stonad.ta(stonad.aar == aar)
    personer_her = personer.ta(stonad.person)
    antall = len(stonad.person)
    alder = aar - personer_her.fodselsaar
    par = np.isin(personer_her.sivilstand, (GIFT, SAMBOER))
    har_maaned = stonad.har_maaned
    kolonner = {
        "KOMMUNE_NR": _kode(stonad.kommune, kommunenummer),
        "VERSION": _kode(np.zeros(antall), [f"{aar % 100:02d}"]),
        "PERSON_JOURNALNR": pa.array(stonad.person),
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
    kolonner |= _belop(stonad)
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
    begynt = forste_dag(start) + rng.integers(0, 28, antall)
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
        "AVSL_DATO": pa.array(np.where(avsluttet, forste_dag(slutt + 1) - 1, np.datetime64("NaT", "D"))),
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


def _belop(stonad: Stonad) -> dict[str, pa.Array]:
    kolonner = {}
    for felt, belop in (("BIDRAG", stonad.bidrag), ("LAAN", stonad.laan)):
        kolonner[felt] = pa.array(belop.sum(axis=1, dtype=np.int32))
        for k, navn in enumerate(MAANEDSNAVN):
            kolonner[f"{felt}_{navn}"] = pa.array(np.ascontiguousarray(belop[:, k], np.int32))
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
        "UTBETDATO": pa.array(np.where(har_vilkaar, forste_dag(forste), ingen_dato)),
        "UTBETTOMDATO": pa.array(np.where(har_vilkaar, forste_dag(siste + 1) - 1, ingen_dato)),
        "VEDTAKDATO": pa.array(np.where(unntak, forste_dag(forste) + rng.integers(0, 28, antall), ingen_dato)),
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
