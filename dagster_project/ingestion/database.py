"""The tables ingestion writes: what was delivered (`raw`) and what became of it (`intern`).

Every statement can be run again without harm. dbt builds everything else.
"""

import secrets
import shutil
from pathlib import Path

import duckdb

from dagster_project.hovedbok.tabeller import TABELLER_HOVEDBOK
from dagster_project.ingestion.nokkel import last_kryptering
from dagster_project.ingestion.sql import sql_tekst
from dagster_project.register.tabeller import TABELLER_REGISTER
from dagster_project.settings import Mappe, Miljo

TABELLER = """
create schema if not exists raw;
create schema if not exists intern;

create table if not exists intern.leveranse (
    leveranse_id varchar not null,
    kilde varchar not null,
    objekt varchar not null,
    kommunenummer varchar,
    bydel varchar,
    rapporteringsaar integer,
    kvartal varchar,
    layout_id varchar,
    filnavn varchar not null,
    sti varchar not null,
    sha256 varchar not null,
    bytes bigint not null,
    fil_endret timestamp not null,
    mottatt timestamp not null,
    rader_lest integer not null,
    rader_godtatt integer not null,
    rader_karantene integer not null,
    status varchar not null,
    regel varchar,
    melding varchar
);

-- What monthly deliveries say of themselves, and how they were read. profil_avtrykk is a hash of all that decided it.
alter table intern.leveranse add column if not exists fra date;
alter table intern.leveranse add column if not exists til date;
alter table intern.leveranse add column if not exists uttrukket timestamp;
alter table intern.leveranse add column if not exists uttrekkstype varchar;
alter table intern.leveranse add column if not exists system varchar;
alter table intern.leveranse add column if not exists instans varchar;
alter table intern.leveranse add column if not exists kilde_id varchar;
alter table intern.leveranse add column if not exists profil varchar;
alter table intern.leveranse add column if not exists profil_avtrykk varchar;
alter table intern.leveranse add column if not exists rader_sumlinje integer default 0;

create table if not exists intern.karantene (
    leveranse_id varchar not null,
    linje integer not null,
    regel varchar not null,
    felt varchar,
    verdi varchar,
    journalnummer varchar,
    saksbehandler varchar,
    raatekst_maskert varchar,
    melding varchar not null,
    rader integer not null
);

create table if not exists intern.advarsel (
    leveranse_id varchar not null,
    linje integer not null,
    regel varchar not null,
    journalnummer varchar,
    saksbehandler varchar,
    melding varchar not null
);

create table if not exists intern.leveranse_hendelse (
    tidspunkt timestamp not null,
    hendelse varchar not null,
    leveranse_id varchar,
    filnavn varchar not null,
    melding varchar
);

create table if not exists intern.innboks_ukjent (
    sti varchar not null,
    bytes bigint not null,
    sett timestamp not null
);

create table if not exists intern.kjoring_parametre (
    per timestamp,
    tidspunkt timestamp not null,
    kontrakt_versjon varchar not null,
    bygget_av varchar not null
);

create table if not exists intern.kvittering (
    kommunenummer varchar not null,
    maaned date not null,
    serie varchar not null,
    aarsak varchar not null,
    motpart_maaned date,
    belop_nok decimal(18, 2),
    kvittert_av varchar not null,
    tekst varchar not null,
    tidspunkt timestamp not null
);

-- What the expectations said, run by run; rows are only added. One row per kjoring_id, forventning_id, kommunenummer
-- and maaned, where there was something to judge. observert is what was found, er_ny whether the month could be held
-- back, and sperrer whether this holds it back.
create table if not exists intern.kvalitet (
    kjoring_id varchar not null,
    tidspunkt timestamp not null,
    suite varchar not null,
    forventning_id varchar not null,
    kommunenummer varchar not null,
    maaned date not null,
    alvor varchar not null,
    bestatt boolean not null,
    observert double not null,
    melding varchar,
    gjor varchar,
    er_ny boolean not null,
    kan_kvitteres boolean not null,
    kvittert boolean not null,
    sperrer boolean not null
);

-- The months the last control holds back from the publication. One row per kommunenummer and maaned.
create table if not exists intern.tilbakeholdt (
    kommunenummer varchar not null,
    maaned date not null,
    forklaring varchar not null
);

create table if not exists intern.nokkel_merke (
    merke varchar not null,
    tatt_i_bruk timestamp not null
);

create table if not exists intern.kommune (
    kommunenummer varchar not null,
    kommunenavn varchar not null,
    fagsystem varchar,
    instans varchar,
    kostragruppe varchar,
    gyldig_fra date,
    gyldig_til date
);

create table if not exists raw.kostra_11f (
    leveranse_id varchar not null,
    linje integer not null,
    layout_id varchar not null,
    mottaker_id varchar not null,
    fodselsmaaned date,
    post varchar not null
);

create table if not exists raw.kostra_11cf (
    leveranse_id varchar not null,
    linje integer not null,
    layout_id varchar not null,
    mottaker_id varchar not null,
    fodselsmaaned date,
    post varchar not null
);

create table if not exists raw.kostra_0a (
    leveranse_id varchar not null,
    linje integer not null,
    layout_id varchar not null,
    post varchar not null
);

create table if not exists raw.ssb_befolkning (
    leveranse_id varchar not null,
    linje integer not null,
    tabell varchar not null,
    kommunenummer varchar not null,
    rapporteringsaar integer not null,
    alder integer not null,
    innbyggere bigint,
    status varchar
);

create table if not exists raw.fagsystem_mottaker (
    leveranse_id varchar not null,
    linje integer not null,
    journalnummer varchar not null,
    mottaker_id varchar not null,
    fodselsmaaned date,
    kjonn_kode varchar,
    sivilstand_kode varchar,
    antall_barn_under_18 integer,
    hovedinntekt_kode varchar,
    trygd_kode varchar,
    arbeidssituasjon_kode varchar,
    bosituasjon_kode varchar,
    bydel varchar,
    er_skjermet boolean,
    siste_kontakt date
);

create table if not exists raw.fagsystem_vedtak (
    leveranse_id varchar not null,
    linje integer not null,
    vedtak_id varchar not null,
    journalnummer varchar not null,
    soknadsdato date,
    vedtaksdato date not null,
    utfall varchar not null,
    lovhjemmel varchar,
    stonadsart varchar not null,
    stonadsart_lokal varchar not null,
    stonadsform varchar,
    periode_fom date,
    periode_tom date,
    belop_nok decimal(18, 2)
);

create table if not exists raw.fagsystem_utbetaling (
    leveranse_id varchar not null,
    linje integer not null,
    utbetaling_id varchar not null,
    journalnummer varchar not null,
    vedtak_id varchar,
    stonadsart varchar not null,
    stonadsart_lokal varchar not null,
    stonadsform varchar not null,
    belop_nok decimal(18, 2) not null,
    periode_fom date,
    periode_tom date,
    registrert_dato date not null,
    forfallsdato date,
    utbetalingsdato date,
    status varchar not null,
    reverserer_utbetaling_id varchar,
    betalingsmaate varchar,
    er_annen_mottaker boolean,
    ansvar varchar,
    funksjon varchar,
    art varchar,
    bilagsnummer varchar
);

-- What SSB's controls said of a delivery. One row per leveranse_id, of the edition that applies to its year.
-- alvor is the worst finding, as SSB's program names it, and null where the file was not controlled (utfall and melding
-- say why). antall_* count all findings by severity, utelatt those of them that are not in kostra_kontroll, and
-- antall_uansett the errors that SSB's program reports whatever one does.
create table if not exists intern.kostra_kontroll_kjoring (
    leveranse_id varchar not null,
    regelutgave varchar not null,
    skjema varchar not null,
    kommunenummer varchar not null,
    rapporteringsaar integer not null,
    tidspunkt timestamp not null,
    regelavtrykk varchar not null,
    utfall varchar not null,
    alvor varchar,
    antall_poster bigint,
    antall_kontroller bigint,
    antall_kritiske bigint,
    antall_feil bigint,
    antall_advarsler bigint,
    antall_informasjon bigint,
    antall_uansett bigint,
    utelatt bigint,
    funn_per_regel struct(regel varchar, alvor varchar, uansett boolean, antall bigint)[],
    melding varchar
);

-- The findings. One row per leveranse_id and rekkefolge, the finding's place in the order of SSB's program; at most a
-- thousand of a rule. linjer are counted as SSB does it, empty lines left out, and is empty for the file as a whole.
create table if not exists intern.kostra_kontroll (
    leveranse_id varchar not null,
    rekkefolge integer not null,
    regelutgave varchar not null,
    skjema varchar not null,
    kommunenummer varchar not null,
    rapporteringsaar integer not null,
    regel varchar not null,
    alvor varchar not null,
    felt varchar,
    linjer integer[] not null,
    antall_linjer bigint not null,
    journalnummer varchar,
    saksbehandler varchar,
    melding varchar not null,
    uansett boolean not null
);

-- The rules of each edition, as the controls were run with them. One row per regelutgave, skjema and regel.
create table if not exists intern.kostra_kontroll_regel (
    regelutgave varchar not null,
    skjema varchar not null,
    regel varchar not null,
    rekkefolge integer not null,
    alvor varchar not null,
    tittel varchar not null,
    gjor varchar not null
);
"""
TABELLER += TABELLER_REGISTER + TABELLER_HOVEDBOK

