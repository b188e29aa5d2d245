"""The key: how it is made, kept and used, and what is said when it is wrong or gone."""

import hashlib
import hmac
import stat

import duckdb
import pytest

from dagster_project.feil import Brukerfeil
from dagster_project.ingestion.nokkel import (
    Nokkel,
    bruk_pseudonymnokkel,
    koble_til_personnokkel,
    krev_nokkel,
    lag_nokkel,
    les_nokkel,
)
from dagster_project.ingestion.ny_nokkel import bytt_nokkel
from dagster_project.settings import Miljo
from tests.kostrafil import kontolinje, mottaker, person, skriv_0a, skriv_11f, skriv_befolkning
from tests.varehus import les, sporr

HEX = "0123456789abcdef" * 4


@pytest.mark.parametrize("tekst", ["", "F12345678901", "J|3411|K00001|1990-01-01", "æøå ÆØÅ", "x" * 1000])
def test_a_pseudonym_is_hmac_sha256_of_the_text(tekst):
    nokkel = Nokkel(bytes.fromhex(HEX))
    con = duckdb.connect()
    bruk_pseudonymnokkel(con, nokkel)
    (pseudonym,) = con.execute("select pseudonym($1)", [tekst]).fetchone()
    assert pseudonym == hmac.new(nokkel.pseudonym, tekst.encode(), hashlib.sha256).hexdigest()[:32]


def test_a_pseudonym_of_nothing_is_nothing():
    con = duckdb.connect()
    bruk_pseudonymnokkel(con, Nokkel(bytes.fromhex(HEX)))
    assert con.execute("select pseudonym(null)").fetchone() == (None,)


def test_the_keys_for_persons_database_and_fingerprint_are_unrelated():
    nokkel = Nokkel(bytes.fromhex(HEX))
    deler = [HEX, nokkel.pseudonym.hex(), nokkel.database, nokkel.merke]
    assert len({del_[:16] for del_ in deler}) == 4


def test_the_key_is_never_shown():
    nokkel = Nokkel(bytes.fromhex(HEX))
    for tekst in (repr(nokkel), str(nokkel), f"{[nokkel]}"):
        assert tekst.strip("[]") == f"Nokkel(merke={nokkel.merke})"
    with pytest.raises(AttributeError) as feil:
        nokkel.finnes_ikke  # noqa: B018 - the error's text is the point
    assert HEX not in str(feil.value)


def test_a_new_key_is_for_its_owner_only_and_can_be_read_again(miljo):
    laget = lag_nokkel(miljo.sti_til_nokkelfil)
    assert stat.S_IMODE(miljo.sti_til_nokkelfil.stat().st_mode) == 0o600
    assert stat.S_IMODE(miljo.sti_til_nokkelfil.parent.stat().st_mode) == 0o700
    assert les_nokkel(miljo) == laget


def test_two_keys_are_not_alike(tmp_path):
    assert lag_nokkel(tmp_path / "a").merke != lag_nokkel(tmp_path / "b").merke


def test_a_key_file_is_never_overwritten(miljo):
    lag_nokkel(miljo.sti_til_nokkelfil)
    for_ = miljo.sti_til_nokkelfil.read_bytes()
    with pytest.raises(Brukerfeil, match="Den blir ikke overskrevet"):
        lag_nokkel(miljo.sti_til_nokkelfil)
    assert miljo.sti_til_nokkelfil.read_bytes() == for_


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "fil").touch()
    with pytest.raises(Brukerfeil, match="Kan ikke skrive nøkkelen til"):
        lag_nokkel(tmp_path / "fil" / "nokkel.key")


def test_the_environment_wins_over_the_file(miljo):
    lag_nokkel(miljo.sti_til_nokkelfil)
    assert les_nokkel(Miljo(nokkel=HEX)) == Nokkel(bytes.fromhex(HEX))


def test_there_may_be_no_key(miljo):
    assert les_nokkel(miljo) is None


