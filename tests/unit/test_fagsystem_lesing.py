"""What becomes of a monthly report: each rule on both sides, each habit of writing, and what is said of a bad file."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import duckdb
import pytest

from dagster_project.fagsystem import lesing, tekst
from dagster_project.fagsystem.profil import INNEBYGDE, Profil, les_profil
from dagster_project.fagsystem.tekst import Tegnfeil, finn_tegnfeil
from dagster_project.ingestion.fil import lesbar_kopi, undersok
from dagster_project.ingestion.innlesing import OBJEKTER, les_inn
from dagster_project.ingestion.nokkel import koble_til_personnokkel, les_nokkel
from dagster_project.ingestion.ny_nokkel import bytt_nokkel
from tests.fagsystemfil import (
    SOCIO,
    VELFERD,
    celler,
    filnavn,
    kolonnerad,
    linje,
    mottaker,
    rapport,
    skriv_rapport,
    som_bytes,
    utbetaling,
    vedtak,
)
from tests.kostrafil import duf, fodselsnummer, person, skriv_11f
from tests.kostrafil import mottaker as post_11f
from tests.varehus import FORSTE_DAG, KOMMUNER, filer, les, sporr, tabeller

BEGGE = pytest.mark.parametrize("profil", [SOCIO, VELFERD], ids=lambda profil: profil.profil)
RADER = {"mottaker": mottaker, "vedtak": vedtak, "utbetaling": utbetaling}


@pytest.fixture
def ta_inn(mappe, miljo) -> Callable:
    """Write one report of January 2025 for 3411, read the inbox, and return the verdict on it."""

    def ta_inn(profil: Profil, objekt: str, rader=(), dag: int = 1, innhold: bytes | None = None, **valg: object):
        if innhold is None:
            skriv_rapport(mappe.innboks, profil, objekt, rader, **valg)
        else:
            (mappe.innboks / filnavn(profil, objekt, **valg.pop("navn", {}))).write_bytes(innhold)
        (vurdering,) = les(mappe, miljo, dag).vurderinger
        tall = vurdering.rader_lest, vurdering.rader_godtatt, vurdering.rader_karantene, vurdering.rader_sumlinje
        assert tall[0] == sum(tall[1:])
        id_ = vurdering.uttrekk.leveranse_id
        registrert = "select rader_lest, rader_godtatt, rader_karantene, rader_sumlinje, regel from intern.leveranse"
        assert sporr(mappe, f"{registrert} where leveranse_id = ?", [id_]) == [(*tall, vurdering.regel)]
        i_raa = sporr(mappe, f"select count(*) from raw.fagsystem_{objekt} where leveranse_id = ?", [id_])
        assert i_raa == [(vurdering.rader_godtatt,)]
        return vurdering

    return ta_inn


def funn(mappe) -> dict[int, list[tuple[str, str | None]]]:
    """Return rule and field of what is set aside, by line."""
    svar: dict[int, list[tuple[str, str | None]]] = {}
    for nummer, regel, felt in sporr(mappe, "select linje, regel, felt from intern.karantene order by all"):
        svar.setdefault(nummer, []).append((regel, felt))
    return svar


def en(mappe, sql: str):
    """Return the only row of a query, or the only value in it."""
    (rad,) = sporr(mappe, sql)
    return rad[0] if len(rad) == 1 else rad


EGEN = """
profil: eget
kontrakt: fagsystem
fil: {fil}
uttrekk: {{type: {{utbetaling: {type}}}}}
objekter:
  utbetaling:
    filnavn: "eget_utbetaling_*.csv"
    kolonner:
      utbetaling_id: "Nr"
      mottaker_id: "Klient"
      stonadsart_lokal: "Kode"
      stonadsform: {{"fast": "BIDRAG"}}
      belop: "Sum"
      registrert_dato: "Dato"
      utbetalingsdato: "Betalt"
      status: "Status"
    forkast: {forkast}
koder: {koder}
"""


@pytest.fixture
def egen(mappe) -> Callable[..., Profil]:
    """Put a profile in the municipality's own folder and return it."""

    def egen(fil: str = "{}", koder: str = "{}", forkast: str = '["Merknad"]', type: str = "periode") -> Profil:
        innhold = EGEN.format(fil=fil, koder=koder, forkast=forkast, type=type)
        mappe.profiler.mkdir(parents=True, exist_ok=True)
        (mappe.profiler / "eget.yml").write_text(innhold, encoding="utf-8")
        return les_profil(innhold, "eget.yml")

    return egen


def odelegg(mappe) -> None:
    """Put a fault in the municipality's own profile."""
    sti = mappe.profiler / "eget.yml"
    sti.write_text(sti.read_text(encoding="utf-8").replace("fil: {", "fil: {tegnsett: ebcdic"), encoding="utf-8")


