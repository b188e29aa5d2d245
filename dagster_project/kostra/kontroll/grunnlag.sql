-- The code sets and limits of one form in one edition, and what its rules report, as they report it.
create or replace table kontrollkode (
    liste varchar,
    kode varchar
);

create or replace table kontrollgrense (
    grense varchar,
    verdi integer
);

create or replace table funn (
    regel_nr smallint,
    fil_id integer,
    linje integer,
    linjer integer[],
    gruppe integer,
    felt varchar,
    felt_nr smallint,
    alvor varchar,
    verdi varchar
);
