"""The ledger through CSV, GL07 and SAF-T: the same lines from each, and bad lines set aside with their voucher."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from dagster_project.feil import Brukerfeil
from dagster_project.hovedbok.gjenkjenning import format_av, gjenkjenn_hovedbok
from dagster_project.hovedbok.konto import les_lokale_konti
from dagster_project.hovedbok.lesing import les_hovedbok, regnskap_id
from dagster_project.hovedbok.profil import (
    Regnskapsprofiler,
    les_regnskapsprofil,
    les_regnskapsprofiler,
    medfolgende,
    profilmappe,
)
from dagster_project.ingestion.fil import undersok
from tests.hovedbokfil import (
    KOLONNER,
    KOMMUNE,
    NAVN,
    OVERSKRIFT,
    Post,
    bilag,
    karantene,
    les,
    les_innhold,
    nytt_varehus,
    som_csv,
    som_gl07,
    som_saft,
)

EKSEMPLER = Path(__file__).resolve().parents[3] / "shared" / "kontrakt" / "regnskap_eksempler"
TO_BILAG = [
    *bilag("8101", Post(ore=715000), Post(ore=184550, art="14701"), Post(ore=-1, art="15200")),
    *bilag("8102", Post(ore=-250, art="14709", dato="30042025", ekstern_ref="SOS20250430", prosjekt="77")),
]
SAFT_NAVN = "SAF-T Financial_999999999_20250505070000.xml"


def rader(con):
    return con.execute(f"select {KOLONNER} from varehus.raw.hovedbok order by all").fetchall()


def test_the_shared_examples_tell_one_and_the_same_story():
    if not EKSEMPLER.exists():
        pytest.skip("../shared/kontrakt finnes ikke her; eksemplene kan ikke sammenlignes.")
    con = nytt_varehus()
    vurderinger = les(con, sorted(EKSEMPLER.iterdir()))
    assert [(vurdering.regel, vurdering.rader_godtatt) for vurdering in vurderinger] == [(None, 20)] * 3
    assert {vurdering.gjenkjent.regnskap.format for vurdering in vurderinger} == {"csv", "gl07", "saft"}
    per_leveranse = {
        tuple(
            con.execute(
                f"select {KOLONNER} from varehus.raw.hovedbok where leveranse_id = ? order by all", [id_]
            ).fetchall()
        )
        for (id_,) in con.execute("select distinct leveranse_id from varehus.raw.hovedbok").fetchall()
    }
    assert len(per_leveranse) == 1


def test_three_formats_give_the_same_lines(tmp_path):
    csv, _ = les_innhold(tmp_path, som_csv(TO_BILAG))
    gl07, _ = les_innhold(tmp_path, som_gl07(TO_BILAG), "bunt.txt")
    saft, _ = les_innhold(tmp_path, som_saft(TO_BILAG), SAFT_NAVN)
    assert rader(csv) == rader(gl07) == rader(saft)
    assert rader(csv)[0] == (
        2025, "202504", "SO", "8101", 1, date(2025, 4, 3), "451000", "28100", "14700", None,
        Decimal("7150.00"), None, "SOS", "SOS20250403",
    )  # fmt: skip
    assert [rad[10] for rad in rader(csv)] == [
        Decimal(tall) for tall in ("7150.00", "1845.50", "-0.01", "-8995.49", "-2.50", "2.50")
    ]


@pytest.mark.parametrize(
    ("innhold", "navn", "type_", "uttrukket"),
    [
        (som_csv(TO_BILAG), NAVN, "periode", datetime(2025, 5, 5, 7)),
        (som_csv(TO_BILAG), "hovedbok_9901_202504_202504.csv", "periode", datetime(2025, 4, 30)),
        (som_gl07(TO_BILAG), "bunt.txt", "endring", datetime(2025, 4, 30)),
        (som_saft(TO_BILAG), SAFT_NAVN, "periode", datetime(2025, 5, 5, 7)),
        (som_saft(TO_BILAG), "eksport.xml", "periode", datetime(2026, 1, 20)),
    ],
)
def test_every_delivery_says_which_periods_it_covers(tmp_path, innhold, navn, type_, uttrukket):
    con, vurdering = les_innhold(tmp_path, innhold, navn)
    assert con.execute("from varehus.raw.regnskap_uttrekk").fetchall() == [
        (vurdering.uttrekk.leveranse_id, "hovedbok", type_, "202504", "202504", uttrukket)
    ]
    assert vurdering.kommunenummer == KOMMUNE
    assert (vurdering.uttrekk.fra, vurdering.uttrekk.til) == (date(2025, 4, 1), date(2025, 4, 30))
    assert vurdering.rader_lest == vurdering.rader_godtatt == 6


def test_the_closing_period_ends_with_december(tmp_path):
    poster = bilag("1", Post(ore=100, periode="202513", dato="31122025", bilagsart="ÅO", tekst="Overføring"))
    con, vurdering = les_innhold(tmp_path, som_csv(poster), "okonomi_hovedbok_9901_202512_202513_20260210T0700.csv")
    assert vurdering.rader_godtatt == 2
    assert (vurdering.uttrekk.fra, vurdering.uttrekk.til) == (date(2025, 12, 1), date(2025, 12, 31))
    assert [rad[1] for rad in rader(con)] == ["202513", "202513"]


def test_text_is_kept_only_where_it_cannot_be_about_a_recipient(tmp_path):
    poster = [
        *bilag("1", Post(ore=100, tekst="Ola Nordmann")),
        *bilag("2", Post(ore=100, tekst="Overføring av merforbruk", bilagsart="ÅO", art="15300")),
        *bilag("3", Post(ore=100, tekst="Husleie kontor", tjeneste="24200", art="11900")),
        *bilag("4", Post(ore=100, tekst="Delt", tjeneste="24200", art="11900"), Post(ore=5, tekst="Kari")),
        *bilag("5", Post(ore=100, tekst="Refusjon 15838800179", tjeneste="24300", art="13500")),
    ]
    con, _ = les_innhold(tmp_path, som_csv(poster))
    tekster = con.execute("select bilagsnummer, list(distinct tekst) from varehus.raw.hovedbok group by all").fetchall()
    assert dict(tekster) == {
        "1": [None],
        "2": ["Overføring av merforbruk"],
        "3": ["Husleie kontor"],
        "4": [None],
        "5": ["Refusjon ###########"],
    }


@pytest.mark.parametrize("skriv", [som_csv, som_gl07])
def test_a_voucher_that_does_not_add_up_is_set_aside_whole(tmp_path, skriv):
    poster = [*bilag("8101", Post(ore=100), Post(ore=51), motpost=False), *bilag("8102", Post(ore=700))]
    con, vurdering = les_innhold(tmp_path, skriv(poster))
    assert (vurdering.rader_lest, vurdering.rader_godtatt, vurdering.rader_karantene) == (4, 2, 2)
    melding = "Bilaget SO 8101 i 202504 går ikke i null; summen er 1,51 kr. Hele bilaget er lagt til side."
    forste = 2 if skriv is som_csv else 1
    assert karantene(con) == [(forste, "H01", melding), (forste + 1, "H01", melding)]
    assert {rad[3] for rad in rader(con)} == {"8102"}


def test_an_unbalanced_voucher_in_saft_is_set_aside_whole(tmp_path):
    poster = [*bilag("8101", Post(ore=100), Post(ore=51), motpost=False), *bilag("8102", Post(ore=700))]
    innhold = som_saft(poster).replace(b"<TotalCredit>8.51</TotalCredit>", b"<TotalCredit>7.00</TotalCredit>")
    con, vurdering = les_innhold(tmp_path, innhold, SAFT_NAVN)
    assert vurdering.regel is None
    assert [(linje, regel) for linje, regel, _ in karantene(con)] == [(1, "H01"), (2, "H01")]


FEIL = [
    ("Beløp", ";7150,00;", ";71x5;", "F11", "belop er ikke et beløp: «71x5»"),
    ("Beløp tomt", ";7150,00;", ";;", "kreves", "Feltet belop må fylles ut"),
    ("Dato", "03.04.2025", "31.04.2025", "F11", "bilagsdato er ikke en dato: «31.04.2025»"),
    ("Måned 14", ";202504;", ";202514;", "F11", "periode er ikke en periode"),
    (
        "Annet år",
        "2025;202504;",
        "2024;202504;",
        "periode_utenfor_aar",
        "Perioden 202504 ligger ikke i regnskapsåret 2024",
    ),
    ("Utenfor filen", "2025;202504;", "2025;202505;", "periode_utenfor_fil", "Perioden 202505 ligger utenfor"),
    ("Ukjent funksjon", ";28100;", ";99900;", "ukjent_funksjon", "Det står «99900»"),
    ("Uten funksjon", ";28100;", ";;", "ukjent_funksjon", "Det står «»"),
    ("Art", ";14700;", ";1470;", "F11", "art er ikke en art på fem sifre"),
    ("Fjerde kontoklasse", ";14700;", ";34700;", "F11", "art er ikke en art på fem sifre"),
    ("Linje", ";8101;1;", ";8101;en;", "F11", "bilagslinje er ikke et helt tall: «en»"),
]


@pytest.mark.parametrize(
    ("fra", "til", "regel", "melding"), [feil[1:] for feil in FEIL], ids=[feil[0] for feil in FEIL]
)
def test_a_line_that_cannot_be_used_takes_its_voucher_with_it(tmp_path, fra, til, regel, melding):
    linjer = [post.csv for post in bilag("8101", Post(ore=715000))] + [post.csv for post in bilag("8102", Post(ore=5))]
    assert fra in linjer[0]
    con, vurdering = les_innhold(tmp_path, som_csv([linjer[0].replace(fra, til), *linjer[1:]]))
    funnet = karantene(con)
    assert vurdering.regel is None
    assert (funnet[0][0], funnet[0][1]) == (2, regel)
    assert melding.removesuffix(" fylles ut") in funnet[0][2]
    assert (funnet[-1][0], funnet[-1][1]) == (3, "H01")
    assert {rad[3] for rad in rader(con)} == {"8102"}
    assert vurdering.rader_lest == vurdering.rader_godtatt + vurdering.rader_karantene == 4


def test_two_lines_with_one_number_are_both_set_aside(tmp_path):
    poster = bilag("8101", Post(ore=100), Post(ore=50))
    con, _ = les_innhold(tmp_path, som_csv([*poster, poster[0], Post(bilag="8101", linje=9, ore=-100)]))
    assert [(linje, regel) for linje, regel, _ in karantene(con)] == [
        (2, "F01"), (3, "H01"), (4, "H01"), (5, "F01"), (6, "H01"),
    ]  # fmt: skip
    assert karantene(con)[0][2] == "Nøkkelen er brukt på flere rader: linje 2 og 5."


def test_what_is_set_aside_shows_no_text(tmp_path):
    con, _ = les_innhold(
        tmp_path, som_csv([Post(ore=100, tekst="Ola Nordmann"), Post(linje=2, ore=1, art="1", tekst="Ola")])
    )
    vist = con.execute("select raatekst_maskert from varehus.intern.karantene").fetchall()
    assert len(vist) == 2
    assert not any("Ola" in tekst for (tekst,) in vist)
    assert any("14700" in tekst for (tekst,) in vist)


def test_a_cell_too_many_is_told(tmp_path):
    con, vurdering = les_innhold(tmp_path, som_csv(["2025;202504;SO;1", *bilag("8102", Post(ore=5))]))
    assert karantene(con) == [(2, "F11", "Raden kan ikke leses: den har 4 felt, og overskriften har 14.")]
    assert vurdering.rader_godtatt == 2


AVVIST = [
    ("Mangler kolonne", som_csv(TO_BILAG).replace(b"Bel\xf8p;", b"Kroner;"), NAVN, "F12", "«Beløp»"),
    ("Uten overskrift", som_csv(TO_BILAG).split(b"\r\n", 1)[1], NAVN, "F12", "mangler"),
    ("UTF-8", som_csv(TO_BILAG).decode("cp1252").encode(), NAVN, "tegnsett_profil", "UTF-8"),
    ("Navn", som_csv(TO_BILAG), "okonomi_hovedbok_9901_april.csv", "filnavn", "mønsteret"),
    ("Måned 14 i navn", som_csv(TO_BILAG), "okonomi_hovedbok_9901_202514_202514_20250505.csv", "filnavn", "202514"),
    ("Fremmed", som_csv(TO_BILAG), NAVN.replace("9901", "0301"), "fremmed_kommune", "0301"),
    ("GL07 kort linje", som_gl07([*TO_BILAG, TO_BILAG[0].gl07[:-1]]), "b.txt", "gl07_lengde", "linje 7"),
    ("SAF-T brutt", som_saft(TO_BILAG)[:-40], SAFT_NAVN, "saft", "XML-en er brutt på linje 1"),
    ("SAF-T versjon", som_saft(TO_BILAG, versjon="2.00"), SAFT_NAVN, "saft", "versjon 2.00"),
    ("SAF-T sum", som_saft(TO_BILAG, total="1.00"), SAFT_NAVN, "saft_sum", "TotalDebit er 1,00"),
    ("SAF-T uten perioder", som_saft(TO_BILAG).replace(b"Period", b"Perode"), SAFT_NAVN, "saft", "hvilke perioder"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("innhold", "navn", "regel", "melding"), [ett[1:] for ett in AVVIST], ids=[ett[0] for ett in AVVIST]
)
def test_a_file_that_is_not_what_it_should_be_is_refused(tmp_path, innhold, navn, regel, melding):
    con, vurdering = les_innhold(tmp_path, innhold, navn)
    assert vurdering.regel == regel
    assert melding in vurdering.melding
    assert rader(con) == []
    assert con.execute("select count(*) from varehus.raw.regnskap_uttrekk").fetchone() == (0,)
    assert vurdering.rader_lest == vurdering.rader_karantene > 0


def test_one_bad_file_does_not_stop_the_others(tmp_path):
    (tmp_path / NAVN).write_bytes(som_csv(TO_BILAG))
    (tmp_path / NAVN.replace("202504_202504", "202503_202503")).write_bytes(b"\x00\x01binaert\r\n")
    (tmp_path / SAFT_NAVN).write_bytes(som_saft(TO_BILAG)[:300])
    con = nytt_varehus()
    regler = {vurdering.filnavn: vurdering.regel for vurdering in les(con, sorted(tmp_path.iterdir()))}
    assert regler[NAVN] is None
    assert sorted(regel for regel in regler.values() if regel) == ["binaer", "saft"]
    assert len(rader(con)) == 6


def test_read_again_a_delivery_replaces_itself(tmp_path):
    sti = tmp_path / NAVN
    sti.write_bytes(som_csv([*TO_BILAG, Post(bilag="9", ore=3)]))
    con = nytt_varehus()
    forst, etter = (les(con, [sti])[0] for _ in range(2))
    assert (forst.rader_godtatt, forst.rader_karantene) == (etter.rader_godtatt, etter.rader_karantene) == (6, 1)
    assert len(rader(con)) == 6
    assert len(karantene(con)) == 1


def test_a_client_must_be_tied_to_a_municipality_where_there_are_several(tmp_path):
    (tmp_path / "bunt.txt").write_bytes(som_gl07(TO_BILAG))
    con = nytt_varehus()
    (avvist,) = les(con, [tmp_path / "bunt.txt"], ("9901", "9902"))
    assert (avvist.regel, "klient «NN»" in avvist.melding) == ("ukjent_klient", True)
    egen = profil_tekst("gl07").replace("kommuner: {}", 'kommuner: {"NN": "9902"}')
    (tatt,) = les(con, [tmp_path / "bunt.txt"], ("9901", "9902"), les_regnskapsprofil(egen, "gl07.yml"))
    assert (tatt.regel, tatt.kommunenummer) == (None, "9902")


def test_a_line_of_another_client_is_set_aside(tmp_path):
    linjer = [post.gl07 for post in TO_BILAG]
    fremmed = [linje.replace("GLNN", "GLXX") for linje in linjer[4:]]
    con, vurdering = les_innhold(tmp_path, som_gl07([*linjer[:4], *fremmed]), "bunt.txt")
    assert vurdering.rader_godtatt == 4
    assert {regel for _, regel, _ in karantene(con)} == {"annen_klient"}


def profil_tekst(navn: str) -> str:
    sti = Path(__file__).resolve().parents[2] / "dagster_project" / "hovedbok" / "profiler" / f"{navn}.yml"
    return sti.read_text(encoding="utf-8")


def test_an_own_profile_reads_other_columns_and_other_numbers(tmp_path):
    profil = les_regnskapsprofil(
        profil_tekst("okonomi")
        .replace("profil: okonomi", "profil: visma")
        .replace("windows-1252", "utf-8")
        .replace('"dd.mm.yyyy"', '"yyyy-mm-dd"\n  skilletegn: "|"\n  tusenskille: " "\n  minus: bak')
        .replace('"Beløp"', '"Sum NOK"')
        .replace('tjeneste: "Tjeneste"', 'tjeneste: {fyll_nuller: ["Tjeneste", 5]}')
        .replace('"*hovedbok_*.csv"', '"visma_hovedbok_*.csv"')
        + 'koder:\n  bilagsart: {"YE": "ÅO"}\n',
        "visma.yml",
    )
    kolonner = OVERSKRIFT.replace(";", "|").replace("Beløp", "Sum NOK")
    innhold = (
        f"{kolonner}\n2025|202504|YE|1|1|2025-04-03||28100|15300||1 234 567,80|Dekning||\n"
        "2025|202504|YE|1|2|2025-04-03|||25990000||1 234 567,80-|Dekning||\n"
    )
    con, vurdering = les_innhold(tmp_path, innhold.encode(), NAVN.replace("okonomi", "visma"), profil)
    assert vurdering.uttrekk.system == "visma"
    assert [(rad[2], rad[10], rad[11]) for rad in rader(con)] == [
        ("ÅO", Decimal("1234567.80"), "Dekning"),
        ("ÅO", Decimal("-1234567.80"), "Dekning"),
    ]


@pytest.mark.parametrize(
    ("fra", "til", "melding"),
    [
        ('"dim_1"', '"dim_9"', "objekter.hovedbok.kolonner.ansvar bruker dim_9, som ikke er et felt i GL07"),
        ('"dim_1"', '"apar_name"', "apar_name, som er persondata og aldri leses"),
        ('"dim_1"', '{siste_dag_i: "period"}', "kan ikke lages av en måned"),
        ("      art:", "      konto:", "konto er ikke et felt i kontrakten"),
        ('      art: "account"\n', "", "objekter.hovedbok.kolonner mangler art"),
        ("kommuner: {}", 'kommuner: {"NN": "99"}', "skal gi kommunenummer på fire sifre"),
        ("format: gl07", "format: gl08", "format skal være"),
        ("objekter:", "uttrekk: {type: {hovedbok: full}}\nobjekter:", "skal være periode eller endring"),
        ("objekter:", "koder: {art: {A: B}}\nobjekter:", "koder.art er ikke et felt med koder"),
        ('{prosjekt: ["9"]}', '{prosjektet: ["9"]}', "tomme.prosjektet er ikke et felt"),
    ],
)
def test_a_profile_with_a_fault_says_which(fra, til, melding):
    tekst = profil_tekst("gl07")
    assert fra in tekst
    with pytest.raises(Brukerfeil, match=r"Profilen gl07\.yml har feil") as feil:
        les_regnskapsprofil(tekst.replace(fra, til), "gl07.yml")
    assert melding in str(feil.value)


def test_a_broken_own_profile_stops_its_own_files_only(mappe, tmp_path):
    profilmappe(mappe).mkdir(parents=True)
    (profilmappe(mappe) / "gl07.yml").write_text("profil: gl07\nkontrakt: hovedbok\nformat: gl07\n", encoding="utf-8")
    profiler = les_regnskapsprofiler(mappe)
    assert [profil.profil for profil in profiler.medfolgende] == ["okonomi", "saft"]
    bunt, csv = tmp_path / "bunt.txt", tmp_path / NAVN
    bunt.write_bytes(som_gl07(TO_BILAG))
    csv.write_bytes(som_csv(TO_BILAG))
    assert gjenkjenn_hovedbok(bunt.name, format_av(bunt), profiler).regnskap.feil.startswith(
        "Profilen konfig/profiler/hovedbok/gl07.yml"
    )
    assert gjenkjenn_hovedbok(csv.name, format_av(csv), profiler).regnskap.profil is not None


def test_files_are_known_by_what_is_in_them(tmp_path):
    profiler = Regnskapsprofiler((), medfolgende())
    filer = {
        "a.txt": (som_gl07(TO_BILAG), "gl07"),
        "b.txt": (b"\xef\xbb\xbf" + som_saft(TO_BILAG), "saft"),
        "c.txt": (b"0A2025 340300                  1281 470       67\r\n", "csv"),
        "d.txt": (som_gl07(TO_BILAG).replace(b"GLNN", b"ZZNN"), "csv"),
        "e.txt": (b"", "csv"),
    }
    for navn, (innhold, ventet) in filer.items():
        (tmp_path / navn).write_bytes(innhold)
        assert format_av(tmp_path / navn) == ventet
        assert (gjenkjenn_hovedbok(navn, ventet, profiler) is None) == (ventet == "csv")


BUDSJETT_NAVN = "okonomi_budsjett_9901_202501_202512_20241215T0900.csv"
BUDSJETT = "kommunenummer;aar;maaned;ansvar;funksjon;art;belop\r\n"


def test_a_budget_is_read_per_month(tmp_path):
    innhold = BUDSJETT + "9901;2025;1;451000;281;470;1000000,00\r\n9901;2025;12;;281;17700;-5000\r\n"
    con, vurdering = les_innhold(tmp_path, innhold.encode(), BUDSJETT_NAVN)
    assert vurdering.rader_godtatt == 2
    assert con.execute("select * exclude (leveranse_id) from varehus.raw.budsjett order by linje").fetchall() == [
        (2, 2025, 1, "451000", "281", "470", Decimal("1000000.00")),
        (3, 2025, 12, None, "281", "17700", Decimal("-5000.00")),
    ]


@pytest.mark.parametrize(
    ("rad", "regel"),
    [
        ("9902;2025;1;;281;470;1", "annen_klient"),
        ("9901;2025;13;;281;470;1", "F11"),
        ("9901;2024;12;;281;470;1", "periode_utenfor_fil"),
        ("9901;2025;1;;999;470;1", "F11"),
        ("9901;2025;1;;281;47;1", "F11"),
        ("9901;2025;1;;281;470;", "kreves"),
    ],
)
def test_a_bad_budget_row_is_set_aside(tmp_path, rad, regel):
    con, vurdering = les_innhold(tmp_path, f"{BUDSJETT}{rad}\r\n9901;2025;2;;281;470;7\r\n".encode(), BUDSJETT_NAVN)
    assert [funn[:2] for funn in karantene(con)] == [(2, regel)]
    assert vurdering.rader_godtatt == 1


def test_the_same_budget_post_twice_is_not_added_up(tmp_path):
    innhold = f"{BUDSJETT}9901;2025;1;;281;470;1\r\n9901;2025;1;;281;470;2\r\n9901;2025;1;4;281;470;2\r\n"
    con, _ = les_innhold(tmp_path, innhold.encode(), BUDSJETT_NAVN)
    assert [funn[:2] for funn in karantene(con)] == [(2, "F01"), (3, "F01")]


def test_own_accounts_are_read_and_checked(mappe):
    assert les_lokale_konti(mappe) == []
    fil = mappe.konfig / "regnskap_konto.csv"
    fil.write_text("kommunenummer;konto;formaal\n3411;14711;boutgifter\n", encoding="utf-8")
    assert les_lokale_konti(mappe) == [("3411", "14711", "boutgifter")]


@pytest.mark.parametrize(
    ("innhold", "melding"),
    [
        ("konto;formaal\n", "Første linje"),
        ("kommunenummer;konto;formaal\n3411;14711;husleie\n", "Rad 2 .* ukjent formål"),
        ("kommunenummer;konto;formaal\n3411;470;boutgifter\n", "Rad 2"),
        ("kommunenummer;konto;formaal\n3411;14711;strom\n3411;14711;boutgifter\n", "to ganger: 14711"),
    ],
)
def test_an_own_account_with_a_fault_says_where(mappe, innhold, melding):
    (mappe.konfig / "regnskap_konto.csv").write_text(innhold, encoding="utf-8")
    with pytest.raises(Brukerfeil, match=melding):
        les_lokale_konti(mappe)


def test_a_delivery_has_one_id_before_and_after_it_is_read(tmp_path):
    ider = set()
    for navn in (NAVN, "hovedbok_9901_202504_202504.csv", "hovedbok_9901_202504_202505.csv", "bunt.txt"):
        sti = tmp_path / navn
        sti.write_bytes(som_gl07(TO_BILAG) if navn == "bunt.txt" else som_csv(TO_BILAG))
        gjenkjent = gjenkjenn_hovedbok(sti.name, format_av(sti), Regnskapsprofiler((), medfolgende()))
        innhold = undersok(sti)
        (vurdering,) = les_hovedbok(nytt_varehus(), [(innhold, gjenkjent, navn)], {KOMMUNE})
        assert vurdering.uttrekk.leveranse_id == regnskap_id(innhold, gjenkjent.regnskap)
        assert vurdering.uttrekk.leveranse_id == regnskap_id(innhold, vurdering.gjenkjent.regnskap)
        ider.add(vurdering.uttrekk.leveranse_id)
    assert len(ider) == 4