class TestRows:
    @BEGGE
    def test_a_recipient_is_kept_as_the_contract_has_it(self, ta_inn, mappe, profil):
        ta_inn(profil, "mottaker", [mottaker(1, kjonn="2", sivilstand="4", antall_barn_under_18=3)])
        assert en(mappe, "select * exclude (leveranse_id, mottaker_id) from raw.fagsystem_mottaker") == (
            *(2 + profil.fil.hopp_over_linjer, "K00001", date(1970, 2, 1), "2", "4", 3, "5", "12", "08", "1"),
            *(None, None, date(2025, 1, 31)),
        )

    @BEGGE
    def test_a_decision_is_kept_as_the_contract_has_it(self, ta_inn, mappe, profil):
        ta_inn(profil, "vedtak", [vedtak(7, stonadsart_lokal="BOUTGIFT", stonadsform="LAAN", belop=Decimal("-1.5"))])
        assert en(mappe, "select * exclude (leveranse_id, linje) from raw.fagsystem_vedtak") == (
            *("2025-7", "K00007", date(2024, 12, 20), date(2025, 1, 2), "INNVILGET", None, "BOUTGIFT"),
            *("120" if profil is SOCIO else "BOLIG", "LAAN", date(2025, 1, 1), date(2025, 1, 31), Decimal("-1.50")),
        )

    @BEGGE
    def test_a_payment_is_kept_as_the_contract_has_it(self, ta_inn, mappe, profil):
        ta_inn(profil, "utbetaling", [utbetaling(1, belop=Decimal("1234567.89"), annen_mottaker=True)])
        assert en(mappe, "select * exclude (leveranse_id, linje) from raw.fagsystem_utbetaling") == (
            *("700001", "K00001", "2025-1", "LIVSOPPHOLD", "110" if profil is SOCIO else "LIVSOPPH", "BIDRAG"),
            *(Decimal("1234567.89"), date(2025, 1, 1), date(2025, 1, 31), date(2025, 1, 3), date(2025, 1, 7)),
            *(date(2025, 1, 7), "UTBETALT", None, "KONTO", True, "451000", "281", "14700", None),
        )

    def test_the_delivery_is_registered_with_what_its_name_says(self, ta_inn, mappe):
        vurdering = ta_inn(VELFERD, "utbetaling", [utbetaling(1)], til_slutt=["Sum;;;;;;8 000,00;"])
        assert en(
            mappe,
            "select kilde, objekt, kommunenummer, rapporteringsaar, fra, til, uttrukket, uttrekkstype, system, "
            "instans, kilde_id, profil, profil_avtrykk, rader_sumlinje, sti from intern.leveranse",
        ) == (
            *("fagsystem", "utbetaling", "3411", None, date(2025, 1, 1), date(2025, 1, 31)),
            *(datetime(2025, 2, 1, 6, 10), "periode", "velferd", "1", "3411-velferd-1", "velferd"),
            *(VELFERD.avtrykk("utbetaling"), 1),
            f"arkiv/utbetaling/2025/3411/{filnavn(VELFERD, 'utbetaling')[:-4]}__{vurdering.innhold.sha256[:8]}.csv",
        )

    def test_lines_are_counted_as_they_stand_and_blank_ones_are_no_rows(self, ta_inn, mappe):
        def skriv(nummer: int) -> str:
            cellene = celler(VELFERD, "vedtak", vedtak(nummer))
            return linje([cellene[kolonne] for kolonne in kolonnerad(VELFERD, "vedtak")], VELFERD.fil)

        hode = ["Rapport", "", "Kjørt", linje(kolonnerad(VELFERD, "vedtak"), VELFERD.fil)]
        linjer = [*hode, "", skriv(1), skriv(2), ";;;;;;;;;;", "  ", skriv(3), ""]
        vurdering = ta_inn(VELFERD, "vedtak", innhold=som_bytes(linjer, VELFERD.fil))
        assert sporr(mappe, "select linje from raw.fagsystem_vedtak order by all") == [(6,), (7,), (10,)]
        assert vurdering.rader_lest == 3

    def test_columns_may_come_in_any_order(self, mappe, miljo):
        kolonner = kolonnerad(SOCIO, "utbetaling")
        for nummer, rekkefolge in enumerate((kolonner, kolonner[::-1])):
            navn = {"uttrukket": f"2025020{nummer + 1}T0610"}
            skriv_rapport(mappe.innboks, SOCIO, "utbetaling", [utbetaling(1)], kolonner=rekkefolge, navn=navn)
        assert [vurdering.rader_godtatt for vurdering in les(mappe, miljo).vurderinger] == [1, 1]
        assert len(sporr(mappe, "select distinct * exclude (leveranse_id) from raw.fagsystem_utbetaling")) == 1

    def test_blanks_around_a_value_do_not_count(self, ta_inn, mappe):
        innhold = rapport(SOCIO, "utbetaling", [utbetaling(1)]).replace(b";", b" ;\xa0").replace(b"B/L", b"\tB/L ")
        assert ta_inn(SOCIO, "utbetaling", innhold=innhold).rader_godtatt == 1
        assert en(mappe, "select utbetaling_id, stonadsform from raw.fagsystem_utbetaling") == ("700001", "BIDRAG")

    @pytest.mark.parametrize("tom", ["", "-", "00.00.0000", "31.12.9999", " - "])
    def test_what_the_profile_calls_empty_is_empty(self, ta_inn, mappe, tom):
        ta_inn(SOCIO, "utbetaling", [utbetaling(1, forfallsdato=tom, vedtak_id=tom)])
        assert en(mappe, "select forfallsdato, vedtak_id from raw.fagsystem_utbetaling") == (None, None)

    def test_an_unknown_benefit_code_is_counted_as_unknown_and_kept(self, ta_inn, mappe):
        ta_inn(SOCIO, "utbetaling", [utbetaling(1, stonadsart_lokal="777")])
        assert en(mappe, "select stonadsart, stonadsart_lokal from raw.fagsystem_utbetaling") == ("UKJENT", "777")

    def test_codes_already_in_the_contracts_words_need_no_map(self, ta_inn, mappe, egen):
        profil = egen()
        ta_inn(profil, "utbetaling", [utbetaling(1), utbetaling(2, stonadsart_lokal="110")])
        svar = sporr(
            mappe, "select stonadsart, stonadsart_lokal, stonadsform from raw.fagsystem_utbetaling order by all"
        )
        assert svar == [("LIVSOPPHOLD", "LIVSOPPHOLD", "BIDRAG"), ("UKJENT", "110", "BIDRAG")]

    @pytest.mark.parametrize(
        "form",
        [
            "{skilletegn: ',', desimaltegn: '.', dato: yyyy-mm-dd, tegnsett: utf-8, linjeskift: LF}",
            "{skilletegn: \"\\t\", tusenskille: '.', minus: parentes, dato: ddmmyyyy, tegnsett: iso-8859-1}",
            "{skilletegn: '|', tusenskille: \"\\u00a0\", minus: bak, dato: yyyymmdd, tegnsett: utf-8-sig}",
            "{anforselstegn: \"'\", skilletegn: ';', hopp_over_linjer: 4, sumlinjer: ''}",
            "{anforselstegn: '', tegnsett: windows-1252}",
        ],
    )
    @pytest.mark.parametrize("sitert", [False, True])
    def test_every_habit_of_writing_is_read(self, ta_inn, mappe, egen, form, sitert):
        profil = egen(fil=form, koder='{status: {"Tilbakeført": TILBAKEFORT, "Utbetalt": UTBETALT}}')
        rader = [utbetaling(1, belop=Decimal("12345.6")), utbetaling(2, belop=Decimal("-1234567.8"))]
        vurdering = ta_inn(profil, "utbetaling", rader, ekstra={"Merknad": "Åse, «Pål» og 12 til"}, sitert=sitert)
        assert vurdering.rader_godtatt == 2
        assert sporr(mappe, "select belop_nok, registrert_dato from raw.fagsystem_utbetaling order by all") == [
            (Decimal("-1234567.80"), date(2025, 1, 3)),
            (Decimal("12345.60"), date(2025, 1, 3)),
        ]

    @pytest.mark.parametrize("bit", [1, 7, 64, 500])
    def test_it_does_not_matter_where_a_file_is_cut_in_pieces(self, ta_inn, mappe, monkeypatch, bit):
        monkeypatch.setattr(tekst, "BIT", bit)
        monkeypatch.setattr(tekst, "PULJE", 3 * bit)
        ta_inn(SOCIO, "vedtak", [vedtak(nummer, belop=Decimal(nummer)) for nummer in range(1, 30)])
        svar = sporr(mappe, "select linje, vedtak_id, belop_nok from raw.fagsystem_vedtak order by linje")
        assert svar == [(nummer + 1, f"2025-{nummer}", nummer) for nummer in range(1, 30)]

    @pytest.mark.parametrize("slutt", [b"\n", b"\r\n", b""])
    def test_line_ends_may_be_mixed_and_the_last_may_lack(self, ta_inn, mappe, slutt):
        linjer = rapport(SOCIO, "vedtak", [vedtak(1), vedtak(2), vedtak(3)]).split(b"\r\n")[:-1]
        innhold = linjer[0] + b"\n" + linjer[1] + b"\r\n" + linjer[2] + b"\n" + linjer[3] + slutt
        assert ta_inn(SOCIO, "vedtak", innhold=innhold).rader_godtatt == 3
        assert en(mappe, "select max(belop_nok) from raw.fagsystem_vedtak") == 8000