@pytest.mark.parametrize("tekst", ["", "abc", HEX[:-1], HEX + "0", HEX[:-1] + "g", "nøkkel"])
def test_a_key_of_the_wrong_form_is_told_without_showing_it(miljo, tekst):
    miljo.sti_til_nokkelfil.parent.mkdir()
    miljo.sti_til_nokkelfil.write_text(tekst, encoding="utf-8")
    with pytest.raises(Brukerfeil) as feil:
        les_nokkel(miljo)
    assert (
        str(feil.value) == f"Nøkkelen i {miljo.sti_til_nokkelfil} er ikke gyldig: den skal være 64 heksadesimale sifre."
    )
    with pytest.raises(Brukerfeil, match="Nøkkelen i STONAD_NOKKEL er ikke gyldig"):
        les_nokkel(Miljo(nokkel=tekst))


def test_a_folder_in_the_place_of_the_key_is_told(miljo):
    miljo.sti_til_nokkelfil.mkdir(parents=True)
    with pytest.raises(Brukerfeil, match="Kan ikke lese nøkkelen i"):
        les_nokkel(miljo)


def test_the_first_delivery_makes_a_key(mappe, miljo):
    skriv_11f(mappe.innboks / "a", [mottaker(1)], 2025)
    les(mappe, miljo)
    assert sporr(mappe, "select merke from intern.nokkel_merke") == [(les_nokkel(miljo).merke,)]


def test_only_population_makes_no_key(mappe, miljo):
    skriv_befolkning(mappe.innboks / "a")
    assert [vurdering.status for vurdering in les(mappe, miljo).vurderinger] == ["godtatt"]
    assert not miljo.sti_til_nokkelfil.exists()


def test_the_identity_database_cannot_be_read_without_its_key(mappe, miljo):
    skriv_11f(mappe.innboks / "a", [mottaker(1)], 2025)
    les(mappe, miljo)
    assert stat.S_IMODE(mappe.personnokkel.stat().st_mode) == 0o600
    assert person(1).encode() not in mappe.personnokkel.read_bytes()
    with pytest.raises(duckdb.Error):
        duckdb.connect(str(mappe.personnokkel), read_only=True)
    with pytest.raises(Brukerfeil, match="Nøkkelen passer ikke til"):
        koble_til_personnokkel(duckdb.connect(), mappe, Nokkel(bytes.fromhex(HEX)))


def test_another_key_is_refused_and_nothing_is_touched(mappe, miljo):
    skriv_11f(mappe.innboks / "a", [mottaker(1)], 2025)
    les(mappe, miljo)
    rette = les_nokkel(miljo)
    skriv_11f(mappe.innboks / "b", [mottaker(2)], 2024)
    feil_nokkel = Nokkel(bytes.fromhex(HEX))
    with pytest.raises(Brukerfeil) as feil:
        les(mappe, Miljo(nokkel=HEX))
    assert str(feil.value).startswith(
        f"Varehuset i {mappe.rot} er bygget med en annen nøkkel (merke {rette.merke}, ikke {feil_nokkel.merke})."
    )
    assert f"stonad init --ny-nokkel --mappe {mappe.rot}" in str(feil.value)
    assert (mappe.innboks / "b").exists()
    assert sporr(mappe, "select count(*) from intern.leveranse") == [(1,)]
    assert [vurdering.status for vurdering in les(mappe, miljo).vurderinger] == ["godtatt"]


def test_a_new_warehouse_beside_the_old_identities_is_refused_with_another_key(mappe, miljo):
    skriv_11f(mappe.innboks / "a", [mottaker(1)], 2025)
    les(mappe, miljo)
    mappe.varehus.unlink()
    skriv_11f(mappe.innboks / "b", [mottaker(2)], 2024)
    with pytest.raises(Brukerfeil, match="Nøkkelen passer ikke til"):
        les(mappe, Miljo(nokkel=HEX))
    assert sporr(mappe, "select count(*) from raw.kostra_11f") == [(0,)]


