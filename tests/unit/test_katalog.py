import re
from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project.katalog.__main__ import main
from dagster_project.katalog.definisjoner import (
    KILDETABELL,
    SEEDS,
    TALL,
    KatalogFeil,
    bygg_katalog,
    les_katalog,
)
from dagster_project.katalog.skriving import KOMMANDO, MODELLER, SIDER, finn_avvik, generer, skriv
from dagster_project.seeds import ROOT, read_seed
from tests.eksempelkommune import INT_TABLES

INDICATORS = ROOT.parent / "shared" / "fakta" / "INDICATORS.md"

Rader = dict[str, list[dict[str, str]]]
Endring = Callable[[Rader], object]


@pytest.fixture
def rader() -> Rader:
    """The rows of the seeds, copied so that a test may spoil them."""
    return {navn: [dict(rad) for rad in read_seed(navn)] for navn in SEEDS}


def finn(rader: Rader, seed: str, **nokkel: str) -> dict[str, str]:
    return next(rad for rad in rader[seed] if nokkel.items() <= rad.items())


def sett(seed: str, id_: str, **verdier: str) -> Endring:
    nokkel = "grunntall_id" if seed == "grunntall" else "indikator_id"
    return lambda rader: finn(rader, seed, **{nokkel: id_}).update(verdier)


def test_the_catalogue_is_valid() -> None:
    katalog = les_katalog()
    assert len(katalog.indikatorer) > 100
    assert {item.liste for item in katalog.fordelinger} <= {kode.liste for kode in katalog.koder}