JAN = {"periode_fom": date(2025, 1, 31), "periode_tom": date(2025, 1, 30)}
TILBAKE = {"status": "TILBAKEFORT", "reverserer_utbetaling_id": "700001"}
UTBETALINGER = [
    ({}, []),
    ({"stonadsart_lokal": "777"}, []),
    ({"belop": "8000,001"}, [("F11", "belop")]),
    ({"belop": "8 000,00"}, [("F11", "belop")]),
    ({"belop": Decimal(0)}, []),
    ({"forfallsdato": "31.02.2025"}, [("F11", "forfallsdato")]),
    ({"forfallsdato": "28.02.2025"}, []),
    ({"status": "Avbrutt"}, [("F11", "status")]),
    ({"stonadsform": "X"}, [("F11", "stonadsform")]),
    ({"betalingsmaate": "Sjekk"}, [("F11", "betalingsmaate")]),
    ({"betalingsmaate": None}, []),
    ({"annen_mottaker": "Kanskje"}, [("F11", "annen_mottaker")]),
    ({"annen_mottaker": None}, []),
    ({"funksjon": "28"}, [("F11", "funksjon")]),
    ({"funksjon": "2810"}, [("F11", "funksjon")]),
    ({"utbetaling_id": None}, [("kreves", "utbetaling_id")]),
    ({"mottaker_id": None}, [("kreves", "mottaker_id")]),
    ({"stonadsart_lokal": None}, [("kreves", "stonadsart_lokal")]),
    ({"stonadsform": None}, [("kreves", "stonadsform")]),
    ({"belop": None}, [("kreves", "belop")]),
    ({"registrert_dato": None}, [("kreves", "registrert_dato")]),
    ({"status": None}, [("kreves", "status")]),
    ({"utbetalingsdato": None}, [("kreves", "utbetalingsdato")]),
    ({"utbetalingsdato": None, "status": "PLANLAGT"}, []),
    ({"utbetalingsdato": None, "belop": Decimal(-1)} | TILBAKE, [("kreves", "utbetalingsdato")]),
    ({"belop": Decimal("-0.01")} | TILBAKE, []),
    ({"belop": Decimal(0)} | TILBAKE, [("F06", "belop")]),
    ({"belop": Decimal(1)} | TILBAKE, [("F06", "belop")]),
    ({"belop": Decimal(-1), "status": "TILBAKEFORT"}, [("F06", "reverserer_utbetaling_id")]),
    ({"belop": Decimal(-1)}, []),
    (JAN, [("F07", "periode_fom")]),
    (JAN | {"periode_tom": date(2025, 1, 31)}, []),
    (JAN | {"periode_tom": None}, []),
    ({"registrert_dato": date(2024, 12, 31)}, [("utenfor_uttrekk", "registrert_dato")]),
    ({"registrert_dato": date(2025, 1, 1)}, []),
    ({"registrert_dato": date(2025, 1, 31)}, []),
    ({"registrert_dato": date(2025, 2, 1)}, [("utenfor_uttrekk", "registrert_dato")]),
    ({"belop": "x", "status": None} | JAN, [("F07", "periode_fom"), ("F11", "belop"), ("kreves", "status")]),
]
VEDTAK = [
    ({}, []),
    ({"vedtaksdato": date(2025, 1, 1)}, []),
    ({"vedtaksdato": date(2025, 1, 31)}, []),
    ({"vedtaksdato": date(2024, 12, 31)}, [("utenfor_uttrekk", "vedtaksdato")]),
    ({"vedtaksdato": date(2025, 2, 1)}, [("utenfor_uttrekk", "vedtaksdato")]),
    ({"vedtaksdato": None}, [("kreves", "vedtaksdato")]),
    ({"vedtak_id": None}, [("kreves", "vedtak_id")]),
    ({"utfall": None}, [("kreves", "utfall")]),
    ({"utfall": "Utsatt"}, [("F11", "utfall")]),
    ({"stonadsform": None}, []),
    ({"belop": None}, []),
    ({"belop": "mye"}, [("F11", "belop")]),
    (JAN, [("F07", "periode_fom")]),
]
GYLDIG = fodselsnummer(date(1990, 5, 17), 100)
UGYLDIG = GYLDIG[:10] + str((int(GYLDIG[10]) + 1) % 10)
MOTTAKERE = [
    ({}, []),
    ({"fodselsnummer": GYLDIG}, []),
    ({"fodselsnummer": f"{GYLDIG[:6]} {GYLDIG[6:]}"}, []),
    ({"fodselsnummer": fodselsnummer(date(1990, 5, 17), 100, dnummer=True)}, []),
    ({"fodselsnummer": UGYLDIG}, [("F02", None)]),
    ({"fodselsnummer": GYLDIG[:10]}, [("F02", None)]),
    ({"fodselsnummer": GYLDIG + "0"}, [("F02", None)]),
    ({"fodselsnummer": "00000000000"}, [("F02", None)]),
    ({"fodselsnummer": "17059000100"}, []),
    ({"fodselsnummer": "99999900100"}, [("F02", None)]),
    ({"fodselsnummer": None}, [("F02", None)]),
    ({"fodselsnummer": None, "duf_nummer": duf(7)}, []),
    ({"fodselsnummer": UGYLDIG, "duf_nummer": duf(7)}, []),
    ({"fodselsnummer": None, "duf_nummer": duf(7)[:-1] + str((int(duf(7)[-1]) + 1) % 10)}, [("F02", None)]),
    ({"fodselsnummer": None, "fodselsdato": date(1990, 5, 17)}, []),
    ({"fodselsnummer": UGYLDIG, "fodselsdato": date(1990, 5, 17)}, []),
    ({"fodselsnummer": None, "fodselsdato": "17.13.1990"}, [("F02", None), ("F11", "fodselsdato")]),
    ({"mottaker_id": None}, [("kreves", "mottaker_id")]),
    ({"kjonn": "X"}, [("F11", "kjonn")]),
    ({"kjonn": None}, []),
    ({"hovedinntekt": "99"}, [("F11", "hovedinntekt")]),
    ({"trygd": "13"}, []),
    ({"antall_barn_under_18": "1,5"}, [("F11", "antall_barn_under_18")]),
    ({"antall_barn_under_18": "-1"}, [("F11", "antall_barn_under_18")]),
    ({"antall_barn_under_18": None}, []),
    ({"bydel": "1"}, [("F11", "bydel")]),
    ({"bydel": "01"}, []),
    ({"skjermet": "ja"}, []),
    ({"skjermet": "Nei"}, []),
    ({"skjermet": "kanskje"}, [("F11", "skjermet")]),
]
FLERE_FELT = {"fodselsdato": "Født", "bydel": "Bydel", "skjermet": "Skjermet"}


class TestRules:
    @pytest.mark.parametrize(
        ("objekt", "rader"), [("utbetaling", UTBETALINGER), ("vedtak", VEDTAK), ("mottaker", MOTTAKERE)]
    )
    def test_each_rule_stops_what_breaks_it_and_nothing_else(self, mappe, ta_inn, objekt, rader):
        profil = med_flere_felt(mappe) if objekt == "mottaker" else SOCIO
        vurdering = ta_inn(profil, objekt, [RADER[objekt](nr, **endret) for nr, (endret, _) in enumerate(rader, 1)])
        ventet = {nummer: sorted(feil, key=str) for nummer, (_, feil) in enumerate(rader, start=2) if feil}
        assert {nummer: sorted(feil, key=str) for nummer, feil in funn(mappe).items()} == ventet
        assert (vurdering.rader_lest, vurdering.rader_karantene) == (len(rader), len(ventet))

    def test_what_is_told_is_norwegian_and_names_line_field_and_value(self, ta_inn, mappe):
        rader = [
            utbetaling(1, belop="8000,x"),
            utbetaling(2, status="Avbrutt"),
            utbetaling(3, registrert_dato=date(2025, 2, 1)),
            utbetaling(4, **JAN),
            utbetaling(5, mottaker_id=None),
            utbetaling(6, funksjon="28"),
        ]
        vurdering = ta_inn(SOCIO, "utbetaling", rader)
        assert vurdering.funn == [
            (2, "Raden kan ikke leses: belop er ikke et beløp: «8000,x»."),
            (3, "Raden kan ikke leses: status er ikke en kjent kode: «Avbrutt»."),
            (4, "Datoen 01.02.2025 i registrert_dato ligger utenfor perioden filen gjelder, 01.01.2025–31.01.2025."),
            (5, "Perioden slutter før den begynner: 31.01.2025–30.01.2025."),
            (6, "Feltet mottaker_id må være fylt ut."),
            (7, "Raden kan ikke leses: funksjon er ikke 3 tegn: «28»."),
        ]
        (sti,) = mappe.karantene.glob("*.forklaring.txt")
        forklaring = sti.read_text(encoding="utf-8")
        assert "Filen er tatt inn, men 6 av 6 rader er lagt til side." in forklaring
        assert "Linje 2: Raden kan ikke leses: belop er ikke et beløp: «8000,x»." in forklaring

    @pytest.mark.parametrize(("type_", "godtatt"), [("periode", 1), ("full", 2), ("endring", 2)])
    def test_the_interval_binds_period_extracts_only(self, ta_inn, mappe, egen, type_, godtatt):
        rader = [utbetaling(1), utbetaling(2, registrert_dato=date(2024, 6, 1))]
        assert ta_inn(egen(type=type_), "utbetaling", rader).rader_godtatt == godtatt
        assert en(mappe, "select uttrekkstype from intern.leveranse") == type_

    def test_a_row_with_too_few_or_too_many_cells_is_set_aside_whole(self, ta_inn, mappe):
        hele = rapport(SOCIO, "vedtak", [vedtak(1), vedtak(2), vedtak(3)]).decode("cp1252").splitlines()
        hele[1] += ";mer"
        hele[2] = hele[2].rsplit(";", 1)[0]
        vurdering = ta_inn(SOCIO, "vedtak", innhold=som_bytes(hele, SOCIO.fil))
        assert vurdering.rader_godtatt == 1
        assert vurdering.funn == [
            (2, "Raden kan ikke leses: den har 11 felt, og overskriften har 10."),
            (3, "Raden kan ikke leses: den har 9 felt, og overskriften har 10."),
        ]
        for journal, maskert in sporr(mappe, "select journalnummer, raatekst_maskert from intern.karantene"):
            assert journal is None
            assert set(maskert) <= set("#;-., /")


def med_flere_felt(mappe) -> Profil:
    """Put the example socio in the own folder, with more fields of the recipient, and return it."""
    profil = (INNEBYGDE / "socio.yml").read_text(encoding="utf-8")
    siste = '      siste_kontakt: "Sist endret"\n'
    nye = "".join(f'      {felt}: "{kolonne}"\n' for felt, kolonne in FLERE_FELT.items())
    mappe.profiler.mkdir(parents=True)
    (mappe.profiler / "socio.yml").write_text(profil.replace(siste, siste + nye), encoding="utf-8")
    return les_profil(profil.replace(siste, siste + nye), "socio.yml")


