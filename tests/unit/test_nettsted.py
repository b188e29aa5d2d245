"""The site: what the pages say, that they hold together, ask nobody for anything, and are replaced as a whole."""

import json
import re
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest
import typer

from dagster_project import cli
from dagster_project.feil import Brukerfeil, Kjoringsfeil
from dagster_project.kjoring import Sammendrag
from dagster_project.las import hold
from dagster_project.nettsted import bygg, dokument, rapporter, sider
from dagster_project.nettsted.bygg import MERKE, UTGAVER, bygg_nettsted, er_oppdatert
from dagster_project.nettsted.dokumentasjon import lag_dokumentasjon, trim
from dagster_project.rapport.tall import Publisert
from dagster_project.seeds import read_seed
from tests import nettstedprove
from tests.rapportbase import ANNEN, NUMMER

MAANEDER = [f"rapport_{NUMMER}_2026-{maaned:02}" for maaned in range(nettstedprove.FORSTE, nettstedprove.SISTE + 1)]
UTENFRA = re.compile(
    r"""(?:src|href)=["']?(?:https?:)?//|url\(["']?(?!["']?(?:data:|#))|@import|fetch\(|XMLHttpRequest"""
)
MASKINSTI = re.compile(r"(?:^|[\s\"'(=])/(?:work|root|tmp|home|Users)/")
PERSONNUMMER = re.compile(r"\b\d{11}\b")


@pytest.fixture(scope="module")
def mappe(tmp_path_factory):
    mappe = nettstedprove.lag_mappe(tmp_path_factory.mktemp("nettsted"))
    bygg_nettsted(mappe, prosesser=1)
    return mappe


@pytest.fixture(scope="module")
def sted(mappe):
    return mappe.nettsted.resolve()


@pytest.fixture(scope="module")
def forside(sted):
    return (sted / "index.html").read_text(encoding="utf-8").replace("&nbsp;", " ").replace("\xa0", " ")


def test_every_month_has_a_report_and_the_newest_a_pdf_and_a_workbook(sted):
    assert sorted(fil.name for fil in (sted / "rapporter").iterdir()) == sorted(
        [f"kommune_{NUMMER}.html", *(f"{navn}.html" for navn in MAANEDER), f"{MAANEDER[-1]}.pdf"]
    )
    assert [fil.name for fil in (sted / "arbeidsbok").iterdir()] == [f"arbeidsbok_{NUMMER}.xlsx"]
    assert (sted / "rapporter" / f"{MAANEDER[-1]}.pdf").read_bytes().startswith(b"%PDF")


def test_reports_share_their_files_and_lead_to_their_neighbours(sted):
    forste, midt, siste = (nettstedprove.Side(sted / "rapporter" / f"{MAANEDER[nummer]}.html") for nummer in (0, 1, -1))
    assert {"../felles/rapport.css", "../felles/rapport.js", "../felles/vega.js"} <= set(midt.lastet)
    assert midt.lenker[:5] == [
        "#innhold",
        "../index.html",
        f"kommune_{NUMMER}.html",
        f"{MAANEDER[0]}.html",
        f"{MAANEDER[2]}.html",
    ]
    assert f"{MAANEDER[1]}.html" in forste.lenker
    assert not [lenke for lenke in forste.lenker if lenke.endswith(".pdf")]
    assert f"{MAANEDER[-1]}.pdf" in siste.lenker


def test_every_link_and_anchor_leads_somewhere(sted):
    assert len(nettstedprove.sider(sted)) > 20
    assert nettstedprove.brutte_lenker(sted) == []


def test_a_broken_link_is_seen(tmp_path):
    (tmp_path / "a.html").write_text('<a href="b.html">x</a><a href="#y">x</a><a href="#z">x</a><p id="z"></p>')
    assert nettstedprove.brutte_lenker(tmp_path) == ["a.html: b.html", "a.html: #y"]


def test_ids_are_unique_and_pages_are_norwegian(sted):
    for fil, side in nettstedprove.sider(sted).items():
        assert len(side.ider) == len(set(side.ider)), fil.name
        assert side.spraak == "nb", fil.name


