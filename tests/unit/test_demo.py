"""The made-up deliveries: the same every time, valid by SSB's rules, and close to the levels they declare."""

import hashlib
import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pytest
import yaml

from dagster_project.demo.avvik import INGEN_AVVIK
from dagster_project.demo.behov import Stonad
from dagster_project.demo.fasit import Fasit
from dagster_project.demo.kostraposter import UNNTAKSKODER, VILKAARSKODER
from dagster_project.demo.leveranser import DEMOAAR, DEMOFRO, FJORDREGIONEN, lag_demofasit, lag_leveranser
from dagster_project.demo.nivaa import blanding, nivaa
from dagster_project.demo.personer import har_rette_kontrollsifre, lag_fodselsnummer, lag_plassholder
from dagster_project.demo.region import lag_region
from dagster_project.demo.stor import lag_11f, oppdiktede_kommunenummer
from dagster_project.demo.verden import MAANEDSNAVN, lag_verden, siste_maaned
from dagster_project.kostra.kontroll import Kontrollfil, kontroller
from dagster_project.kostra.layout import find_layout
from dagster_project.seeds import read_seed

PLASSHOLDERE = ("00100", "00200", "99999")
FEIL_KOMMUNE, FEIL_AAR, FEIL_LINJER = "9913", 2022, {2, 5, 8}


@pytest.fixture(scope="module")
def leveranser(tmp_path_factory) -> Path:
    mappe = tmp_path_factory.mktemp("demo")
    lag_leveranser(mappe, FJORDREGIONEN, DEMOAAR, DEMOFRO)
    return mappe


def sti(mappe: Path, kommune: str, aar: int, type_: str, tillegg: str = "") -> Path:
    return mappe / kommune / "kostra" / str(aar) / f"{type_}_{kommune}00{tillegg}.dat"


def klipp(fil: Path, skjema: str, aar: int) -> list[dict[str, str]]:
    """Cut a file by its layout; values keep their blanks. The file with nothing to report has no records."""
    tekst = fil.read_bytes().decode("iso-8859-1")
    layout = find_layout(skjema, aar)
    if tekst == " ":
        return []
    linjer = tekst.split("\r\n")
    assert linjer.pop() == ""
    assert {len(linje) for linje in linjer} == {layout.postlengde}
    return [{felt.navn: linje[felt.fra - 1 : felt.fra - 1 + felt.lengde] for felt in layout.felter} for linje in linjer]


def alle(mappe: Path, type_: str, skjema: str) -> list[dict]:
    """Every record of a form that is meant to be valid, with its municipality and year."""
    return [
        {**post, "kommune": kommune.kommunenummer, "aar": aar}
        for kommune in FJORDREGIONEN
        for aar in DEMOAAR
        for linje, post in enumerate(klipp(sti(mappe, kommune.kommunenummer, aar, type_), skjema, aar), start=1)
        if not (type_ == "Sosial" and (kommune.kommunenummer, aar) == (FEIL_KOMMUNE, FEIL_AAR) and linje in FEIL_LINJER)
    ]


@pytest.fixture(scope="module")
def mottakere(leveranser) -> list[dict]:
    return alle(leveranser, "Sosial", "11F")


@pytest.fixture(scope="module")
def kvp(leveranser) -> list[dict]:
    return alle(leveranser, "KVP", "11CF")


def fodselsaar_etter_ssb(nummer: str, aar: int) -> int | None:
    """Birth year of an 11-digit number as SSB's control program reads it; None where it reads none."""
    if len(nummer.strip()) != 11:
        return None
    yy, individ = int(nummer[4:6]), int(nummer[6:9])
    if nummer.endswith(PLASSHOLDERE):
        return 2000 + yy if 2000 + yy <= aar + 1 else 1900 + yy
    if individ >= 500 and yy <= 39:
        return 2000 + yy
    if 500 <= individ <= 749 and yy >= 54:
        return 1800 + yy
    if individ <= 499 or (individ >= 900 and yy >= 40):
        return 1900 + yy
    return 2000 + yy


def rette_kontrollsifre(nummer: str) -> bool:
    sifre = [int(siffer) for siffer in nummer]
    forste = sum(v * s for v, s in zip((3, 7, 6, 1, 8, 9, 4, 5, 2, 1), sifre, strict=False))
    andre = sum(v * s for v, s in zip((5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), sifre, strict=True))
    return forste % 11 == 0 and andre % 11 == 0