class TestHeader:
    HELE = kolonnerad(SOCIO, "utbetaling")

    def avvist(self, ta_inn, kolonner, regel: str, rader=2):
        vurdering = ta_inn(SOCIO, "utbetaling", [utbetaling(1), utbetaling(2)], kolonner=kolonner)
        assert (vurdering.regel, vurdering.rader_lest, vurdering.rader_karantene) == (regel, rader, rader)
        return vurdering.melding

    def test_a_required_column_that_lacks_refuses_the_file_and_is_named(self, ta_inn, mappe):
        kolonner = [navn for navn in self.HELE if navn not in ("Beløp", "Status")]
        assert self.avvist(ta_inn, kolonner, "F12") == "Filen mangler «Beløp» og «Status»."
        assert en(mappe, "select linje, regel, rader, melding from intern.karantene") == (
            *(0, "fil_avvist", 2),
            "Hele filen er avvist: Filen mangler «Beløp» og «Status».",
        )
        assert any(navn.startswith("karantene/socio_utbetaling") and navn.endswith(".csv") for navn in filer(mappe))
        (sti,) = mappe.karantene.glob("*.forklaring.txt")
        assert "«kolonner» og «forkast» i profilen" in sti.read_text(encoding="utf-8")

    def test_an_unknown_column_refuses_the_file_and_is_named(self, ta_inn):
        ventet = "Filen har kolonner profilen ikke kjenner: «Saksbehandler» og en kolonne uten navn."
        assert self.avvist(ta_inn, [*self.HELE, "Saksbehandler", ""], "F12") == ventet

    def test_both_are_told_at_once_and_a_long_list_is_cut(self, ta_inn):
        kolonner = [*self.HELE[1:], *(f"Ny {nummer}" for nummer in range(20))]
        melding = self.avvist(ta_inn, kolonner, "F12")
        assert melding.startswith("Filen mangler «Utbetalingsnr». Filen har kolonner profilen ikke kjenner: «Ny 0», ")
        assert melding.endswith("«Ny 11» og 8 til.")

    def test_a_column_in_use_that_stands_twice_is_refused(self, ta_inn):
        assert self.avvist(ta_inn, [*self.HELE, "Beløp"], "overskrift") == "Samme kolonne står flere ganger: «Beløp»."

    def test_a_dropped_column_may_stand_twice_or_not_at_all(self, ta_inn):
        kolonner = [navn for navn in self.HELE if navn not in ("Kontonr", "KID")]
        vurdering = ta_inn(SOCIO, "utbetaling", [utbetaling(1)], kolonner=[*kolonner, "Mottakernavn"])
        assert vurdering.rader_godtatt == 1

    def test_an_optional_column_that_lacks_leaves_its_field_empty_and_is_told(self, ta_inn, mappe):
        kolonner = [navn for navn in self.HELE if navn not in ("Fra dato", "Til dato")]
        assert ta_inn(SOCIO, "utbetaling", [utbetaling(1)], kolonner=kolonner).rader_godtatt == 1
        assert en(mappe, "select periode_fom, periode_tom from raw.fagsystem_utbetaling") == (None, None)
        assert en(mappe, "select linje, regel, melding from intern.advarsel") == (
            *(0, "kolonne_mangler"),
            "Filen mangler kolonner profilen nevner, og feltene står tomme: periode_fom og periode_tom.",
        )

    @pytest.mark.parametrize(
        ("borte", "regel"),
        [({"DUF-nr"}, None), ({"Fødselsnr"}, None), ({"Fødselsnr", "DUF-nr"}, "F12")],
    )
    def test_one_way_of_knowing_who_somebody_is_must_be_there(self, ta_inn, borte, regel):
        kolonner = [navn for navn in kolonnerad(SOCIO, "mottaker") if navn not in borte]
        vurdering = ta_inn(SOCIO, "mottaker", [mottaker(1, duf_nummer=duf(1))], kolonner=kolonner)
        assert vurdering.regel == regel
        if regel:
            assert vurdering.melding == "Filen mangler «Fødselsnr» og «DUF-nr»."

    def test_one_part_of_a_joined_column_is_not_enough(self, ta_inn):
        kolonner = [navn for navn in kolonnerad(VELFERD, "vedtak") if navn != "LØPENR"]
        vurdering = ta_inn(VELFERD, "vedtak", [vedtak(1)], kolonner=kolonner)
        assert vurdering.melding == "Filen mangler «LØPENR»."

    @pytest.mark.parametrize(
        ("flyttet", "linje_"),
        [(b"En tittel til\n", 5), (b"", 3)],
    )
    def test_a_header_on_another_line_is_found_and_told(self, ta_inn, flyttet, linje_):
        hele = rapport(VELFERD, "vedtak", [vedtak(1)]).removeprefix(b"\xef\xbb\xbf")
        innhold = flyttet + hele if flyttet else hele.split(b"\n", 1)[1]
        vurdering = ta_inn(VELFERD, "vedtak", innhold=innhold)
        assert vurdering.regel == "overskrift"
        assert vurdering.melding == (
            f"Overskriften ser ut til å stå på linje {linje_}, men profilen sier linje 4 (hopp_over_linjer: 3)."
        )

    @pytest.mark.parametrize("innhold", [b"", b"\r\n", b" ", b"\xef\xbb\xbf"])
    def test_a_file_with_nothing_in_it_is_refused(self, ta_inn, innhold):
        vurdering = ta_inn(SOCIO, "vedtak", innhold=innhold)
        assert (vurdering.regel, vurdering.rader_lest) == ("overskrift", 0)
        assert vurdering.melding == "Filen har ingen overskrift på linje 1."

    def test_a_header_alone_says_that_there_was_nothing(self, ta_inn, mappe):
        vurdering = ta_inn(SOCIO, "vedtak", [])
        assert (vurdering.status, vurdering.rader_lest) == ("godtatt", 0)
        assert list(mappe.karantene.iterdir()) == []

    def test_a_row_in_the_place_of_the_header_is_not_told(self, ta_inn, mappe):
        innhold = rapport(SOCIO, "mottaker", [mottaker(1), mottaker(2)], ekstra=HEMMELIG).split(b"\r\n", 1)[1]
        vurdering = ta_inn(SOCIO, "mottaker", innhold=innhold)
        assert vurdering.melding == "Filen mangler «Journalnr», «Fødselsnr» og «DUF-nr»."
        assert person(1) not in str(tabeller(mappe))

    def test_nor_is_a_number_that_stands_among_the_columns(self, ta_inn, mappe):
        vurdering = ta_inn(SOCIO, "vedtak", [vedtak(1)], kolonner=[*kolonnerad(SOCIO, "vedtak"), person(1)])
        assert vurdering.melding == "Filen har kolonner profilen ikke kjenner: «###########»."

    def test_a_column_without_a_name_may_be_dropped(self, ta_inn, egen):
        profil = egen(forkast='["Merknad", ""]')
        assert ta_inn(profil, "utbetaling", [utbetaling(1)], kolonner=kolonnerad(profil, "utbetaling")).rader_lest == 1

    def test_another_delimiter_is_another_header(self, ta_inn):
        vurdering = ta_inn(SOCIO, "vedtak", innhold=rapport(SOCIO, "vedtak", [vedtak(1)]).replace(b";", b","))
        assert vurdering.regel == "F12"
        assert "Filen mangler «Vedtaksnr», «Journalnr»" in vurdering.melding


class TestEncoding:
    def test_letters_are_read_in_the_encoding_the_profile_says(self, ta_inn, mappe, egen):
        for tegnsett in ("windows-1252", "iso-8859-1", "utf-8", "utf-8-sig"):
            profil = egen(fil=f"{{tegnsett: {tegnsett}}}")
            navn = {"uttrukket": "20250201T061" + str(len(tegnsett) % 10)}
            ta_inn(profil, "utbetaling", [utbetaling(1, stonadsart_lokal="HØYTIDÅ")], navn=navn)
        assert sporr(mappe, "select distinct stonadsart_lokal from raw.fagsystem_utbetaling") == [("HØYTIDÅ",)]

    @pytest.mark.parametrize(
        ("profil", "endre", "melding"),
        [
            (
                SOCIO,
                lambda b: b.decode("cp1252").encode(),
                "Profilen sier windows-1252, men linje 1 er skrevet som UTF-8.",
            ),
            (VELFERD, lambda b: b.decode("utf-8-sig").encode("cp1252"), "men linje 4 har tegn som ikke er UTF-8."),
            (
                SOCIO,
                lambda b: b.replace(b"2025-2", b"2025\x81"),
                "men linje 3 har et tegn som ikke finnes i windows-1252.",
            ),
        ],
    )
    def test_another_encoding_refuses_the_file_and_names_the_line(self, ta_inn, mappe, profil, endre, melding):
        innhold = endre(rapport(profil, "vedtak", [vedtak(1), vedtak(2), vedtak(3)]))
        vurdering = ta_inn(profil, "vedtak", innhold=innhold)
        assert (vurdering.regel, vurdering.rader_lest, vurdering.rader_karantene) == ("tegnsett_profil", 3, 3)
        assert vurdering.melding.endswith(melding)

    def test_the_euro_sign_is_windows_and_not_latin(self, tmp_path, ta_inn, mappe):
        sti = tmp_path / "euro.csv"
        sti.write_bytes(b"en\nto \x80\n\xe5\n")
        assert finn_tegnfeil(sti, "windows-1252") is None
        assert finn_tegnfeil(sti, "iso-8859-1") == Tegnfeil(2, "har et tegn som ikke finnes i iso-8859-1")
        ta_inn(SOCIO, "vedtak", [vedtak(1, stonadsart_lokal="€")])
        assert en(mappe, "select stonadsart_lokal from raw.fagsystem_vedtak") == "€"

    def test_a_fault_far_down_takes_what_was_read_before_it_back(self, ta_inn, mappe, monkeypatch):
        monkeypatch.setattr(tekst, "BIT", 256)
        innhold = rapport(SOCIO, "vedtak", [vedtak(nummer) for nummer in range(1, 60)])
        vurdering = ta_inn(SOCIO, "vedtak", innhold=innhold.replace(b"2025-55", b"2025\x9055"))
        assert (vurdering.regel, vurdering.rader_lest) == ("tegnsett_profil", 59)
        assert "linje 56" in vurdering.melding

    @pytest.mark.parametrize("tegn", [b"\x00", b"\x07", b"\x7f"])
    def test_a_file_that_is_not_text_is_refused(self, ta_inn, tegn):
        innhold = rapport(SOCIO, "vedtak", [vedtak(1), vedtak(2)]).replace(b"2025-2", b"2025" + tegn)
        vurdering = ta_inn(SOCIO, "vedtak", innhold=innhold)
        assert vurdering.melding == "Filen inneholder tegn som ikke hører hjemme i en tekstfil (linje 3)."

    def test_a_line_without_end_is_refused(self, ta_inn, monkeypatch):
        monkeypatch.setattr(tekst, "MAKS_LINJE", 2000)
        monkeypatch.setattr(tekst, "BIT", 500)
        innhold = rapport(SOCIO, "vedtak", [vedtak(1)]) + b"x" * 9000
        vurdering = ta_inn(SOCIO, "vedtak", innhold=innhold)
        assert (vurdering.regel, vurdering.rader_karantene) == ("lang_linje", 2)
        assert vurdering.melding.startswith("Linje 3 er lengre enn")


