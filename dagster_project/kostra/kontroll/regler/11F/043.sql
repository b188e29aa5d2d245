select
    fil_id,
    linje,
from post
where
    VILKARSOSLOV = '1'
    and VILKARARBEID <> '16'
    and VILKARKURS <> '17'
    and VILKARUTD <> '04'
    and VILKARJOBBLOG <> '06'
    and VILKARJOBBTILB <> '07'
    and VILKARSAMT <> '08'
    and VILKAROKRETT <> '10'
    and VILKARLIVSH <> '18'
    and VILKARHELSE <> '14'
    and VILKARANNET <> '15'
    and VILKARDIGPLAN <> '19'
    and VILKARNORSKSAMISKOPPL <> '20'