RAATABELL = {
    "11F": "raw.kostra_11f",
    "11CF": "raw.kostra_11cf",
    "0A": "raw.kostra_0a",
    "befolkning": "raw.ssb_befolkning",
}


def kladdemappe(mappe: Mappe) -> Path:
    """Return the scratch folder inside the protected part, where a file on its way in may be rewritten."""
    path = mappe.nokkel / "kladd"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def tom_kladdemappe(mappe: Mappe) -> None:
    """Remove whatever an earlier run left in the scratch folder."""
    shutil.rmtree(mappe.nokkel / "kladd", ignore_errors=True)


def aapne_varehus(mappe: Mappe, miljo: Miljo) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB with the warehouse attached as `varehus`, its tables in place, and scratch space as the default.

    Rows still holding identity numbers never touch the warehouse file: they are worked on in a database in the
    protected scratch folder, or in temporary tables that spill there, both encrypted with a key that is gone when the
    connection is. They are files and not memory, so that an inbox of any size fits.
    """
    con = duckdb.connect()
    con.execute(f"set memory_limit = {sql_tekst(miljo.minne)}")
    con.execute(f"set temp_directory = {sql_tekst(kladdemappe(mappe) / 'duckdb')}")
    con.execute("set enable_progress_bar = false")
    con.execute("set temp_file_encryption = true")
    # The newer format packs text in half the time; DuckDB's default is made for readers of old versions.
    con.execute(f"attach {sql_tekst(mappe.varehus)} as varehus (storage_version 'v1.5.0')")
    con.execute("use varehus")
    con.execute(TABELLER)
    last_kryptering(con)
    con.execute("set temp_file_encryption = true")
    kladd = kladdemappe(mappe) / f"{secrets.token_hex(8)}.duckdb"
    con.execute(f"attach {sql_tekst(kladd)} as kladd (encryption_key '{secrets.token_hex(32)}')")
    con.execute("use kladd")
    return con