class TestQuotes:
    def les_merknader(self, ta_inn, egen, merknader: list[str], koder: tuple[str, str] = ('"a;b"', '"c""d"')):
        profil = egen(koder='{stonadsart: {"a;b": LIVSOPPHOLD, "c\\"d": BOUTGIFT}}')
        kolonner = kolonnerad(profil, "utbetaling")
        linjer = [linje(kolonner, profil.fil)]
        for nummer, merknad in enumerate(merknader, 1):
            rad = celler(profil, "utbetaling", utbetaling(nummer))
            rad["Kode"] = koder[(nummer + 1) % 2]
            linjer.append(";".join(merknad if kolonne == "Merknad" else rad[kolonne] for kolonne in kolonner))
        return ta_inn(profil, "utbetaling", innhold=som_bytes(linjer, profil.fil))

    def test_delimiters_and_quotes_inside_quotes_are_text(self, ta_inn, mappe, egen):
        assert self.les_merknader(ta_inn, egen, ["", '"x;y"', '"sa ""ja"""']).rader_godtatt == 3
        assert sporr(mappe, "select stonadsart, stonadsart_lokal from raw.fagsystem_utbetaling order by linje") == [
            ("LIVSOPPHOLD", "a;b"),
            ("BOUTGIFT", 'c"d'),
            ("LIVSOPPHOLD", "a;b"),
        ]

    def test_a_quoted_cell_may_go_on_over_several_lines(self, ta_inn, mappe, egen):
        merknader = ['"en\r\nto;\r\n\r\n""tre"""', "ingen", '"bare\r\n"', "", '"\r\nx"']
        vurdering = self.les_merknader(ta_inn, egen, merknader)
        assert (vurdering.rader_lest, vurdering.rader_godtatt) == (5, 5)
        svar = sporr(mappe, "select linje, utbetaling_id from raw.fagsystem_utbetaling order by linje")
        assert svar == [(2, "700001"), (6, "700002"), (7, "700003"), (9, "700004"), (10, "700005")]

    def test_a_quote_in_the_middle_of_a_plain_cell_is_a_letter(self, ta_inn, mappe, egen):
        assert self.les_merknader(ta_inn, egen, ['12" rør', 'Per "Pelle" Ås', "x"]).rader_godtatt == 3

    def test_text_after_a_closing_quote_sets_the_row_aside(self, ta_inn, mappe, egen):
        vurdering = self.les_merknader(ta_inn, egen, ["x", '"a" b', '"hel"'])
        assert vurdering.funn == [(3, "Raden kan ikke leses: anførselstegnene går ikke opp.")]

    def test_a_quote_that_is_never_closed_refuses_the_file(self, ta_inn, mappe, egen):
        vurdering = self.les_merknader(ta_inn, egen, ["x", '"a', "b", "c"], ("1", "2"))
        assert vurdering.regel == "anforselstegn"
        assert vurdering.melding == "Anførselstegnet som åpnes på linje 3, lukkes ikke igjen."
        assert vurdering.rader_lest == 4

    def test_or_sets_aside_the_lines_up_to_where_the_quotes_do_not_add_up(self, ta_inn, mappe, egen):
        vurdering = self.les_merknader(ta_inn, egen, ["x", '"a', "b", "c"])
        assert vurdering.funn == [(3, "Raden kan ikke leses: anførselstegnene går ikke opp.")]
        assert sporr(mappe, "select linje from raw.fagsystem_utbetaling order by all") == [(2,), (5,)]

    @pytest.mark.parametrize(("linjer", "regel"), [(3, None), (4, "anforselstegn")])
    def test_nor_may_it_swallow_more_lines_than_a_row_can_have(self, ta_inn, mappe, egen, monkeypatch, linjer, regel):
        monkeypatch.setattr(lesing, "MAKS_LINJER_I_RAD", 3)
        merknad = '"' + "\r\n".join("x" * linjer) + '"'
        assert self.les_merknader(ta_inn, egen, [merknad, "y"]).regel == regel

    def test_a_report_without_quotes_reads_them_as_letters(self, ta_inn, mappe, egen):
        profil = egen(fil="{anforselstegn: ''}")
        ta_inn(profil, "utbetaling", [utbetaling(1, stonadsart_lokal='"x')], ekstra={"Merknad": '"a'})
        assert en(mappe, "select stonadsart_lokal from raw.fagsystem_utbetaling") == '"x'


class TestSumLines:
    def les_med(self, ta_inn, summer: list[str], **endringer: object):
        rader = [utbetaling(1, belop=Decimal("1000.50")), utbetaling(2, belop=Decimal("-200")) | endringer]
        return ta_inn(VELFERD, "utbetaling", rader, til_slutt=summer)

    @staticmethod
    def sumlinje(belop: str, navn: str = "Sum") -> str:
        return f"{navn};;;;;;{belop};;;;;;;;;;;;;"

    def test_a_sum_that_is_right_is_counted_apart(self, ta_inn):
        vurdering = self.les_med(ta_inn, [self.sumlinje("800,50")])
        assert (vurdering.regel, vurdering.rader_lest, vurdering.rader_sumlinje) == (None, 3, 1)

    def test_a_sum_that_is_wrong_refuses_the_file_with_both_sums(self, ta_inn):
        vurdering = self.les_med(ta_inn, [self.sumlinje("1 800,50")])
        assert (vurdering.regel, vurdering.rader_sumlinje, vurdering.rader_karantene) == ("sumlinje", 0, 3)
        assert vurdering.melding == (
            "Sumlinjen på linje 7 sier 1\N{NO-BREAK SPACE}800,50, men radene i filen gir 800,50. "
            "Rader kan mangle eller være doble."
        )

    @pytest.mark.parametrize(("belop", "regel"), [("800,51", None), ("800,52", "sumlinje")])
    def test_half_an_oere_a_row_is_rounding(self, ta_inn, belop, regel):
        assert self.les_med(ta_inn, [self.sumlinje(belop)]).regel == regel

    def test_the_rounding_let_through_has_a_limit(self, ta_inn, monkeypatch):
        monkeypatch.setattr(lesing, "AVRUNDING_PER_RAD", Decimal(100))
        assert self.les_med(ta_inn, [self.sumlinje("805,50")]).regel is None
        assert self.les_med(ta_inn, [self.sumlinje("805,51")]).regel == "sumlinje"

    def test_sums_of_parts_and_of_all_are_told_apart(self, ta_inn):
        rader = rapport(VELFERD, "utbetaling", [utbetaling(nr, belop=Decimal(nr)) for nr in (1, 2, 3)])
        linjer = rader.decode("utf-8-sig").splitlines()
        delt = [*linjer[:6], self.sumlinje("3,00"), linjer[6], self.sumlinje("3,00"), self.sumlinje("6,00", "Summert")]
        vurdering = ta_inn(VELFERD, "utbetaling", innhold=som_bytes(delt, VELFERD.fil))
        assert (vurdering.regel, vurdering.rader_godtatt, vurdering.rader_sumlinje) == (None, 3, 3)

    def test_rows_set_aside_count_in_the_sum(self, ta_inn):
        vurdering = self.les_med(ta_inn, [self.sumlinje("800,50")], status="99")
        assert (vurdering.regel, vurdering.rader_karantene) == (None, 1)

    def test_a_sum_over_a_row_that_cannot_be_read_is_not_held_against_the_file(self, ta_inn, mappe):
        vurdering = self.les_med(ta_inn, [self.sumlinje("800,50")], belop="mye")
        assert (vurdering.regel, vurdering.rader_godtatt, vurdering.rader_karantene) == (None, 1, 1)
        assert en(mappe, "select regel, melding from intern.advarsel") == (
            "sum_ikke_kontrollert",
            "Sumlinjen på linje 7 kan ikke kontrolleres, fordi beløpet på linje 6 ikke kan leses.",
        )

    def test_a_sum_line_may_be_short_or_without_an_amount(self, ta_inn):
        assert self.les_med(ta_inn, ["Sum", "Sum;2 rader"]).rader_sumlinje == 2

    def test_an_object_without_amounts_may_have_one_too(self, ta_inn):
        vurdering = ta_inn(VELFERD, "mottaker", [mottaker(1)], til_slutt=["Sum;1;;;;;;;;;;;;"])
        assert (vurdering.rader_godtatt, vurdering.rader_sumlinje) == (1, 1)

    def test_only_the_first_cell_makes_a_sum_line(self, ta_inn):
        vurdering = ta_inn(SOCIO, "utbetaling", [utbetaling(1, ansvar="Sum"), utbetaling(2, utbetaling_id="Totalt 1")])
        assert (vurdering.rader_godtatt, vurdering.rader_sumlinje) == (1, 1)


