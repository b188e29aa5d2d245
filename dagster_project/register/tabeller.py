"""The raw tables of the registers: their columns, and which deliveries fill which."""

# Every figure as delivered: verdi is null where markering says why, and never 0 in its place. inndeling is `dagens`
# where the source has recalculated old months to today's municipalities, `samtidig` where it has those of the time.
# In the Klass tables gyldig_til is the day after the last, as Klass has it.
TABELLER_REGISTER = """
create table if not exists raw.nav_register (
    leveranse_id varchar not null,
    linje integer not null,
    sted varchar not null,
    kommunenummer varchar not null,
    maaned date not null,
    variabel varchar not null,
    verdi decimal(18, 6),
    markering varchar,
    inndeling varchar not null,
    kilde varchar not null
);

create table if not exists raw.ssb_befolkning_kvartal (
    leveranse_id varchar not null,
    linje integer not null,
    tabell varchar not null,
    kommunenummer varchar not null,
    dato date not null,
    innbyggere bigint,
    status varchar,
    inndeling varchar not null
);

create table if not exists raw.ssb_kpi (
    leveranse_id varchar not null,
    linje integer not null,
    maaned date not null,
    basis varchar not null,
    indeks decimal(12, 4),
    status varchar,
    kilde varchar not null
);

create table if not exists raw.ssb_kostra_tabell (
    leveranse_id varchar not null,
    linje integer not null,
    tabell varchar not null,
    region_kode varchar not null,
    region_navn varchar not null,
    rapporteringsaar integer not null,
    variabel varchar not null,
    variabel_navn varchar not null,
    verdi double,
    status varchar
);

create table if not exists raw.klass_kommune (
    leveranse_id varchar not null,
    linje integer not null,
    kommunenummer varchar not null,
    kommunenavn varchar not null,
    gyldig_fra date not null,
    gyldig_til date
);

create table if not exists raw.klass_endring (
    leveranse_id varchar not null,
    linje integer not null,
    endret date not null,
    fra_kommunenummer varchar not null,
    fra_navn varchar not null,
    til_kommunenummer varchar not null,
    til_navn varchar not null
);

create table if not exists raw.klass_kostragruppe (
    leveranse_id varchar not null,
    linje integer not null,
    kommunenummer varchar not null,
    kostragruppe varchar not null,
    kostragruppe_navn varchar not null,
    gyldig_fra date not null,
    gyldig_til date
);
"""

RAATABELLER_REGISTER = {
    "nav_register": ("raw.nav_register",),
    "befolkning_kvartal": ("raw.ssb_befolkning_kvartal",),
    "kpi": ("raw.ssb_kpi",),
    "kostra_tabell": ("raw.ssb_kostra_tabell",),
    "klass": ("raw.klass_kommune", "raw.klass_endring", "raw.klass_kostragruppe"),
}
OBJEKTER_REGISTER = tuple(RAATABELLER_REGISTER)