def alder(post: dict) -> int | None:
    fodt = fodselsaar_etter_ssb(post["PERSON_FODSELSNR"], post["aar"])
    return None if fodt is None else post["aar"] - fodt


def tall(post: dict, felt: str) -> int:
    return int(post[felt]) if post[felt].strip() else 0


def maaneder(post: dict) -> list[int]:
    return [k for k in range(1, 13) if post[f"STMND_{k}"] == f"{k:02d}"]


def test_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path):
    def sum_av(navn: str, fro: int) -> dict[str, str]:
        mappe = tmp_path / navn
        filer = lag_leveranser(mappe, FJORDREGIONEN[3:], (2024, 2025), fro)
        return {str(f.relative_to(mappe)): hashlib.sha256(f.read_bytes()).hexdigest() for f in filer}

    en, to, annen = sum_av("en", 7), sum_av("to", 7), sum_av("annen", 8)
    assert en == to
    assert en["9914/kostra/2024/Sosial_991400.dat"] != annen["9914/kostra/2024/Sosial_991400.dat"]


def test_every_municipality_delivers_every_form_every_year(leveranser):
    funnet = {fil.relative_to(leveranser).as_posix() for fil in leveranser.rglob("*") if fil.is_file()}
    ventet = {"felles/ssb_11805_befolkning.json", "konfig/kommuner.yml", "notat.txt"}
    for kommune in FJORDREGIONEN:
        nr = kommune.kommunenummer
        for aar in DEMOAAR:
            ventet |= {f"{nr}/kostra/{aar}/{type_}_{nr}00.dat" for type_ in ("Sosial", "KVP", "BEV")}
        ventet |= {f"{nr}/kostra/2025/BEV_{nr}00_K{kvartal}.dat" for kvartal in (1, 2, 3)}
    assert funnet == ventet


@pytest.mark.parametrize(("aar", "lengde"), [(2022, 324), (2023, 324), (2024, 324), (2025, 338), (2026, 338)])
def test_records_have_the_length_of_their_year(leveranser, aar, lengde):
    data = sti(leveranser, "9911", aar, "Sosial").read_bytes()
    assert {len(linje) for linje in data.split(b"\r\n")[:-1]} == {lengde}


def test_11f_follows_the_rules_of_the_control_program(mottakere):
    brudd = Counter(regel for post in mottakere for regel in brutte_regler_11f(post))
    assert brudd == {}


def brutte_regler_11f(post: dict) -> list[str]:
    """The rules of 11F that a record breaks, numbered as SSB numbers them."""
    aar, vklo, trygd, arbsit = post["aar"], post["VKLO"], post["TRYGDESIT"], post["ARBSIT"]
    barn, ja_barn = tall(post, "ANTBU18"), post["BU18"] == "1"
    nummer, duf = post["PERSON_FODSELSNR"], post["PERSON_DUF"]
    alderen = alder(post)
    sum_bidrag = sum(tall(post, f"BIDRAG_{navn}") for navn in MAANEDSNAVN)
    sum_laan = sum(tall(post, f"LAAN_{navn}") for navn in MAANEDSNAVN)
    betalt = [k for k, navn in enumerate(MAANEDSNAVN, 1) if tall(post, f"BIDRAG_{navn}") or tall(post, f"LAAN_{navn}")]
    stonad = tall(post, "BIDRAG") + tall(post, "LAAN")
    vilkaar = [felt for felt, kode in VILKAARSKODER.items() if post.get(felt) == kode]
    regler = {
        "003-kommune": post["KOMMUNE_NR"] != post["kommune"],
        "003-bydel": post["BYDELSNR"].strip() != "",
        "004": post["VERSION"] != str(aar)[2:],
        "004A": aar >= 2025 and not post["FODSELSDATO"].isdigit(),
        "005": not (nummer.endswith(PLASSHOLDERE) or (nummer.strip() and rette_kontrollsifre(nummer)) or duf.strip()),
        "008-010": post["KJONN"] not in "12" or post["EKTSTAT"] not in "12345" or post["BU18"] not in "12",
        "011-013": ja_barn != (barn > 0) or barn >= 14,
        "014": vklo not in "123456789",
        "015": vklo == "1" and arbsit not in ("01", "02"),
        "016": vklo == "2" and arbsit not in ("03", "05", "06"),
        "017": vklo == "4" and arbsit != "03",
        "018": vklo == "6" and arbsit != "09",
        "019": vklo == "8" and arbsit != "10",
        "020A": vklo != "3" and trygd != "12",
        "020B": vklo == "3" and trygd in ("12", "  "),
        "021": vklo == "5" and arbsit not in ("02", "04", "05", "06", "07", "08"),
        "023A": trygd == "07" and (alderen is None or alderen < 62),
        "023B-C": trygd in ("05", "13") and not (ja_barn and barn > 0),
        "024": trygd in ("04", "07") and arbsit not in ("02", "04", "07"),
        "024B": vklo == "3" and trygd == "11" and arbsit == "08",
        "026": not maaneder(post),
        "027-031": not 200 < stonad <= 1_000_000,
        "036": tall(post, "BIDRAG") != sum_bidrag,
        "037": tall(post, "LAAN") != sum_laan,
        "months with an amount are the months marked": betalt != maaneder(post),
        "no month after the last": bool(betalt) and max(betalt) > siste_maaned(aar),
        "032-040": any(
            post[felt] not in ("1", "2")
            for felt in ("GITT_OKONOMIRAD", "FAAT_INDIVIDUELL_PLAN", "VILKARSOSLOV", "VILKARSAMEKT")
        )
        or post["BOSIT"] not in "123456",
        "041-043": (post["VILKARSOSLOV"] == "1")
        != (post["UTBETDATO"].isdigit() and post["UTBETTOMDATO"].isdigit() and bool(vilkaar)),
        "exemption has a decision date": post["VEDTAKDATO"].isdigit()
        != any(post[felt] == kode for felt, kode in UNNTAKSKODER.items()),
        "partner's income needs a partner": vklo == "7" and post["EKTSTAT"] not in ("2", "3"),
    }
    return [regel for regel, brutt in regler.items() if brutt]