HEMMELIG = {"Navn": "Hemmelig, Navn", "Adresse": "Gaten 7", "Mottakernavn": "Kari Utleier"}
HEMMELIG |= {"Kontonr": "98765432109", "KID": "0042001337"}


class TestPrivacy:
    def alt(self, mappe) -> str:
        """Return every text in the warehouse."""
        return str(tabeller(mappe))

    def les_alt(self, mappe, miljo) -> None:
        rader = {
            "mottaker": [mottaker(1), mottaker(2, kjonn="X"), mottaker(3, fodselsnummer=UGYLDIG)],
            "utbetaling": [utbetaling(1), utbetaling(2, belop="x"), utbetaling(3, **JAN)],
        }
        for objekt, ett in rader.items():
            skriv_rapport(mappe.innboks, SOCIO, objekt, ett, ekstra=HEMMELIG)
            hode, rest = rapport(SOCIO, objekt, ett, ekstra=HEMMELIG).split(b"\r\n", 1)
            innhold = hode + b"\r\n" + rest.replace(b"\r\n", b";\r\n", 2)
            (mappe.innboks / filnavn(SOCIO, objekt, uttrukket="20250202T0610")).write_bytes(innhold)
            feil = rapport(SOCIO, objekt, ett, ekstra=HEMMELIG, kolonner=[*kolonnerad(SOCIO, objekt), "Ny"])
            (mappe.innboks / filnavn(SOCIO, objekt, uttrukket="20250203T0610")).write_bytes(feil)
        assert len(les(mappe, miljo).vurderinger) == 6

    def test_nothing_that_tells_who_somebody_is_reaches_the_warehouse(self, mappe, miljo):
        self.les_alt(mappe, miljo)
        alt = self.alt(mappe) + "".join(sti.read_text() for sti in mappe.karantene.glob("*.txt"))
        for hemmelig in [*HEMMELIG.values(), "Hemmelig", "Utleier", person(1), person(2), UGYLDIG]:
            assert hemmelig not in alt
        rader = sporr(mappe, "select raatekst_maskert from intern.karantene where raatekst_maskert is not null")
        assert len(rader) == 10

    def test_nothing_is_left_in_the_scratch_folder(self, mappe, miljo):
        self.les_alt(mappe, miljo)
        assert [sti.name for sti in mappe.nokkel.iterdir()] == ["personnokkel.duckdb"]

    def test_the_masked_text_shows_what_the_rule_needs_and_no_more(self, ta_inn, mappe):
        ta_inn(SOCIO, "mottaker", [mottaker(2, kjonn="X")], ekstra=HEMMELIG)
        assert en(mappe, "select journalnummer, felt, verdi, raatekst_maskert from intern.karantene") == (
            *("K00002", "kjonn", "X"),
            "K00002;###########;;X;UG;0;5;12;08;1;31.01.2025;########, ####;##### #",
        )

    def test_the_whole_text_lies_encrypted(self, mappe, miljo, ta_inn):
        ta_inn(SOCIO, "mottaker", [mottaker(2, kjonn="X")], ekstra=HEMMELIG)
        with duckdb.connect() as con:
            koble_til_personnokkel(con, mappe, les_nokkel(miljo))
            ((nummer, raatekst),) = con.execute("select linje, raatekst from nokkel.raatekst").fetchall()
        assert nummer == 2
        assert person(2) in raatekst
        assert "Hemmelig, Navn" in raatekst

    def test_a_number_in_a_cell_of_another_kind_is_masked(self, ta_inn, mappe):
        ta_inn(SOCIO, "mottaker", [mottaker(1, kjonn=person(9), bosituasjon=f"x{person(8)}y" + "z" * 60)])
        verdier = sporr(mappe, "select verdi, melding, raatekst_maskert from intern.karantene order by felt")
        assert [verdi for verdi, *_ in verdier] == ["x###########y" + "z" * 27, "###########"]
        assert person(9) not in str(verdier)
        assert person(8) not in str(verdier)

    def test_a_birth_date_is_not_shown(self, ta_inn, mappe):
        profil = med_flere_felt(mappe)
        ta_inn(profil, "mottaker", [mottaker(1, fodselsdato="17.05.90"), mottaker(2, skjermet="ja", kjonn="X")])
        svar = sporr(mappe, "select felt, verdi, journalnummer, raatekst_maskert from intern.karantene order by linje")
        assert svar[0][:3] == ("fodselsdato", "########", "K00001")
        assert "17.05.90" not in svar[0][3]
        # A protected address: neither who nor what.
        assert svar[1][:3] == ("kjonn", "X", None)
        assert set(svar[1][3]) <= set("#;., -")

    @pytest.mark.parametrize(("antall", "regel"), [(1, "identitet_i_kolonne"), (0, None)])
    def test_fodselsnumre_in_a_column_that_is_not_protected_refuse_the_file(self, ta_inn, mappe, antall, regel):
        rader = [utbetaling(nr) for nr in range(1, 5)] + [utbetaling(9, mottaker_id=person(9))] * antall
        vurdering = ta_inn(SOCIO, "utbetaling", rader)
        assert vurdering.regel == regel
        if regel:
            assert vurdering.melding.startswith("Kolonnen for mottaker_id inneholder fødselsnumre (linje 6).")
        assert person(9) not in self.alt(mappe)

    def test_a_number_of_eleven_digits_made_for_something_else_does_not(self, ta_inn):
        rader = [utbetaling(nr, bilagsnummer=f"{20250000000 + nr}") for nr in range(1, 40)]
        assert ta_inn(SOCIO, "utbetaling", rader).rader_godtatt == 39

    def test_the_name_of_a_file_is_masked_where_it_must(self, mappe, miljo):
        navn = filnavn(SOCIO, "vedtak").replace("vedtak_", f"vedtak_{person(1)}_")
        (mappe.innboks / navn).write_bytes(rapport(SOCIO, "vedtak", [vedtak(1)]))
        les(mappe, miljo)
        assert person(1) not in self.alt(mappe)


