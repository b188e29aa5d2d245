-- What was given for each file. One row per fil_id.
create or replace table kontroll_fil (
    fil_id integer,
    skjema varchar,
    aar integer,
    region varchar,
    kommunenr varchar,
    orgnr varchar,
    kvartal varchar,
    har_vedlegg boolean,
    lengde bigint,
    postlengde integer
);

-- The rules of the edition. One row per skjema and regel_nr, the rule's place among the form's.
create or replace table kontroll_regel (
    skjema varchar,
    regel_nr smallint,
    regel varchar,
    rekkefolge integer,
    alvor varchar,
    felt varchar,
    tittel varchar,
    melding varchar,
    gjor varchar,
    saerhet varchar,
    har_sak boolean
);

-- The findings of all forms, in order and with whose record it is. One row per fil_id and rekkefolge.
create or replace table kontroll_funn_raa (
    fil_id integer,
    rekkefolge integer,
    skjema varchar,
    regel_nr smallint,
    alvor varchar,
    felt varchar,
    linjer integer[],
    saksbehandler varchar,
    journalnummer varchar,
    verdi varchar
);

-- The same as the user reads them.
create or replace view kontroll_funn as
select
    funn.fil_id,
    funn.rekkefolge,
    funn.skjema,
    regel.regel,
    funn.alvor,
    coalesce(funn.felt, regel.felt) as felt,
    funn.linjer,
    funn.saksbehandler,
    funn.journalnummer,
    regel.tittel,
    replace(
        replace(
            replace(
                replace(
                    replace(
                        replace(
                            replace(regel.melding, '{felt}', coalesce(funn.felt, regel.felt, '')),
                            '{aar}',
                            fil.aar::varchar
                        ),
                        '{region}',
                        fil.region
                    ),
                    '{kommunenr}',
                    fil.kommunenr
                ),
                '{orgnr}',
                fil.orgnr
            ),
            '{postlengde}',
            fil.postlengde::varchar
        ),
        '{verdi}',
        coalesce(funn.verdi, '')
    ) as melding,
    regel.gjor,
    -- A note on one field is no note on the others the same rule looks at.
    if(funn.felt = regel.felt or regel.felt is null or funn.felt is null, regel.saerhet, null) as saerhet,
from kontroll_funn_raa as funn
inner join kontroll_regel as regel
    on
        funn.skjema = regel.skjema
        and funn.regel_nr = regel.regel_nr
inner join kontroll_fil as fil on funn.fil_id = fil.fil_id;
