-- The record's own municipality decides, also where it is not the one reported for.
select
    fil_id,
    linje,
    BYDELSNR as verdi,
from post
where
    case
        when KOMMUNE_NR = '0301'
            then BYDELSNR not in koder('bydel_i_oslo')
        else not er_blank(BYDELSNR)
    end
