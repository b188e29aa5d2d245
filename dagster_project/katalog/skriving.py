"""Write what follows from the catalogue: the dbt models that count, and the pages in docs/indikatorer/.

The templates use `<< >>` and `<% %>`, so that dbt's own braces pass through as they are.
"""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dagster_project.katalog import maaned
from dagster_project.katalog.definisjoner import (
    GRUPPER,
    KILDETABELL,
    KONSTANT,
    PERSONKILDER,
    TALL,
    UOPPGITT,
    Fordeling,
    Grunntall,
    Indikator,
    Katalog,
)
from dagster_project.kostra.staging import GRAIN, staging_sql

MODELLER = Path("dbt_project/models/intermediate")
STAGING = Path("dbt_project/models/staging/kostra")
SIDER = Path("docs/indikatorer")
MAANEDSSIDE = Path("docs/maanedsindikatorer.md")

KOMMANDO = "python -m dagster_project.katalog skriv"
LINJELENGDE = 110
INNRYKK = " " * 8

ENHETSTEKST = {
    "antall": "antall",
    "prosent": "prosent",
    "maaneder": "måneder",
    "kr": "kroner",
    "per 1000": "per 1000",
}
KONFIDENSTEKST = {
    "S": "S: formelen, eller begge delene av den, er oppgitt av kilden",
    "A": "A: formelen er utledet og bekreftet ved å regne etter på publiserte tall",
    "I": "I: formelen er utledet, ikke bekreftet av kilden",
}


def generer(katalog: Katalog) -> dict[Path, str]:
    """Return the content of every generated file by its path in the repository."""
    return {**_staging(), **_modeller(katalog), **_sider(katalog), **_maanedsside()}


def skriv(katalog: Katalog, rot: Path) -> list[Path]:
    """Bring the generated files under `rot` up to date and return those that were written or removed."""
    endret = finn_avvik(katalog, rot)
    innhold = generer(katalog)
    for sti in endret:
        fil = rot / sti
        if sti in innhold:
            fil.parent.mkdir(parents=True, exist_ok=True)
            fil.write_text(innhold[sti], encoding="utf-8", newline="\n")
        else:
            fil.unlink()
    return endret


def finn_avvik(katalog: Katalog, rot: Path) -> list[Path]:
    """Return the generated files under `rot` that are missing, differ, or whose indicator is gone."""
    innhold = generer(katalog)
    avvik = [sti for sti, tekst in innhold.items() if _les(rot / sti) != tekst]
    til_overs = [fil.relative_to(rot) for fil in sorted((rot / SIDER).glob("*.md"))]
    return avvik + [sti for sti in til_overs if sti not in innhold]


def _les(fil: Path) -> str | None:
    return fil.read_bytes().decode("utf-8") if fil.exists() else None


def _miljo() -> Environment:
    miljo = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "maler"),
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
    miljo.globals.update(
        merke=_merke,
        kolonne=_kolonne,
        personkolonne=_personkolonne,
        typetekst=_typetekst,
        grupper=GRUPPER,
        tabeller=KILDETABELL,
        enhetstekst=ENHETSTEKST,
        konfidens=KONFIDENSTEKST,
        uoppgitt=UOPPGITT,
        konstant=KONSTANT,
    )
    return miljo


def _merke(*seeds: str) -> str:
    filer = ", ".join(f"seeds/{navn}.csv" for navn in seeds)
    return f'Generated from {filer} by "{KOMMANDO}"; change the seed.'


def _kolonne(uttrykk: str, navn: str) -> str:
    """Return one column of a select list, over several lines where one would be too long."""
    linje = f"{uttrykk} as {navn}"
    if len(linje) + len(INNRYKK) < LINJELENGDE:
        return linje
    if uttrykk.startswith("case "):
        delt = uttrykk.removesuffix(" end") + "\nend"
        for ord_ in ("when", "and count(", "then"):
            delt = delt.replace(f" {ord_}", f"\n    {ord_}")
    else:
        delt = _brekk_filter(uttrykk)
    return f"{delt} as {navn}".replace("\n", "\n" + INNRYKK)


def _personkolonne(grunntall: Grunntall) -> str:
    """Return the column of persons behind a figure; where the figure is that count, it is made once."""
    er_antallet = grunntall.personer_uttrykk == grunntall.uttrykk
    uttrykk = f"{grunntall.grunntall_id}_verdi" if er_antallet else grunntall.personer_uttrykk
    return _kolonne(uttrykk, f"{grunntall.grunntall_id}_personer")


