-- A person may have several journal numbers, in one system or in two. What the latest extract says, counts.
select
    mottaker_nr,
    kommunenummer,
    mottaker_id,
    arg_max(fodselsmaaned, row(rang, -linje)) as fodselsmaaned,
    arg_max(kjonn_kode, row(rang, -linje)) as kjonn_kode,
    coalesce(bool_or(er_skjermet), false) as er_skjermet
from {{ ref('int_fagsystem_mottaker') }}
group by mottaker_nr, kommunenummer, mottaker_id