class TestLostKey:
    @pytest.fixture(autouse=True)
    def _lost(self, mappe, miljo):
        skriv_11f(mappe.innboks / "Sosial_341100.dat", [mottaker(1), mottaker(2), mottaker(3, BIDRAG="x")], 2024)
        skriv_11f(mappe.innboks / "neste.dat", [mottaker(2), mottaker(4)], 2025)
        skriv_11f(mappe.innboks / "fremmed.dat", [mottaker(5)], 2025, "5001")
        les(mappe, miljo)
        miljo.sti_til_nokkelfil.unlink()

    def test_it_is_told_what_to_do_and_no_key_is_made_in_its_place(self, mappe, miljo):
        skriv_11f(mappe.innboks / "ny.dat", [mottaker(9)], 2023)
        with pytest.raises(Brukerfeil) as feil:
            les(mappe, miljo)
        assert str(feil.value) == (
            f"Finner ikke nøkkelen til {mappe.personnokkel}. Den leses fra STONAD_NOKKEL eller fra filen "
            f"{miljo.sti_til_nokkelfil} (sett STONAD_NOKKELFIL for en annen). Er den tapt, kjør "
            f"«stonad init --ny-nokkel --mappe {mappe.rot}»: da leses arkivet på nytt med en ny nøkkel, og tallene "
            "blir de samme."
        )
        assert not miljo.sti_til_nokkelfil.exists()
        assert (mappe.innboks / "ny.dat").exists()

    def test_a_run_with_nothing_new_works(self, mappe, miljo):
        (mappe.innboks / "notat.txt").write_text("Husk regnskapet!")
        resultat = les(mappe, miljo)
        assert resultat.vurderinger == []
        assert [sti.name for sti in resultat.ukjente] == ["notat.txt"]

    def test_population_can_still_be_read(self, mappe, miljo):
        skriv_befolkning(mappe.innboks / "b.json")
        assert [vurdering.status for vurdering in les(mappe, miljo).vurderinger] == ["godtatt"]

    def test_a_new_key_gives_new_pseudonyms_and_the_same_figures(self, mappe, miljo):
        rader = """
            select * exclude (mottaker_id)
            from raw.kostra_11f order by leveranse_id, linje
        """
        samme = """
            select a.leveranse_id, a.linje, b.leveranse_id, b.linje
            from raw.kostra_11f as a inner join raw.kostra_11f as b using (mottaker_id) order by all
        """
        andre = ["select * from intern.leveranse order by all", "select * from intern.karantene order by all"]
        for_ = [sporr(mappe, sql) for sql in (rader, samme, *andre)]
        gamle = sporr(mappe, "select mottaker_id from raw.kostra_11f")

        resultat = bytt_nokkel(mappe, miljo)

        assert (resultat.filer, resultat.mangler) == (3, [])
        assert [sporr(mappe, sql) for sql in (rader, samme, *andre)] == for_
        assert not set(gamle) & set(sporr(mappe, "select mottaker_id from raw.kostra_11f"))
        assert sporr(mappe, "select merke from intern.nokkel_merke") == [(les_nokkel(miljo).merke,)]
        skriv_11f(mappe.innboks / "ny.dat", [mottaker(1)], 2023)
        les(mappe, miljo, dag=2)
        assert sporr(mappe, "select count(distinct mottaker_id), count(*) from raw.kostra_11f") == [(3, 5)]

    def test_a_file_gone_from_the_archive_is_named_and_keeps_its_figures(self, mappe, miljo):
        (arkivert,) = mappe.arkiv.glob("11F/2025/3411/*")
        arkivert.unlink()
        resultat = bytt_nokkel(mappe, miljo)
        assert resultat.mangler == [arkivert.relative_to(mappe.rot).as_posix()]
        assert sporr(mappe, "select count(*) from raw.kostra_11f") == [(4,)]


def test_the_old_key_and_database_are_kept_beside_the_new(mappe, miljo):
    skriv_0a(mappe.innboks / "a", [kontolinje("281", "470", 10)], 2025)
    les(mappe, miljo)
    gammel = les_nokkel(miljo)
    bytt_nokkel(mappe, miljo)
    assert les_nokkel(miljo) != gammel
    (kopi,) = miljo.sti_til_nokkelfil.parent.glob("personnokkel.key.*")
    assert bytes.fromhex(kopi.read_text()) == gammel._master
    assert len(list(mappe.nokkel.glob("personnokkel*.duckdb"))) == 2


def test_a_key_in_the_environment_cannot_be_changed_from_here(mappe):
    with pytest.raises(Brukerfeil, match="Sett STONAD_NOKKELFIL i stedet"):
        bytt_nokkel(mappe, Miljo(nokkel=HEX))


def test_the_key_is_made_only_once(mappe, miljo):
    assert krev_nokkel(mappe, miljo) == krev_nokkel(mappe, miljo)