class TestPseudonyms:
    def ider(self, mappe, tabell: str) -> list[str]:
        return [id_ for (id_,) in sporr(mappe, f"select mottaker_id from raw.{tabell} order by linje")]

    def test_a_person_has_one_pseudonym_whatever_form_told_of_them(self, mappe, miljo):
        skriv_11f(
            mappe.innboks / "11f.dat",
            [post_11f(1), post_11f(2, PERSON_FODSELSNR="", PERSON_DUF=duf(2), FODSELSDATO="01011990")],
            2025,
        )
        rader = [mottaker(1), mottaker(2, fodselsnummer=None, duf_nummer=duf(2))]
        skriv_rapport(mappe.innboks, SOCIO, "mottaker", rader)
        skriv_rapport(mappe.innboks, VELFERD, "mottaker", rader)
        les(mappe, miljo)
        ider = self.ider(mappe, "kostra_11f")
        assert len(set(ider)) == 2
        assert sorted(self.ider(mappe, "fagsystem_mottaker")) == sorted(ider * 2)

    def test_leading_zeros_lost_in_a_split_number_are_put_back(self, mappe, miljo):
        tidlig = fodselsnummer(date(2000, 1, 3), 5)
        assert tidlig[0] == "0"
        skriv_rapport(mappe.innboks, SOCIO, "mottaker", [mottaker(1, fodselsnummer=tidlig)])
        skriv_rapport(mappe.innboks, VELFERD, "mottaker", [mottaker(1, fodselsnummer=tidlig)])
        assert tidlig[:6].encode() not in rapport(VELFERD, "mottaker", [mottaker(1, fodselsnummer=tidlig)])
        les(mappe, miljo)
        assert len(set(self.ider(mappe, "fagsystem_mottaker"))) == 1

    def test_with_a_birth_date_only_the_journal_number_within_the_source_is_the_person(self, mappe, miljo):
        profil = med_flere_felt(mappe)
        uten = {"fodselsnummer": None, "fodselsdato": date(1990, 5, 17)}
        rader = [mottaker(1, **uten), mottaker(2, **uten)]
        for kommune, uttrukket in (("3411", "20250201T0610"), ("3411", "20250301T0610"), ("3403", "20250201T0610")):
            navn = {"kommune": kommune, "uttrukket": uttrukket}
            skriv_rapport(mappe.innboks, profil, "mottaker", rader, navn=navn)
        les(mappe, miljo)
        svar = sporr(mappe, "select distinct journalnummer, mottaker_id, fodselsmaaned from raw.fagsystem_mottaker")
        assert len(svar) == 4
        assert len({id_ for _, id_, _ in svar}) == 4
        assert {maaned for *_, maaned in svar} == {date(1990, 5, 1)}

    @pytest.mark.parametrize(
        ("nummer", "maaned"),
        [
            (fodselsnummer(date(1990, 5, 17), 100), date(1990, 5, 1)),
            (fodselsnummer(date(2005, 5, 17), 600), date(2005, 5, 1)),
            (fodselsnummer(date(1990, 5, 17), 100, dnummer=True), date(1990, 5, 1)),
            ("17059000100", date(1990, 5, 1)),
            ("17052500100", date(2025, 5, 1)),
        ],
    )
    def test_the_month_of_birth_is_told_by_the_number(self, ta_inn, mappe, nummer, maaned):
        ta_inn(SOCIO, "mottaker", [mottaker(1, fodselsnummer=nummer)])
        assert en(mappe, "select fodselsmaaned from raw.fagsystem_mottaker") == maaned

    def test_which_numbers_a_pseudonym_stands_for_lies_encrypted_and_once(self, mappe, miljo, ta_inn):
        ta_inn(SOCIO, "mottaker", [mottaker(1)])
        ta_inn(SOCIO, "mottaker", [mottaker(1), mottaker(2)], dag=2, navn={"uttrukket": "20250301T0610"})
        with duckdb.connect() as con:
            koble_til_personnokkel(con, mappe, les_nokkel(miljo))
            svar = con.execute("from nokkel.fagsystem_identitet order by all").fetchall()
        ider = sporr(mappe, "select distinct mottaker_id, journalnummer from raw.fagsystem_mottaker")
        ider = {journal: id_ for id_, journal in ider}
        assert svar == [
            ("3411-socio-1", journal, ider[journal], person(nummer), None, None)
            for nummer, journal in ((1, "K00001"), (2, "K00002"))
        ]

    def test_a_new_key_gives_everybody_a_new_pseudonym_and_changes_nothing_else(self, mappe, miljo):
        skriv_rapport(mappe.innboks, VELFERD, "mottaker", [mottaker(1), mottaker(2, kjonn="9")])
        skriv_rapport(mappe.innboks, VELFERD, "utbetaling", [utbetaling(1)])
        skriv_11f(mappe.innboks / "11f.dat", [post_11f(1)], 2025)
        les(mappe, miljo)
        for_ = tabeller(mappe)
        resultat = bytt_nokkel(mappe, miljo)
        etter = tabeller(mappe)
        assert (resultat.filer, resultat.mangler) == (3, [])
        endret = {navn for navn in for_ if for_[navn] != etter[navn]}
        assert endret == {"raw.fagsystem_mottaker", "raw.kostra_11f", "intern.nokkel_merke"}
        assert self.ider(mappe, "fagsystem_mottaker") == self.ider(mappe, "kostra_11f")
        les(mappe, miljo, dag=2)
        assert tabeller(mappe) == etter


class TestProfilesThatChange:
    def hendelser(self, mappe) -> list[tuple]:
        return sporr(mappe, "select tidspunkt, hendelse from intern.leveranse_hendelse order by all")

    def test_a_corrected_code_map_takes_the_rows_in_by_itself(self, ta_inn, mappe, miljo, egen):
        profil = egen(koder='{status: {"30": UTBETALT}, stonadsart: {"1": LIVSOPPHOLD}}')
        rader = [
            utbetaling(1, status="30", stonadsart_lokal="1"),
            utbetaling(2, status="30", stonadsart_lokal="2"),
            utbetaling(3, status="31", stonadsart_lokal="1"),
        ]
        vurdering = ta_inn(profil, "utbetaling", rader)
        assert (vurdering.rader_godtatt, vurdering.rader_karantene) == (2, 1)
        assert len(list(mappe.karantene.iterdir())) == 1

        assert les(mappe, miljo, dag=2).lest_paa_nytt == []
        egen(koder='{status: {"30": UTBETALT, "31": UTBETALT}, stonadsart: {"1": LIVSOPPHOLD, "2": STROM}}')
        resultat = les(mappe, miljo, dag=3)

        assert (resultat.vurderinger, len(resultat.lest_paa_nytt)) == ([], 1)
        assert sporr(mappe, "select utbetaling_id, stonadsart from raw.fagsystem_utbetaling order by linje") == [
            ("700001", "LIVSOPPHOLD"),
            ("700002", "STROM"),
            ("700003", "LIVSOPPHOLD"),
        ]
        assert sporr(mappe, "select * from intern.karantene") == []
        assert list(mappe.karantene.iterdir()) == []
        assert en(mappe, "select mottatt, rader_godtatt, rader_karantene from intern.leveranse") == (FORSTE_DAG, 3, 0)
        assert self.hendelser(mappe) == [
            (FORSTE_DAG, "godtatt"),
            (FORSTE_DAG + timedelta(days=2), "lest_paa_nytt"),
        ]
        with duckdb.connect() as con:
            koble_til_personnokkel(con, mappe, les_nokkel(miljo))
            assert con.execute("select count(*) from nokkel.raatekst").fetchone() == (0,)
        assert les(mappe, miljo, dag=4).lest_paa_nytt == []

    def test_a_file_refused_for_its_columns_is_taken_in_when_the_profile_knows_them(self, mappe, miljo, egen):
        profil = egen(forkast="[]")
        kolonner = [*kolonnerad(profil, "utbetaling"), "Merknad"]
        skriv_rapport(mappe.innboks, profil, "utbetaling", [utbetaling(1)], kolonner=kolonner)
        (avvist,) = les(mappe, miljo).vurderinger
        assert avvist.regel == "F12"
        assert {sti.suffix for sti in mappe.karantene.iterdir()} == {".csv", ".txt"}

        egen(forkast='["Merknad"]')
        (tatt_inn,) = les(mappe, miljo, dag=2).lest_paa_nytt
        assert (tatt_inn.regel, tatt_inn.rader_godtatt) == (None, 1)
        assert list(mappe.karantene.iterdir()) == []
        assert (mappe.rot / en(mappe, "select sti from intern.leveranse")).exists()
        assert en(mappe, "select status, regel, mottatt from intern.leveranse") == ("godtatt", None, FORSTE_DAG)
        assert sporr(mappe, "select * from intern.karantene") == []

        egen(forkast="[]")
        (avvist_igjen,) = les(mappe, miljo, dag=3).lest_paa_nytt
        assert avvist_igjen.regel == "F12"
        assert sporr(mappe, "select * from raw.fagsystem_utbetaling") == []
        assert [navn for navn in filer(mappe) if navn.startswith("arkiv")] == []
        assert (mappe.rot / en(mappe, "select sti from intern.leveranse")).exists()

    def test_the_files_of_a_broken_profile_wait_and_the_others_do_not(self, mappe, miljo, egen):
        profil = egen()
        skriv_rapport(mappe.innboks, profil, "utbetaling", [utbetaling(1)])
        skriv_rapport(mappe.innboks, SOCIO, "utbetaling", [utbetaling(1)])
        odelegg(mappe)
        svar = {vurdering.filnavn.split("_")[0]: vurdering for vurdering in les(mappe, miljo).vurderinger}
        assert svar["socio"].rader_godtatt == 1
        assert svar["eget"].regel == "profil_feil"
        assert svar["eget"].melding.startswith("Profilen konfig/profiler/eget.yml har feil: fil.tegnsett skal være ")

        egen()
        (tatt_inn,) = les(mappe, miljo, dag=2).lest_paa_nytt
        assert (tatt_inn.regel, tatt_inn.rader_godtatt) == (None, 1)
        assert sporr(mappe, "select count(*), count(distinct leveranse_id) from intern.leveranse") == [(2, 2)]
        assert sporr(mappe, "select distinct status from intern.leveranse") == [("godtatt",)]

    def test_what_was_read_stands_while_its_profile_is_broken_or_gone(self, mappe, miljo, egen, ta_inn):
        ta_inn(egen(), "utbetaling", [utbetaling(1)])
        for_ = tabeller(mappe)
        odelegg(mappe)
        assert les(mappe, miljo, dag=2).lest_paa_nytt == []
        (mappe.profiler / "eget.yml").unlink()
        assert les(mappe, miljo, dag=3).lest_paa_nytt == []
        assert tabeller(mappe) == for_

    def test_a_profile_of_ones_own_takes_over_what_an_example_read(self, mappe, miljo, ta_inn):
        ta_inn(SOCIO, "mottaker", [mottaker(1)])
        med_flere_felt(mappe)
        navn = (mappe.profiler / "socio.yml").rename(mappe.profiler / "hamar.yml")
        navn.write_text(navn.read_text().replace("profil: socio", "profil: hamar\nsystem: socio"), encoding="utf-8")
        (vurdering,) = les(mappe, miljo, dag=2).lest_paa_nytt
        assert (vurdering.uttrekk.profil, vurdering.uttrekk.kilde_id) == ("hamar", "3411-socio-1")

    def test_another_instance_is_another_source(self, mappe, miljo, ta_inn):
        ta_inn(SOCIO, "utbetaling", [utbetaling(1)])
        sti = mappe.konfig / "kommuner.yml"
        sti.write_text(KOMMUNER.replace('velferd, instans: "1"', 'velferd, instans: "2"'), encoding="utf-8")
        (vurdering,) = les(mappe, miljo, dag=2).lest_paa_nytt
        assert vurdering.uttrekk.kilde_id == "3411-socio-2"
        assert en(mappe, "select kilde_id from intern.leveranse") == "3411-socio-2"

    def test_a_municipality_that_becomes_ours_gets_its_files_read(self, mappe, miljo):
        skriv_rapport(mappe.innboks, SOCIO, "utbetaling", [utbetaling(1)], navn={"kommune": "0301"})
        (avvist,) = les(mappe, miljo).vurderinger
        assert avvist.regel == "fremmed_kommune"
        egne = KOMMUNER + '  - {kommunenummer: "0301", navn: Oslo}\n'
        (mappe.konfig / "kommuner.yml").write_text(egne, encoding="utf-8")
        (tatt_inn,) = les(mappe, miljo, dag=2).lest_paa_nytt
        assert (tatt_inn.regel, tatt_inn.uttrekk.kilde_id) == (None, "0301-socio-1")


