"""The tables the accounting system's deliveries are kept in. Part of `dagster_project/ingestion/database.py`."""

TABELLER_HOVEDBOK = """
-- What a delivery covers: fraperiode to tilperiode (yyyymm, 13 is the closing period), both included. In a delivery of
-- the type `periode` these periods are whole; one of the type `endring` adds and replaces vouchers.
create table if not exists raw.regnskap_uttrekk (
    leveranse_id varchar not null,
    objekt varchar not null,
    uttrekkstype varchar not null,
    fraperiode varchar not null,
    tilperiode varchar not null,
    uttrukket timestamp not null
);

-- Lines of vouchers, as posted; debit positive. tekst only where it may be kept (docs/hovedbok.md).
create table if not exists raw.hovedbok (
    leveranse_id varchar not null,
    linje integer not null,
    regnskapsaar integer not null,
    periode varchar not null,
    bilagsart varchar,
    bilagsnummer varchar not null,
    bilagslinje integer not null,
    bilagsdato date not null,
    ansvar varchar,
    tjeneste varchar,
    art varchar not null,
    prosjekt varchar,
    belop_nok decimal(18, 2) not null,
    tekst varchar,
    forsystem varchar,
    ekstern_ref varchar
);

create table if not exists raw.budsjett (
    leveranse_id varchar not null,
    linje integer not null,
    aar integer not null,
    maaned integer not null,
    ansvar varchar,
    funksjon varchar not null,
    art varchar not null,
    belop_nok decimal(18, 2) not null
);

-- What a municipality's own accounts stand for, from konfig/regnskap_konto.csv.
create table if not exists intern.regnskap_konto_lokal (
    kommunenummer varchar not null,
    konto varchar not null,
    formaal varchar not null
);
"""
