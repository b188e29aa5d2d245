"""The documentation is true: what it links to, names and promises is there."""

import csv
import re
from pathlib import Path

import pytest
import typer.main
import yaml

from dagster_project import cli
from dagster_project.bygg import KONTRAKT_VERSJON
from dagster_project.kostra.layout import find_layout, kjente_aar, layouts
from dagster_project.kvalitet.suiter import suiter

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
KONTRAKT = ROOT / "docs" / "bi_kontrakt.md"
DRIFT = ROOT / "docs" / "drift.md"
MARTS = ROOT / "dbt_project" / "models" / "marts" / "bi"
SIDER = [README, *sorted((ROOT / "docs").rglob("*.md"))]

LENKE = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
KODE = re.compile(r"`([^`\n]+)`")
KODEBLOKK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
STI = re.compile(r"(?:seeds|docs|expectations|dagster_project|dbt_project|tests|bench|\.ci)/[\w./*-]*")
KOMMANDO = re.compile(r"\bstonad +([a-z]+)(.*)")
VALG = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
ANDRES_KOMMANDO = re.compile(r"^soffice .*$", re.MULTILINE)


def les(side: Path) -> str:
    return side.read_text(encoding="utf-8")


def navn(side: Path) -> str:
    return side.relative_to(ROOT).as_posix()


def kodebiter(side: Path) -> list[str]:
    """Return what stands as code: each inline piece, and each line of the blocks."""
    tekst = les(side)
    blokker = [linje for blokk in KODEBLOKK.findall(tekst) for linje in blokk.splitlines()[1:-1]]
    return blokker + KODE.findall(KODEBLOKK.sub("", tekst))


def kommandoer() -> dict[str, set[str]]:
    """Return the options of each command of the command line."""
    app = typer.main.get_command(cli.app)
    funnet = {}
    for navn, item in app.commands.items():
        for kommando, del_ in (
            [(f"{navn} {under}", ett) for under, ett in item.commands.items()]
            if hasattr(item, "commands")
            else [(navn, item)]
        ):
            funnet[kommando] = {valg for parameter in del_.params for valg in parameter.opts if valg.startswith("--")}
    return funnet


def tabellrader(tekst: str) -> list[list[str]]:
    """Return the cells of every row of the Markdown tables in a text, without headings and rules."""
    rader = []
    linjer = tekst.splitlines()
    for nummer, linje in enumerate(linjer):
        neste = linjer[nummer + 1] if nummer + 1 < len(linjer) else ""
        if linje.startswith("|") and not linje.startswith("| -") and not neste.startswith("| -"):
            rader.append([celle.strip() for celle in linje.strip("|").split("|")])
    return rader


def avsnitt(tekst: str, overskrift: str) -> str:
    """Return the text under a heading, up to the next heading of any level."""
    _, _, resten = tekst.partition(f"{overskrift}\n")
    assert resten, f"{overskrift} mangler"
    return re.split(r"^#+ ", resten, maxsplit=1, flags=re.MULTILINE)[0]