class TestDeliveries:
    def test_the_same_file_again_is_the_same_delivery(self, mappe, miljo, ta_inn):
        ta_inn(SOCIO, "utbetaling", [utbetaling(1)])
        sti = skriv_rapport(mappe.innboks, SOCIO, "utbetaling", [utbetaling(1)])
        sti.rename(sti.with_name(sti.stem + " (1).csv"))
        skriv_rapport(mappe.innboks, SOCIO, "utbetaling", [utbetaling(1)])
        resultat = les(mappe, miljo, dag=2)
        assert (resultat.vurderinger, len(resultat.duplikater)) == ([], 2)
        assert list(mappe.innboks.iterdir()) == []

    def test_the_same_content_for_another_period_or_municipality_is_another(self, mappe, miljo):
        for navn in (
            {},
            {"kommune": "3403"},
            {"fra": "20250201", "til": "20250228"},
            {"uttrukket": "20250202T0610"},
        ):
            skriv_rapport(mappe.innboks, SOCIO, "mottaker", [mottaker(1)], navn=navn)
            skriv_rapport(mappe.innboks, SOCIO, "vedtak", [], navn=navn)
        assert [vurdering.regel for vurdering in les(mappe, miljo).vurderinger] == [None] * 8
        assert en(mappe, "select count(distinct leveranse_id) from intern.leveranse") == 8

    def test_two_that_say_they_are_the_same_extract_and_are_not_are_noted(self, mappe, miljo, ta_inn):
        ta_inn(SOCIO, "utbetaling", [utbetaling(1)])
        ta_inn(SOCIO, "utbetaling", [utbetaling(2)], dag=2)
        assert en(mappe, "select melding from intern.leveranse_hendelse where hendelse = 'samme_uttrekk'") == (
            "En annen leveranse gjelder samme objekt, kommune, periode og uttrekkstidspunkt, men har annet innhold: "
            f"{filnavn(SOCIO, 'utbetaling')}."
        )
        assert en(mappe, "select count(*) from raw.fagsystem_utbetaling") == 2

    @pytest.mark.parametrize(
        ("navn", "melding"),
        [
            ({"til": "20250231"}, "Filnavnet sier ikke hva filen gjelder: til er 20250231, som ikke er en dato"),
            ({"fra": "20250201"}, "Filnavnet sier ikke hva filen gjelder: fra (01.02.2025) er etter til (31.01.2025)."),
            ({"uttrukket": "snart"}, "Filnavnet sier ikke hva filen gjelder: navnet følger ikke mønsteret {system}_"),
        ],
    )
    def test_a_name_that_cannot_be_read_refuses_the_file(self, ta_inn, navn, melding):
        vurdering = ta_inn(SOCIO, "utbetaling", [utbetaling(1)], navn=navn)
        assert vurdering.regel == "filnavn"
        assert vurdering.melding.startswith(melding)

    def test_a_file_is_a_report_only_where_its_content_is_nothing_else(self, mappe, miljo):
        skriv_11f(mappe.innboks / filnavn(SOCIO, "mottaker"), [post_11f(1)], 2025)
        (vurdering,) = les(mappe, miljo).vurderinger
        assert vurdering.gjenkjent.objekt == "11F"

    def test_a_file_that_makes_the_database_stumble_stops_no_other(self, mappe, miljo, monkeypatch):
        for kommune in ("3411", "3403"):
            skriv_rapport(mappe.innboks, SOCIO, "utbetaling", [utbetaling(1)], navn={"kommune": kommune})
        les_egentlig = lesing._les

        def snuble(con, vurderinger, kolonner):
            if any(vurdering.kommunenummer == "3403" for vurdering in vurderinger):
                con.begin()
                con.execute("select 1 / (select error('012345 67890'))")
            les_egentlig(con, vurderinger, kolonner)

        monkeypatch.setattr(lesing, "_les", snuble)
        svar = {vurdering.kommunenummer: vurdering for vurdering in les(mappe, miljo).vurderinger}
        assert svar["3411"].rader_godtatt == 1
        assert (svar["3403"].regel, svar["3403"].rader_karantene) == ("kan_ikke_leses", 1)
        assert "67890" not in svar["3403"].melding

    def test_a_run_may_be_for_some_partitions_only(self, mappe, miljo):
        for navn in ({}, {"kommune": "3403"}, {"fra": "20250201", "til": "20250228"}, {"fra": "x"}):
            skriv_rapport(mappe.innboks, SOCIO, "mottaker", [mottaker(1)], navn=navn)
        resultat = les_inn(
            mappe,
            miljo,
            mappe.kommuner(),
            OBJEKTER,
            FORSTE_DAG,
            lambda kommune, til: (kommune, til) == ("3411", date(2025, 1, 31)),
        )
        assert sorted(str(vurdering.uttrekk.til) for vurdering in resultat.vurderinger) == ["2025-01-31", "None"]
        assert len(list(mappe.innboks.iterdir())) == 2

    def test_a_name_with_an_asterisk_is_no_pattern(self, tmp_path):
        sti = tmp_path / "a*.dat"
        sti.write_bytes(b"en\n")
        (tmp_path / "ab.dat").write_bytes(b"to\n")
        kopi = lesbar_kopi(undersok(sti), tmp_path)
        assert kopi != sti
        assert kopi.read_bytes() == b"en\n"
