set variable kontrollkode = (
    select map_from_entries(list((liste, koder)))
    from (
        select
            liste,
            list(kode) as koder,
        from kontrollkode
        group by liste
    )
);

set variable kontrollgrense = (select map_from_entries(list((grense, verdi))) from kontrollgrense);