def ankere(side: Path) -> set[str]:
    overskrifter = re.findall(r"^#+ (.+)$", les(side), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", tekst.lower()).replace(" ", "-") for tekst in overskrifter}


@pytest.mark.parametrize("side", SIDER, ids=navn)
def test_every_link_leads_somewhere(side: Path) -> None:
    dode = []
    for lenke in LENKE.findall(KODEBLOKK.sub("", les(side))):
        if lenke.startswith("https://"):
            continue
        sti, _, anker = lenke.partition("#")
        maal = (side.parent / sti).resolve() if sti else side
        if not maal.is_relative_to(ROOT) or not maal.exists() or (anker and anker not in ankere(maal)):
            dode.append(lenke)
    assert dode == []


@pytest.mark.parametrize("side", SIDER, ids=navn)
def test_every_file_named_exists(side: Path) -> None:
    borte = []
    for bit in kodebiter(side):
        for sti in STI.findall(bit):
            # A name with a place to fill in is a pattern for what is to be made.
            if "<" not in bit and not (list(ROOT.glob(sti.rstrip("/"))) if "*" in sti else (ROOT / sti).exists()):
                borte.append(sti)
    assert borte == []


def test_readme_tells_of_nothing_outside_the_repository() -> None:
    tekst = les(README)
    assert re.findall(r"(?<![\w.)}>`*])/(?:[a-z]+/)+\w*", tekst) == []
    assert re.findall(r"\.\./|~/|https?://", tekst) == []


@pytest.mark.parametrize("side", SIDER, ids=navn)
def test_every_command_and_option_exists(side: Path) -> None:
    kjente = kommandoer()
    alle_valg = set.union(*kjente.values())
    feil = []
    for bit in (ANDRES_KOMMANDO.sub("", ett) for ett in kodebiter(side)):
        feil += [f"{valg} finnes ikke" for valg in VALG.findall(bit) if valg not in alle_valg]
        for ord_, resten in KOMMANDO.findall(bit):
            # A command of a group has two words.
            to_ord = " ".join([ord_, *resten.split()[:1]])
            kommando = to_ord if to_ord in kjente else ord_
            if kommando not in kjente:
                feil.append(f"stonad {kommando} finnes ikke")
            else:
                feil += [f"{kommando} har ikke {valg}" for valg in VALG.findall(resten) if valg not in kjente[kommando]]
    assert feil == []


def test_readme_lists_every_command_with_its_options() -> None:
    listet = {
        treff[1]: set(VALG.findall(rad[2]))
        for rad in tabellrader(avsnitt(les(README), "## Commands"))
        if (treff := re.fullmatch(r"`stonad ([a-z ]+)`", rad[0]))
    }
    assert listet == kommandoer()


@pytest.mark.parametrize(
    ("side", "overskrift"), [(README, "## Commands"), (DRIFT, "## Utgangskoder")], ids=["README", "drift"]
)
def test_exit_codes_are_those_of_the_program(side: Path, overskrift: str) -> None:
    koder = {int(rad[0]) for rad in tabellrader(avsnitt(les(side), overskrift)) if rad[0].isdigit()}
    assert koder == {cli.OK, cli.MAA_SES_PAA, cli.BRUKSFEIL, cli.FEILET}


@pytest.mark.parametrize("side", SIDER, ids=navn)
def test_every_make_target_exists(side: Path) -> None:
    maal = set(re.findall(r"^([a-z]+):", les(ROOT / "Makefile"), re.MULTILINE))
    nevnt = {treff for bit in kodebiter(side) for treff in re.findall(r"\bmake ([a-z]+)", bit)}
    assert nevnt <= maal


def modeller() -> dict[str, list[tuple[str, str]]]:
    """Return the columns and types dbt holds each published table to, by the name it is published under."""
    tabeller = {}
    for fil in sorted(MARTS.glob("*.yml")):
        for modell in yaml.safe_load(les(fil))["models"]:
            alias = re.search(r"alias='(\w+)'", les(MARTS / f"{modell['name']}.sql"))
            tabeller[alias[1] if alias else modell["name"]] = [
                (kolonne["name"], kolonne["data_type"]) for kolonne in modell["columns"]
            ]
    return tabeller


def test_contract_lists_the_tables_and_columns_that_are_published() -> None:
    tekst = les(KONTRAKT)
    lovet = {
        tabell: [(rad[0].strip("`"), rad[1]) for rad in tabellrader(avsnitt(tekst, f"### `bi.{tabell}`"))]
        for tabell in re.findall(r"^### `bi\.(\w+)`$", tekst, re.MULTILINE)
    }
    assert lovet == modeller()


def test_contract_tells_its_version_and_what_changed() -> None:
    tekst = les(KONTRAKT)
    assert re.findall(r"^Versjon (\S+)$", tekst, re.MULTILINE) == [KONTRAKT_VERSJON]
    assert tabellrader(avsnitt(tekst, "## Endringslogg"))[0][0] == KONTRAKT_VERSJON


def seed(navn_: str) -> list[dict[str, str]]:
    with (ROOT / "seeds" / f"{navn_}.csv").open(encoding="utf-8", newline="") as fil:
        return list(csv.DictReader(fil))


def test_every_cause_of_a_difference_is_explained_as_the_seed_has_it() -> None:
    tekst = les(ROOT / "docs" / "avstemming.md")
    rader = tabellrader(tekst)
    for rad in seed("avstemming_aarsak"):
        assert f"`{rad['fra_kilde']}` til `{rad['til_kilde']}`" in tekst
        assert [f"`{rad['aarsak']}`", rad["navn"], rad["prove"], rad["gjor"] or "–"] in rader
    for rad in seed("avstemming_parameter"):
        assert [f"`{rad['parameter']}`", rad["verdi"].replace(".", ","), rad["betydning"]] in rader


def test_every_expectation_is_explained_as_its_suite_has_it() -> None:
    tekst = les(ROOT / "docs" / "kvalitet.md")
    for suite in suiter():
        assert tabellrader(avsnitt(tekst, f"### {suite.navn}")) == [
            [f"`{ett.id}`", ett.alvor, ett.meta.betyr, ett.tall_fra, ett.gjor("KOMMUNE", "MÅNED")]
            for ett in suite.forventninger
        ]


def test_every_rule_for_deliveries_is_explained() -> None:
    forklart = {rad[0].strip("`") for rad in tabellrader(les(DRIFT)) if rad[0].startswith("`")}
    assert {rad["regel_id"] for rad in seed("leveranseregel")} <= forklart


def test_fields_in_the_glossary_are_official_names() -> None:
    felt = {rad["felt"] for rad in seed("kostra_felt")}
    ukjente = []
    for rad in tabellrader(avsnitt(les(ROOT / "docs" / "glossary.md"), "## The domain")):
        for bit in KODE.findall(rad[3]):
            stamme = bit.removesuffix("…")
            funnet = bit in felt or (stamme != bit and any(ett.startswith(stamme) for ett in felt))
            if not funnet:
                ukjente.append(bit)
    assert ukjente == []


def test_a_term_stands_once_in_the_glossary() -> None:
    termer = [rad[0] for rad in tabellrader(les(ROOT / "docs" / "glossary.md"))]
    assert len(termer) == len(set(termer))


def test_record_lengths_told_are_those_of_the_layouts() -> None:
    tekst = avsnitt(les(ROOT / "docs" / "kilder.md"), "### Postlengde per år")
    fortalt = {rad[0]: [int(celle) for celle in rad[1:]] for rad in tabellrader(tekst)}
    assert fortalt == {
        skjema: [layout.postlengde for aar in kjente_aar(skjema) if (layout := find_layout(skjema, aar))]
        for skjema in {layout.skjema for layout in layouts()}
    }


def test_decisions_are_numbered_one_by_one() -> None:
    filer = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(fil.name[:4]) for fil in filer] == list(range(1, len(filer) + 1))
    for fil in filer:
        tekst = les(fil)
        assert tekst.startswith(f"# {int(fil.name[:4])}. ")
        assert all(f"\n## {del_}\n" in tekst for del_ in ("Context", "Decision", "Consequences"))