def test_nothing_outside_is_loaded(sted):
    for fil, side in nettstedprove.sider(sted).items():
        for adresse in side.lastet:
            assert adresse.startswith("data:") or (fil.parent / adresse).is_file(), (fil.name, adresse)
    for fil in (*sted.rglob("*.css"), sted / "felles" / "nettsted.js", sted / "felles" / "rapport.js"):
        assert not UTENFRA.search(fil.read_text(encoding="utf-8")), fil.name
    assert UTENFRA.search('<script src="https://x.no/a.js">')
    assert UTENFRA.search("<img src=//x.no/a.png>")


def test_no_page_names_a_machine_or_a_person(sted):
    sett = 0
    for fil in sted.rglob("*.html"):
        tekst = fil.read_text(encoding="utf-8")
        if fil.parent.name == "dokumentasjon":
            # The program itself has long numbers in it; what is ours is the manifest.
            fra = tekst.index('{"child_map"')
            tekst = tekst[fra : fra + json.JSONDecoder().raw_decode(tekst[fra:])[1]]
        sett += 1
        assert not MASKINSTI.search(tekst), fil.name
        assert not PERSONNUMMER.search(tekst), fil.name
    assert sett > 20


def test_front_page_says_how_it_stands(forside):
    assert "2. november 2026 kl. 07.00" in forside
    assert "Kontrakt 1.2.0" in forside
    assert '<strong>2</strong>\n<span class="endring">1 avvist</span>' in forside
    assert "<strong>6</strong>" in forside
    assert "I juli 2026 er &lt;mye&gt; uforklart." in forside
    assert "Annenby" in forside
    assert "Ingen måneder ennå" in forside


def test_findings_are_counted_open_by_severity_and_of_the_newest_month(mappe):
    publisert = Publisert(mappe.publisert / "stonad.duckdb")
    en, annen = sider.kommuner(publisert)
    assert (en.funn["FEIL"], en.funn["ADVARSEL"], en.funn["kvittert"]) == (2, 1, 1)
    assert (en.siste_funn["FEIL"], en.siste_funn["ADVARSEL"], en.siste_funn["kvittert"]) == (1, 1, 1)
    assert en.siste == date(2026, nettstedprove.SISTE, 1)
    assert annen.nummer == ANNEN
    assert annen.siste is None
    assert not annen.funn