def test_codes_are_in_the_code_lists_of_their_year(mottakere, kvp):
    gyldig = {
        (rad["skjema"], rad["felt"], rad["kode"], aar)
        for rad in read_seed("kodeliste")
        for aar in DEMOAAR
        if rad["felt"] and int(rad["gyldig_fra_aar"]) <= aar <= int(rad["gyldig_til_aar"] or 9999)
    }
    med_liste = {(skjema, felt) for skjema, felt, _, _ in gyldig}
    ukjente = {
        (skjema, felt, verdi, post["aar"])
        for skjema, poster in (("11F", mottakere), ("11CF", kvp))
        for post in poster
        for felt, verdi in post.items()
        if (skjema, felt) in med_liste and verdi.strip() and (skjema, felt, verdi, post["aar"]) not in gyldig
    }
    assert ukjente == set()


@pytest.mark.parametrize("felt", ["PERSON_FODSELSNR", "PERSON_JOURNALNR"])
def test_nobody_is_reported_twice_in_one_file(mottakere, felt):
    antall = Counter((post["kommune"], post["aar"], post[felt]) for post in mottakere if post[felt].strip())
    assert {noekkel for noekkel, antallet in antall.items() if antallet > 1} == set()


def test_every_number_is_synthetic_or_a_placeholder_that_nobody_has(mottakere, kvp):
    nummer = {post["PERSON_FODSELSNR"] for post in mottakere + kvp} - {" " * 11}
    plassholdere = {ett for ett in nummer if ett.endswith(PLASSHOLDERE)}
    ekte_form = nummer - plassholdere
    assert all(81 <= int(ett[2:4]) <= 92 and rette_kontrollsifre(ett) for ett in ekte_form)
    assert plassholdere
    assert not any(rette_kontrollsifre(ett) for ett in plassholdere)


def test_birth_year_read_from_the_number_is_that_of_the_birth_date(mottakere, kvp):
    med_dato = [post for post in mottakere + kvp if post["aar"] >= 2025 and post["PERSON_FODSELSNR"].strip()]
    assert len(med_dato) > 3000
    ulike = [
        post["aar"]
        for post in med_dato
        if fodselsaar_etter_ssb(post["PERSON_FODSELSNR"], post["aar"]) != int(post["FODSELSDATO"][4:])
        or int(post["PERSON_FODSELSNR"][:2]) != int(post["FODSELSDATO"][:2])
        or int(post["PERSON_FODSELSNR"][2:4]) % 80 != int(post["FODSELSDATO"][2:4])
    ]
    assert ulike == []