@pytest.mark.parametrize(
    ("endring", "melding"),
    [
        (
            sett("indikator", "andel_18_24", nevner="innbyggere_18_25"),
            "indikator andel_18_24: grunntallet «innbyggere_18_25» finnes ikke.",
        ),
        (
            sett("indikator", "ant_tilfeller", teller=""),
            "indikator ant_tilfeller: grunntallet «» finnes ikke.",
        ),
        (
            lambda rader: rader["indikator"].append(rader["indikator"][0]),
            "indikator ant_tilfeller er oppført 2 ganger.",
        ),
        (
            lambda rader: rader["grunntall"].append(rader["grunntall"][0]),
            "grunntall mottakere er oppført 2 ganger.",
        ),
        (
            sett("indikator", "ant_barn", indikator_id="ant-barn"),
            "indikator «ant-barn»: id-en skal ha små bokstaver, sifre og understrek.",
        ),
        (
            sett("indikator", "ant_barn", gyldig_fra_aar="i fjor"),
            "indikator ant_barn: gyldig_fra_aar er «i fjor», skal være et helt tall.",
        ),
        (
            sett("indikator", "ant_barn", gyldig_til_aar="2021"),
            "indikator ant_barn: gyldig_til_aar 2021 er før gyldig_fra_aar 2022.",
        ),
        (
            sett("indikator", "ant_barn", desimaler="-1"),
            "indikator ant_barn: desimaler er «-1», skal være et helt tall.",
        ),
        (
            sett("indikator", "ant_barn", faktor="100"),
            "indikator ant_barn: faktor skal være 1 når indikatoren ikke har nevner.",
        ),
        (
            sett("indikator", "andel_18_24", faktor="0"),
            "indikator andel_18_24: faktor skal være 1 eller mer.",
        ),
        (
            sett("indikator", "ant_barn", gruppe="barn"),
            "indikator ant_barn: gruppe «barn» er ikke blant mottakere, befolkning, stonadslengde, "
            "livssituasjon, familie, belop, vilkaar, kvp, regnskap.",
        ),
        (
            sett("indikator", "ant_barn", konfidens="?"),
            "indikator ant_barn: konfidens «?» er ikke blant S, A, I.",
        ),
        (
            sett("indikator", "ant_barn", enhet="barn"),
            "indikator ant_barn: enhet «barn» er ikke blant antall, prosent, maaneder, kr, per 1000.",
        ),
        (
            sett("indikator", "ant_barn", formel=""),
            "indikator ant_barn: formel må fylles ut.",
        ),
        (
            sett("indikator", "andel_18_24", nevner_tekst=""),
            "indikator andel_18_24: nevner og nevner_tekst skal enten begge fylles ut eller begge være tomme.",
        ),
        (
            sett("indikator", "andel_18_24", kilde="KOSTRA 11F"),
            "indikator andel_18_24: kilde er «KOSTRA 11F», men teller og nevner kommer fra KOSTRA 11F; SSB 11805.",
        ),
        (
            sett("indikator", "mottakere_vklo", teller="mottakere"),
            "indikator mottakere_vklo: teller og nevner til en fordeling står i seeds/fordeling.csv, ikke her.",
        ),
        (
            lambda rader: rader["fordeling"].remove(finn(rader, "fordeling", indikator_id="mottakere_vklo")),
            "indikator mottakere_vklo er en fordeling, men mangler i seeds/fordeling.csv.",
        ),
        (
            lambda rader: rader["indikator"].remove(finn(rader, "indikator", indikator_id="mottakere_vklo")),
            "fordeling mottakere_vklo mangler i seeds/indikator.csv.",
        ),
        (
            sett("indikator_ikke_mulig", "aarsverk_sos", indikator_id="ant_barn"),
            "indikator ant_barn er også oppført som ikke mulig.",
        ),
        (
            sett("grunntall", "barn", kilde="11G"),
            "grunntall barn: kilde «11G» er ikke blant 11F, 11CF, 0A, befolkning, konstant.",
        ),
        (
            sett("grunntall", "barn", personer_uttrykk=""),
            "grunntall barn: personer_uttrykk skal fylles ut når kilden er 11F.",
        ),
        (
            sett("grunntall", "netto_281", personer_uttrykk="count(*)"),
            "grunntall netto_281: personer_uttrykk skal være tomt når kilden er 0A.",
        ),
        (
            sett("grunntall", "mottakere", uttrykk="count(*)"),
            "grunntall mottakere: bruk count(linje) i stedet for count(*) uten filter, ellers telles tomme skjema.",
        ),
        (
            sett("grunntall", "barn", uttrykk=""),
            "grunntall barn: uttrykk og tekst må fylles ut.",
        ),
        (
            lambda rader: rader["grunntall"].append({**rader["grunntall"][0], "grunntall_id": "til_overs"}),
            "grunntall til_overs brukes ikke av noen indikator.",
        ),
        (
            sett("fordeling", "mottakere_vklo", liste="VKLOO"),
            "fordeling mottakere_vklo: kodelisten «VKLOO» finnes ikke.",
        ),
        (
            sett("fordeling", "mottakere_vklo", nevner="mottakerne"),
            "fordeling mottakere_vklo: nevneren «mottakerne» finnes ikke blant grunntallene.",
        ),
        (
            sett("fordeling", "mottakere_per_1000_alder", nevner="folk_{kategori}"),
            "fordeling mottakere_per_1000_alder: nevneren «folk_{kategori}» finnes ikke blant grunntallene.",
        ),
        (
            sett("fordeling", "mottakere_vklo", kilde="0A"),
            "fordeling mottakere_vklo: kilde «0A» er ikke blant 11F, 11CF.",
        ),
        (
            sett("fordeling", "mottakere_vklo", flere_per_person=""),
            "fordeling mottakere_vklo: flere_per_person «» er ikke blant ja, nei.",
        ),
        (
            sett("fordeling", "mottakere_vklo", verdi_uttrykk=""),
            "fordeling mottakere_vklo: verdi_uttrykk må fylles ut.",
        ),
        (
            lambda rader: finn(rader, "kodeliste", liste="VKLO", kode="3").update(gyldig_til_aar="2024"),
            "kodeliste VKLO, kode 3 gjelder to ganger i 2024.",
        ),
        (
            lambda rader: finn(rader, "kodeliste", liste="VKLO", kode="4").update(gyldig_fra_aar=""),
            "kodeliste VKLO, kode 4: gyldig_fra_aar er «», skal være et helt tall.",
        ),
        (
            lambda rader: finn(rader, "kodeliste", liste="VKLO", kode="4").update(kode="ukjent"),
            "kodeliste VKLO: koden ukjent er forbeholdt koder som ikke står i listen.",
        ),
        (
            lambda rader: rader["indikator_eksempel"].remove(
                finn(rader, "indikator_eksempel", indikator_id="ant_barn")
            ),
            "indikator ant_barn mangler eksempel.",
        ),
        (
            lambda rader: rader["indikator_eksempel"].remove(
                finn(rader, "indikator_eksempel", indikator_id="kvp_med_soshj", kategori_kode="8")
            ),
            "fordeling kvp_med_soshj mangler eksempel på en kategori.",
        ),
        (
            lambda rader: rader["indikator_eksempel"].append(rader["indikator_eksempel"][0]),
            "eksempel for ant_tilfeller er oppført 2 ganger.",
        ),
        (
            sett("indikator_eksempel", "ant_barn", verdi="6,0"),
            "eksempel for ant_barn: verdi er «6,0», skal være et tall med desimalpunktum.",
        ),
        (
            sett("indikator_eksempel", "ant_barn", utregning=""),
            "eksempel for ant_barn: utregning må fylles ut.",
        ),
        (
            sett("indikator_eksempel", "ant_barn", kategori_kode="1"),
            "eksempel for ant_barn: indikatoren har ingen fordeling.",
        ),
        (
            sett("indikator_eksempel", "mottakere_vklo", kategori_kode="10"),
            "eksempel for mottakere_vklo: kategorien «10» står ikke i VKLO.",
        ),
        (
            sett("indikator_eksempel", "ant_barn", indikator_id="ant_unger"),
            "eksempel for ant_unger: indikatoren finnes ikke.",
        ),
    ],
)
def test_fault_is_found_and_told(rader: Rader, endring: Endring, melding: str) -> None:
    endring(rader)
    with pytest.raises(KatalogFeil) as feil:
        bygg_katalog(rader)
    assert melding in feil.value.feil


