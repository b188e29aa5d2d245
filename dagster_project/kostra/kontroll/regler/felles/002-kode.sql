select
    feltverdi.fil_id,
    feltverdi.linje,
    feltverdi.felt,
    feltverdi.felt_nr,
    feltverdi.verdi,
from feltverdi
anti join kontrollkode
    on
        feltverdi.felt = kontrollkode.liste
        and feltverdi.verdi = kontrollkode.kode
where
    feltverdi.slag = 'kode'
    and not er_blank(feltverdi.verdi)