@pytest.mark.parametrize(("status", "synlig"), [("failure", True), ("success", False)])
def test_a_failed_run_is_told(mappe, tmp_path, status, synlig):
    publisert = Publisert(mappe.publisert / "stonad.duckdb")
    siste = sider.SisteKjoring(datetime(2026, 11, 3, 6), status)
    (tmp_path / "felles").mkdir()
    sider.skriv_sider(tmp_path, publisert, sider.les_utgave(mappe.publisert / "stonad.duckdb"), siste, False)
    tekst = (tmp_path / "index.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert ("Kjøringen som begynte 3. november 2026 kl. 07.00, feilet." in tekst) is synlig
    assert 'href="kvalitet.html"' not in tekst


def test_catalogue_has_every_definition_with_formula_source_and_decimals(sted):
    side = nettstedprove.Side(sted / "indikatorer.html")
    assert {"m-mottakere", "k-andel_innb"} <= set(side.ider)
    assert {f"l-{rad['definisjon']}" for rad in read_seed("stonadslengde_definisjon")} <= set(side.ider)
    for ord_ in ("Formel", "Teller / nevner", "Kilde", "Prøven", "Desimaler når det vises"):
        assert ord_ in side.tekst


def test_filter_is_hidden_until_a_script_shows_it(sted):
    assert re.search(r'<form class="filter"[^>]* hidden>', (sted / "indikatorer.html").read_text(encoding="utf-8"))


def test_quality_page_leads_home(sted):
    assert "index.html" in nettstedprove.Side(sted / "kvalitet.html").lenker


def test_guides_are_pages_that_lead_to_each_other():
    sider_ = {en.fil: en for en in dokument.les_dokumenter()}
    assert 'href="kontrakt.html"' in sider_["bi.md"].html
    assert 'href="#prøvd"' in sider_["bi.md"].html
    assert "<h1" not in sider_["bi.md"].html
    assert all(".md" not in lenke for en in sider_.values() for lenke in re.findall(r'href="([^"]*)"', en.html))
    assert sider_["glossary.md"].spraak == "en"
    assert len({en.side for en in sider_.values()}) == len(sider_)


def test_two_processes_make_the_same_as_one(mappe, sted, tmp_path):
    publisert = Publisert(mappe.publisert / "stonad.duckdb")
    for del_ in (rapporter.RAPPORTER, rapporter.ARBEIDSBOK):
        (tmp_path / del_).mkdir()
    for _ in rapporter.start_rapporter(mappe.publisert / "stonad.duckdb", publisert, tmp_path, 2):
        pass
    laget = {fil.relative_to(tmp_path): fil.read_bytes() for fil in tmp_path.rglob("*.*")}
    assert len(laget) == len(MAANEDER) + 2
    for sti, innhold in laget.items():
        assert innhold == (sted / sti).read_bytes(), sti


def test_manifest_on_the_site_has_no_machine_time_or_test_data():
    node = {"root_path": "/her", "created_at": 1, "raw_code": "select 1", "columns": {}, "package_name": "dbt"}
    manifest = {
        "metadata": {
            "dbt_schema_version": "v",
            "dbt_version": "1",
            "project_name": "p",
            "adapter_type": "a",
            "env": {},
        },
        "nodes": {"model.a": node},
        "sources": {"source.a": node},
        "macros": {"macro.dbt.a": node | {"macro_sql": "x"}},
        "docs": {"doc.dbt.__overview__": {"name": "__overview__", "block_contents": "English"}},
        "unit_tests": {"a": {"given": [{"rows": [1]}]}},
        "disabled": {"a": []},
        "parent_map": {},
    }
    trimmet = trim(manifest)
    assert "/her" not in str(trimmet)
    assert trimmet["nodes"]["model.a"] == {"raw_code": "select 1", "columns": {}, "package_name": "dbt"}
    assert trimmet["macros"]["macro.dbt.a"]["macro_sql"] == ""
    assert trimmet["unit_tests"] == trimmet["disabled"] == {}
    assert trimmet["metadata"]["send_anonymous_usage_stats"] is False
    assert "Dokumentasjon" in trimmet["docs"]["doc.dbt.__overview__"]["block_contents"]


def test_documentation_is_the_same_each_time_and_has_the_tables():
    side = lag_dokumentasjon()
    assert side == lag_dokumentasjon()
    assert '"model.stonadsvarehuset.ind_kostra"' in side
    assert "cloudfront" not in side
    assert "INLINE DATA" not in side


def test_site_is_replaced_whole_and_the_last_version_is_kept(tmp_path, monkeypatch):
    mappe = nettstedprove.lag_mappe(tmp_path / "m")
    utgaver = mappe.publisert / UTGAVER
    monkeypatch.setattr(bygg, "_skriv", lambda mappe, sted, prosesser: (sted.mkdir(), (sted / "index.html").touch()))
    maal = []
    for _ in range(3):
        assert bygg_nettsted(mappe).is_file()
        maal.append(mappe.nettsted.resolve())
    assert len(set(maal)) == 3
    assert sorted(sti for sti in utgaver.iterdir() if sti.is_dir()) == sorted(maal[1:])


def test_a_failed_building_leaves_the_last_site_and_nothing_else(tmp_path, monkeypatch):
    mappe = nettstedprove.lag_mappe(tmp_path / "m")
    monkeypatch.setattr(bygg, "_skriv", lambda mappe, sted, prosesser: (sted.mkdir(), (sted / "index.html").touch()))
    bygg_nettsted(mappe)
    staar = mappe.nettsted.resolve()

    def feil(mappe, sted, prosesser):
        sted.mkdir()
        (sted / "index.html").write_text("halvt")
        raise OSError("disken er full ved 01829912345")

    monkeypatch.setattr(bygg, "_skriv", feil)
    with pytest.raises(Kjoringsfeil, match="Det forrige står urørt") as fanget:
        bygg_nettsted(mappe)
    assert "01829912345" not in str(fanget.value)
    assert mappe.nettsted.resolve() == staar
    assert [sti for sti in (mappe.publisert / UTGAVER).iterdir() if sti.is_dir()] == [staar]


def test_leftovers_of_a_building_that_was_cut_off_are_removed(tmp_path, monkeypatch):
    mappe = nettstedprove.lag_mappe(tmp_path / "m")
    rest = mappe.publisert / UTGAVER / ".bygges-x"
    rest.mkdir(parents=True)
    monkeypatch.setattr(bygg, "_skriv", lambda mappe, sted, prosesser: sted.mkdir())
    bygg_nettsted(mappe)
    assert not rest.exists()


def test_two_do_not_build_at_once(tmp_path):
    mappe = nettstedprove.lag_mappe(tmp_path / "m")
    las = mappe.publisert / UTGAVER / ".las"
    kode = (
        "import sys; from pathlib import Path; from dagster_project.settings import Mappe\n"
        "from dagster_project.feil import Brukerfeil; from dagster_project.nettsted.bygg import bygg_nettsted\n"
        "try: bygg_nettsted(Mappe(Path(sys.argv[1])))\n"
        "except Brukerfeil as feil: print(feil)"
    )
    with hold(las, "opptatt"):
        svar = subprocess.run([sys.executable, "-c", kode, mappe.rot], capture_output=True, text=True, check=True)
    assert "bygges alt" in svar.stdout


def test_nothing_published_is_told(tmp_path):
    with pytest.raises(Brukerfeil, match="Ingenting er publisert"):
        bygg_nettsted(nettstedprove.Mappe(tmp_path))


def test_site_knows_which_publication_and_run_it_is_of(mappe, tmp_path):
    assert er_oppdatert(mappe)
    annen = nettstedprove.lag_mappe(tmp_path / "m")
    assert not er_oppdatert(annen)
    annen.nettsted.mkdir()
    (annen.nettsted / MERKE).write_bytes((mappe.nettsted / MERKE).read_bytes())
    assert er_oppdatert(annen)
    (annen.nettsted / MERKE).write_text("noe annet")
    assert not er_oppdatert(annen)


@pytest.mark.parametrize(("feil", "kode"), [(None, None), (Kjoringsfeil("Nettstedet ble ikke bygget."), cli.FEILET)])
def test_run_with_site_tells_when_the_site_failed(tmp_path, monkeypatch, capsys, feil, kode):
    mappe = nettstedprove.lag_mappe(tmp_path / "m")
    mappe.konfig.mkdir()
    (mappe.konfig / "kommuner.yml").write_text('kommuner:\n  - {kommunenummer: "9901", navn: Prøvevik}\n')
    sammendrag = Sammendrag(
        "a", "2026-11-02T06:00:00", er_bygget=True, publisert=str(mappe.publisert / "stonad.duckdb")
    )
    monkeypatch.setattr("dagster_project.kjoring.kjor", lambda *_, **__: sammendrag)

    def bygg_(mappe):
        if feil:
            raise feil

    monkeypatch.setattr(bygg, "bygg_nettsted", bygg_)
    if kode is None:
        cli.kjor(mappe.rot, None, None, False, True, False)
        assert f"Nettstedet: {mappe.nettsted}" in capsys.readouterr().out
    else:
        with pytest.raises(typer.Exit) as slutt:
            cli.kjor(mappe.rot, None, None, False, True, False)
        assert slutt.value.exit_code == kode
        skrevet = capsys.readouterr()
        assert "Tallene er publisert, men ikke på nettstedet." in skrevet.err
        assert "Nettstedet: " not in skrevet.out


def test_templates_and_scripts_are_in_the_package():
    maler = Path(sider.__file__).parent / "maler"
    assert {fil.name for fil in maler.iterdir()} >= {"nettside.html.j2", "nettsted.css", "nettsted.js"}