def test_all_faults_are_told_at_once(rader: Rader) -> None:
    sett("indikator", "ant_tilfeller", enhet="stk", desimaler="x")(rader)
    sett("fordeling", "mottakere_vklo", liste="V")(rader)
    with pytest.raises(KatalogFeil) as feil:
        bygg_katalog(rader)
    assert len(feil.value.feil) >= 3
    assert all(linje in str(feil.value) for linje in feil.value.feil)


def test_row_with_a_comma_outside_quotes_is_found(rader: Rader) -> None:
    rader["indikator"][3][None] = ["resten av merknaden"]
    with pytest.raises(KatalogFeil, match=r"seeds/indikator\.csv, linje 5: raden har ikke kolonnene"):
        bygg_katalog(rader)


def test_row_that_is_too_short_is_found(rader: Rader) -> None:
    rader["fordeling"][0]["merknad"] = None
    with pytest.raises(KatalogFeil, match=r"seeds/fordeling\.csv, linje 2"):
        bygg_katalog(rader)


def test_same_code_may_change_its_wording(rader: Rader) -> None:
    katalog = bygg_katalog(rader)

    def navn(aar: int) -> list[str]:
        return [kode.navn for kode in katalog.kategorier("VKLO", aar) if kode.kode == "3"]

    assert (navn(2023), navn(2024)) == (["Trygd/pensjon"], ["Trygd/stønad"])


def test_generated_files_are_up_to_date() -> None:
    assert finn_avvik(les_katalog(), ROOT) == [], f"Kjør «{KOMMANDO}»."


def test_every_generated_file_says_where_it_comes_from() -> None:
    for sti, tekst in generer(les_katalog()).items():
        assert "Generated from seeds/" in tekst.splitlines()[0], sti


def test_every_indicator_has_a_page() -> None:
    katalog = les_katalog()
    sider = {sti.stem for sti in generer(katalog) if sti.parent == SIDER}
    assert sider == {item.indikator_id for item in katalog.indikatorer} | {"README"}


def test_page_shows_formula_sql_and_example() -> None:
    side = generer(les_katalog())[SIDER / "andel_18_24.md"]
    assert "Antall mottakere 18–24 år / antall innbyggere 18–24 år × 100" in side
    assert "count(*) filter (where alder between 18 and 24)" in side
    assert "100 × 2 / 80 = 2,5" in side


def test_what_cannot_be_given_is_told_in_the_index() -> None:
    assert "`stonad_fastpris`" in generer(les_katalog())[SIDER / "README.md"]


def test_writing_twice_changes_nothing(tmp_path: Path) -> None:
    katalog = les_katalog()
    assert set(skriv(katalog, tmp_path)) == set(generer(katalog))
    assert skriv(katalog, tmp_path) == []