def _brekk_filter(uttrykk: str) -> str:
    """Put the condition of `filter (...)` on a line of its own."""
    start = uttrykk.index("filter (") + len("filter (")
    dybde = 1
    slutt = start
    while dybde:
        dybde += {"(": 1, ")": -1}.get(uttrykk[slutt], 0)
        slutt += 1
    return f"{uttrykk[:start]}\n    {uttrykk[start : slutt - 1]}\n){uttrykk[slutt:]}"


def _staging() -> dict[Path, str]:
    return {STAGING / f"stg_kostra__{skjema.lower()}.sql": staging_sql(skjema) for skjema in GRAIN}


def _modeller(katalog: Katalog) -> dict[Path, str]:
    miljo = _miljo()
    innhold = {}
    modeller = []
    for kilde, tabell in KILDETABELL.items():
        modell = f"int_grunntall_{kilde.lower()}"
        modeller.append(modell)
        innhold[f"{modell}.sql"] = miljo.get_template("int_grunntall_kilde.sql.j2").render(
            kilde=kilde,
            tabell=tabell,
            alle=[item for item in katalog.grunntall if item.kilde == kilde],
            har_personer=kilde in PERSONKILDER,
        )
    innhold["int_grunntall.sql"] = miljo.get_template("int_grunntall.sql.j2").render(
        modeller=modeller, konstanter=[item for item in katalog.grunntall if item.kilde == KONSTANT]
    )
    mal = miljo.get_template("int_fordeling_kilde.sql.j2")
    for kilde in PERSONKILDER:
        innhold[f"int_fordeling_{kilde.lower()}.sql"] = mal.render(
            tabell=KILDETABELL[kilde], grupper=_samme_opptelling(katalog, kilde)
        )
    return {MODELLER / navn: tekst for navn, tekst in innhold.items()}


def _samme_opptelling(katalog: Katalog, kilde: str) -> list[list[Fordeling]]:
    """Put distributions that count the same thing together, so that each count is made once."""
    grupper: dict[tuple[str, ...], list[Fordeling]] = {}
    for item in katalog.fordelinger:
        if item.kilde == kilde:
            nokkel = (item.kategori_uttrykk, item.filter, item.verdi_uttrykk, item.personer_uttrykk)
            grupper.setdefault(nokkel, []).append(item)
    return list(grupper.values())


def _sider(katalog: Katalog) -> dict[Path, str]:
    miljo = _miljo()
    mal = miljo.get_template("indikator.md.j2")
    sider = {SIDER / "README.md": miljo.get_template("README.md.j2").render(katalog=katalog)}
    for item in katalog.indikatorer:
        sider[SIDER / f"{item.indikator_id}.md"] = mal.render(
            indikator=item,
            teller=katalog.finn_grunntall(item.teller),
            nevner=katalog.finn_grunntall(item.nevner),
            fordeling=katalog.finn_fordeling(item.indikator_id),
            eksempler=katalog.eksempler_for(item.indikator_id),
            kategorinavn=_kategorinavn(katalog, item),
        )
    return sider


def _maanedsside() -> dict[Path, str]:
    katalog = maaned.les_maanedskatalog()
    miljo = _miljo()
    miljo.globals.update(
        maanedsgrupper=maaned.GRUPPER,
        krever_tekst=maaned.krever_tekst,
        tall={rad["tall_id"]: rad for rad in katalog["maanedstall"]},
        populasjoner=[rad for rad in katalog["kodeliste"] if rad["liste"] == "POPULASJON"],
    )
    return {MAANEDSSIDE: miljo.get_template("maanedsindikatorer.md.j2").render(katalog=katalog)}


def _typetekst(katalog: Katalog, indikator: Indikator) -> str:
    if indikator.type == TALL and katalog.finn_fordeling(indikator.indikator_id):
        return "tall og fordeling"
    return indikator.type


def _kategorinavn(katalog: Katalog, indikator: Indikator) -> dict[str, str]:
    fordeling = katalog.finn_fordeling(indikator.indikator_id)
    if fordeling is None:
        return {}
    return {kode.kode: kode.navn for kode in katalog.koder if kode.liste == fordeling.liste}