def test_some_have_only_a_valid_duf_number(mottakere):
    numre = {post["PERSON_DUF"] for post in mottakere if not post["PERSON_FODSELSNR"].strip()}
    assert numre
    for duf in numre:
        vektet = sum(v * int(s) for v, s in zip((4, 6, 3, 2, 4, 6, 3, 2, 7, 5), duf, strict=False))
        assert f"{vektet % 11:02d}" == duf[10:]
        assert duf.startswith("2099")


@pytest.mark.parametrize(("kjonn", "rest"), [(1, 1), (2, 0)])
def test_individual_number_tells_sex_and_century(kjonn, rest):
    aar = np.repeat(np.arange(1930, 2020), 40)
    nummer, dato = lag_fodselsnummer(np.random.default_rng(3), aar, np.full(len(aar), kjonn))
    assert har_rette_kontrollsifre(nummer).all()
    assert len(np.unique(nummer)) == len(nummer)
    assert (nummer // 100 % 10 % 2 == rest).all()
    lest = [fodselsaar_etter_ssb(f"{ett:011d}", 2026) for ett in nummer.tolist()]
    assert lest == aar.tolist()
    assert (dato.astype("datetime64[Y]").astype(int) + 1970 == aar).all()


def test_placeholder_with_right_check_digits_is_swapped():
    dager = np.arange("1950-01-01", "2005-01-01", dtype="datetime64[D]")
    nummer = lag_plassholder(dager, np.full(len(dager), 1))
    assert set((nummer % 100_000).tolist()) == {100, 99999}
    assert not har_rette_kontrollsifre(nummer).any()


def test_people_stay_return_and_move_between_the_municipalities(mottakere):
    etter_aar: dict[int, set] = {aar: set() for aar in DEMOAAR}
    kommuner: dict[tuple, set] = {}
    for post in mottakere:
        if post["PERSON_FODSELSNR"].strip() and not post["PERSON_FODSELSNR"].endswith(PLASSHOLDERE):
            etter_aar[post["aar"]].add(post["PERSON_FODSELSNR"])
            kommuner.setdefault((post["aar"], post["PERSON_FODSELSNR"]), set()).add(post["kommune"])
    for forrige, dette in pairwise(DEMOAAR):
        assert 0.45 < len(etter_aar[forrige] & etter_aar[dette]) / len(etter_aar[dette]) < 0.75
    i_to_kommuner = [aar for (aar, _), steder in kommuner.items() if len(steder) > 1]
    assert 10 < len(i_to_kommuner) < 0.03 * len(kommuner)
    assert (etter_aar[2022] & etter_aar[2024]) - etter_aar[2023]


def test_number_of_recipients_follows_the_declared_share(leveranser, mottakere):
    verden = lag_verden(FJORDREGIONEN, DEMOAAR, DEMOFRO)
    for k, kommune in enumerate(FJORDREGIONEN[:4]):
        innbyggere = verden.innbyggere[k, 18:67, 0].sum()
        antall = len(klipp(sti(leveranser, kommune.kommunenummer, 2022, "Sosial"), "11F", 2022))
        assert antall == pytest.approx(nivaa("mottakere_per_18_66") * innbyggere, rel=0.02)
    assert len(klipp(sti(leveranser, "9915", 2022, "Sosial"), "11F", 2022)) < 30


def avvik_fra_blanding(prefiks: str, verdier: list[str]) -> float:
    """Largest difference, in percentage points, between a declared mix and the values found."""
    koder, andeler = blanding(prefiks)
    antall = Counter(verdier)
    return max(abs(100 * antall[kode] / len(verdier) - 100 * andel) for kode, andel in zip(koder, andeler, strict=True))


@pytest.fixture(scope="module")
def uten_avvik() -> Stonad:
    """What 11F would say if every payment were made in its own month."""
    return lag_region(FJORDREGIONEN, DEMOAAR, DEMOFRO, INGEN_AVVIK).stonad


def test_months_follow_the_declared_distribution(uten_avvik):
    # Movers' months are cut at the move, so the last class loses a little; 2026 ends in October.
    hele_aar = uten_avvik.ta(np.array([siste_maaned(aar) == 12 for aar in uten_avvik.aar]))
    verdier = [f"{antall:02d}" for antall in hele_aar.har_maaned.sum(axis=1)]
    assert avvik_fra_blanding("maaneder", verdier) < 1.5


def test_payments_in_the_wrong_month_take_twelve_month_recipients_away(uten_avvik, mottakere):
    hele_aar = [post for post in mottakere if siste_maaned(post["aar"]) == 12]
    tolv = sum(len(maaneder(post)) == 12 for post in hele_aar) / len(hele_aar)
    riktig = uten_avvik.har_maaned[uten_avvik.aar < 2026].sum(axis=1)
    assert tolv < (riktig == 12).mean() - 0.03


def test_main_income_and_housing_follow_the_declared_mix(mottakere):
    # Main incomes that need a spouse or a lower age are moved to others: up to 2 points.
    assert avvik_fra_blanding("vklo", [post["VKLO"] for post in mottakere]) < 2
    assert avvik_fra_blanding("bosit", [post["BOSIT"] for post in mottakere]) < 1.5


def test_ages_follow_the_declared_mix_in_the_first_year(mottakere):
    def klasse(ar: int) -> str:
        grenser = ((18, "u18"), (25, "18_24"), (45, "25_44"), (67, "45_66"))
        return next((navn for grense, navn in grenser if ar < grense), "67_pluss")

    verdier = [klasse(alder(post)) for post in mottakere if post["aar"] == 2022 and alder(post) is not None]
    assert avvik_fra_blanding("alder", verdier) < 3


def test_family_phases_follow_the_declared_mix(mottakere):
    def fase(post: dict) -> str:
        barn = post["BU18"] == "1"
        if post["EKTSTAT"] in ("2", "3"):
            return "par_med_barn" if barn else "par_uten_barn"
        if barn:
            return "enslig_med_barn"
        return "enslig_mann" if post["KJONN"] == "1" else "enslig_kvinne"

    assert avvik_fra_blanding("familiefase", [fase(post) for post in mottakere]) < 3


@pytest.mark.parametrize("aar", [2022, 2023, 2024, 2025])
def test_kroner_per_month_follow_the_declared_level(uten_avvik, aar):
    stonad = uten_avvik.ta(uten_avvik.aar == aar)
    snitt = (stonad.bidrag.sum() + stonad.laan.sum()) / stonad.har_maaned.sum()
    assert snitt == pytest.approx(nivaa(f"kr_per_maaned_snitt_{aar}"), rel=0.05)


@pytest.mark.parametrize("kommune", range(3))
def test_the_year_has_no_season_of_its_own(uten_avvik, kommune):
    # Whole years only; a New Year that cut every spell would show as a dip of a third.
    her = uten_avvik.ta((uten_avvik.kommune == kommune) & (uten_avvik.aar < 2026))
    per_maaned = her.har_maaned.sum(axis=0)
    assert per_maaned.min() > 0.9 * per_maaned.mean()
    assert per_maaned.max() < 1.15 * per_maaned.mean()


def test_young_have_conditions_as_declared(mottakere):
    unge = [post for post in mottakere if (alder(post) or 99) < 30]
    andel = sum(post["VILKARSOSLOV"] == "1" for post in unge) / len(unge)
    assert andel == pytest.approx(nivaa("andel_vilkaar_u30"), abs=0.04)


def test_11cf_follows_the_rules_of_the_control_program(kvp):
    brudd = Counter(regel for post in kvp for regel in brutte_regler_11cf(post))
    assert brudd == {}
    assert len(kvp) > 300


def brutte_regler_11cf(post: dict) -> list[str]:
    """The rules of 11CF that a record breaks, numbered as SSB numbers them."""
    aar = post["aar"]

    def aar_i(felt: str) -> int:
        return 2000 + int(post[felt][-2:])

    def maaned_i(felt: str) -> tuple[int, int]:
        return aar_i(felt), int(post[felt][2:4])

    med = [felt for felt in post if felt.startswith("KVP_MED_") and felt != "KVP_MED_ASTONAD" and post[felt].strip()]
    utfall = [felt for felt in post if felt.startswith("AVSL_") and felt[5:] not in ("DATO", "VIKTIGSTE_INNTEKT")]
    har_utfall = any(post[felt].strip() for felt in utfall)
    avsluttet = post["STATUS"] in "3457"
    regler = {
        "003": post["KOMMUNE_NR"] != post["kommune"] or post["BYDELSNR"].strip() != "",
        "005": not rette_kontrollsifre(post["PERSON_FODSELSNR"]),
        "006-007": not 18 <= alder(post) <= 68,
        "011-013": (post["BU18"] == "1") != (tall(post, "ANTBU18") > 0),
        "014-016": any(not 0 <= aar - aar_i(felt) <= 4 for felt in ("REG_DATO", "VEDTAK_DATO", "BEGYNT_DATO")),
        "order of dates": not maaned_i("REG_DATO") <= maaned_i("VEDTAK_DATO") <= maaned_i("BEGYNT_DATO"),
        "019": post["KVP_KOMM"] not in ("1", "2"),
        "021": (post["YTELSE_SOSHJELP"] == "1") != (post["YTELSE_TYPE_SOSHJ"] in ("2", "3")),
        "026-027": (post["KVP_MED_ASTONAD"] == "1") != bool(med) or post["KVP_MED_ASTONAD"] not in ("1", "2"),
        "028-032": not maaneder(post) or not 0 < tall(post, "KVP_STONAD") <= 600_000,
        "037": avsluttet != post["AVSL_DATO"].strip().isdigit() or (avsluttet and aar_i("AVSL_DATO") != aar),
        "038-039": (post["STATUS"] in "37") != (har_utfall and post["AVSL_VIKTIGSTE_INNTEKT"].strip() != ""),
        "status 7 came in 2023": post["STATUS"] == "7" and aar < 2023,
    }
    return [regel for regel, brutt in regler.items() if brutt]


def test_programme_goes_on_until_it_ends(kvp):
    poster: dict[str, list[dict]] = {}
    for post in kvp:
        poster.setdefault(post["PERSON_FODSELSNR"], []).append(post)
    for personens in poster.values():
        aarene = [post["aar"] for post in personens]
        assert aarene == list(range(aarene[0], aarene[-1] + 1))
        assert all(post["STATUS"] in "12" for post in personens[:-1])


def kontoer(fil: Path, aar: int) -> dict[tuple[str, str, str], int]:
    linjer = klipp(fil, "0A", aar)
    belop = {
        (linje["kontoklasse"], linje["funksjon_kapittel"].strip(), linje["art_sektor"]): int(linje["belop"])
        for linje in linjer
    }
    assert len(belop) == len(linjer)
    return belop


@pytest.fixture(scope="module")
def fasit() -> Fasit:
    return lag_demofasit(FJORDREGIONEN, DEMOAAR, DEMOFRO)


@pytest.mark.parametrize("kommune", [kommune.kommunenummer for kommune in FJORDREGIONEN])
@pytest.mark.parametrize("aar", DEMOAAR)
def test_accounts_balance_and_follow_11f(leveranser, mottakere, fasit, kommune, aar):
    belop = kontoer(sti(leveranser, kommune, aar, "BEV"), aar)
    for kontoklasse in "01":
        utgift = sum(v for (kkl, _, art), v in belop.items() if kkl == kontoklasse and int(art) < 600)
        resten = sum(v for (kkl, _, art), v in belop.items() if kkl == kontoklasse and int(art) >= 600)
        assert utgift > 0 > resten
        assert utgift + resten == 0
    avskrivning = sum(v for (_, _, art), v in belop.items() if art == "590")
    assert belop["1", "860", "990"] == -avskrivning
    assert max(belop["1", "800", "870"], belop["1", "840", "800"]) < 0
    if (kommune, aar) != (FEIL_KOMMUNE, FEIL_AAR):
        poster = [post for post in mottakere if (post["kommune"], post["aar"]) == (kommune, aar)]
        betalt = sum(tall(post, felt) for post in poster for felt in ("BIDRAG", "LAAN"))
        bokfort_to_ganger = sum(
            rad["belop"]
            for rad in fasit.avvik.to_pylist()
            if (rad["kommunenummer"], rad["maaned"].year, rad["aarsak"]) == (kommune, aar, "dobbeltforing")
        )
        under_0_i_maaneden = sum(
            rad["belop_utbetalt"]
            for rad in fasit.forskjell_11f.to_pylist()
            if (rad["kommunenummer"], rad["maaned"].year, rad["aarsak"]) == (kommune, aar, "tilbakeforing")
        )
        ventet = float(betalt + bokfort_to_ganger + under_0_i_maaneden) / 1000
        # 11F is rounded for each person and month, the accounts for each account and year.
        assert belop["1", "281", "470"] + belop.get(("1", "281", "520"), 0) == pytest.approx(ventet, abs=2)


@pytest.mark.parametrize(("aarene", "utgave"), [((2022, 2023, 2024, 2025), "2025"), ((2026,), "2026")])
def test_accounts_pass_the_controls(leveranser, aarene, utgave):
    filer = [
        Kontrollfil("0A", aar, f"{kommune.kommunenummer}00", sti=sti(leveranser, kommune.kommunenummer, aar, "BEV"))
        for kommune in FJORDREGIONEN
        for aar in aarene
    ]
    with duckdb.connect() as con:
        assert kontroller(con, filer, utgave).funn.fetchall() == []


def test_quarters_only_grow_towards_the_year(leveranser):
    filer = [sti(leveranser, "9912", 2025, "BEV", tillegg) for tillegg in ("_K1", "_K2", "_K3", "")]
    serier = [abs(kontoer(fil, 2025)["1", "281", "470"]) for fil in filer]
    assert serier == sorted(serier)
    assert serier[0] > 0
    assert [klipp(fil, "0A", 2025)[0]["kvartal"] for fil in filer] == ["1", "2", "3", " "]


def test_population_is_json_stat_with_one_withheld_cell(leveranser):
    tabell = json.loads((leveranser / "felles" / "ssb_11805_befolkning.json").read_text(encoding="utf-8"))
    antall, holdt_tilbake = tabell["value"], [int(nr) for nr in tabell["status"]]
    assert tabell["size"] == [5, 106, 1, 5]
    assert len(antall) == 5 * 106 * 5
    assert [nr for nr, verdi in enumerate(antall) if verdi is None] == holdt_tilbake
    assert set(tabell["status"].values()) == {":"}
    forste_kommune = np.array(antall[: 106 * 5]).reshape(106, 5)
    assert forste_kommune[:, 0].sum() == 34_000
    assert forste_kommune[:, 4].sum() > 34_000
    assert list(tabell["dimension"]["KOKkommuneregion0000"]["category"]["index"]) == [
        kommune.kommunenummer for kommune in FJORDREGIONEN
    ]


def test_configuration_lists_the_municipalities(leveranser):
    konfig = yaml.safe_load((leveranser / "konfig" / "kommuner.yml").read_text(encoding="utf-8"))
    assert [rad["kommunenummer"] for rad in konfig["kommuner"]] == [k.kommunenummer for k in FJORDREGIONEN]
    assert {tuple(rad) for rad in konfig["kommuner"]} == {("kommunenummer", "navn", "fagsystem", "instans")}


def test_flaws_lie_where_they_are_announced(leveranser):
    poster = klipp(sti(leveranser, FEIL_KOMMUNE, FEIL_AAR, "Sosial"), "11F", FEIL_AAR)
    assert {nr for nr, post in enumerate(poster, 1) if post["BIDRAG"] == "0012O00"} == {2, 5}
    assert {nr for nr, post in enumerate(poster, 1) if post["VEDTAKDATO"] == "991322"} == {8}


def test_year_without_a_layout_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"Ingen kjent oppbygging av 11F for 2019\."):
        lag_leveranser(tmp_path, FJORDREGIONEN, (2019, 2022), 1)


@pytest.mark.parametrize("aar", [2023, 2025])
def test_large_file_is_split_evenly_without_losing_a_record(tmp_path, aar):
    nummer = oppdiktede_kommunenummer(7)
    filer = lag_11f(tmp_path / "mange", 1000, aar, nummer, 1)
    (en,) = lag_11f(tmp_path / "en.dat", 1000, aar, "9001", 1)
    poster = [post for fil in filer for post in klipp(fil, "11F", aar)]
    assert len({post["PERSON_FODSELSNR"] for post in poster if post["PERSON_FODSELSNR"].strip()}) > 950
    assert {len(klipp(fil, "11F", aar)) for fil in filer} == {142, 143}
    assert len(poster) == len(klipp(en, "11F", aar)) == 1000
    for nr, fil in zip(nummer, filer, strict=True):
        for post in klipp(fil, "11F", aar):
            assert brutte_regler_11f({**post, "kommune": nr, "aar": aar}) == []


def test_every_level_names_its_source_once():
    rader = read_seed("demo_nivaa")
    assert len({rad["parameter"] for rad in rader}) == len(rader)
    assert [rad["parameter"] for rad in rader if len(rad["kilde"]) < 15] == []