def test_changed_missing_and_left_over_files_are_found(tmp_path: Path) -> None:
    katalog = les_katalog()
    skriv(katalog, tmp_path)
    endret = MODELLER / "int_grunntall.sql"
    (tmp_path / endret).write_text("select 1", encoding="utf-8")
    (tmp_path / SIDER / "ant_barn.md").unlink()
    (tmp_path / SIDER / "ant_hunder.md").write_text("# Hunder", encoding="utf-8")
    assert set(finn_avvik(katalog, tmp_path)) == {endret, SIDER / "ant_barn.md", SIDER / "ant_hunder.md"}
    skriv(katalog, tmp_path)
    assert finn_avvik(katalog, tmp_path) == []


def test_command_line_names_the_files_that_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dagster_project.katalog.__main__.ROOT", tmp_path)
    assert main(["sjekk"]) == 1
    assert "docs/indikatorer/ant_barn.md" in capsys.readouterr().err
    assert main(["skriv"]) == 0
    assert main(["sjekk"]) == 0
    assert main(["skrive"]) == 2


def test_models_read_only_what_the_tables_have() -> None:
    """Every source table of the catalogue is one the tests build, so that no expression goes untried."""
    assert set(KILDETABELL.values()) <= set(INT_TABLES)


def test_counts_that_share_a_query_are_made_once() -> None:
    sql = generer(les_katalog())[MODELLER / "int_fordeling_11f.sql"]
    assert sql.count("unnest(maaneder)") == 1
    assert "'mottakere_i_maaned_k' as indikator_id" in sql
    assert "'sosialhjelpsprosent_mnd' as indikator_id" in sql


def test_every_known_indicator_is_declared_or_listed_as_not_possible() -> None:
    if not INDICATORS.exists():
        pytest.skip("shared data missing: fakta/INDICATORS.md")
    kjente = _ids_of_indicators_md(INDICATORS.read_text(encoding="utf-8"))
    katalog = les_katalog()
    erklaert = {item.indikator_id for item in katalog.indikatorer}
    umulige = {item.indikator_id for item in katalog.ikke_mulige}
    andre = {item.indikator_id for item in katalog.i_andre_tabeller}
    assert kjente - erklaert - umulige - andre == set()
    # Its formula stands in the table, in the row of kvp_stonad_sum, without an id of its own.
    assert (erklaert | umulige | andre) - kjente == {"kvp_stonad_per_deltaker"}


def test_confidence_is_never_better_than_the_source_says() -> None:
    if not INDICATORS.exists():
        pytest.skip("shared data missing: fakta/INDICATORS.md")
    utledet = {
        indikator_id
        for linje in INDICATORS.read_text(encoding="utf-8").splitlines()
        if linje.startswith("| ") and linje.rstrip().endswith("| I |")
        for indikator_id in re.findall(r"`([a-z_0-9]+)`", linje.split("|")[2])
    }
    oppgitt = {item.indikator_id: item.konfidens for item in les_katalog().indikatorer}
    assert {navn for navn in utledet & oppgitt.keys() if oppgitt[navn] != "I"} == set()


def test_derived_formula_says_so_to_the_reader() -> None:
    uten = [
        item.indikator_id
        for item in les_katalog().indikatorer
        if item.konfidens == "I" and "utledet" not in item.merknad
    ]
    assert uten == []


def test_account_figures_name_their_functions() -> None:
    uten = [
        item.indikator_id
        for item in les_katalog().indikatorer
        if item.type == TALL and item.gruppe == "regnskap" and not re.search(r"[Ff]unksjon \d{3}", item.merknad)
    ]
    assert uten == []


def _ids_of_indicators_md(tekst: str) -> set[str]:
    """Return the ids in the second column of sections 1, 2 and 3.4, with shorthands written out."""
    deler = dict(re.findall(r"^##+ ([\d.]+) [^\n]*\n(.*?)(?=^##|\Z)", tekst, re.M | re.S))
    ider = set()
    for del_ in ("1.", "2.", "3.4"):
        for linje in deler[del_].splitlines():
            celler = linje.split("|")
            if len(celler) < 4:
                continue
            funnet = re.findall(r"`([^`]+)`", celler[2])
            # `..._20_66` repeats the id before it with another age group.
            ider |= {navn.replace("...", funnet[0].removesuffix("_18_66")) for navn in funnet}
    return ider | ({"andel_netto_242", "andel_netto_243"} if "`andel_netto_281` etc." in tekst else set())
