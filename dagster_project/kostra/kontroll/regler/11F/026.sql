select
    fil_id,
    linje,
from post
where
    STMND_1 <> '01'
    and STMND_2 <> '02'
    and STMND_3 <> '03'
    and STMND_4 <> '04'
    and STMND_5 <> '05'
    and STMND_6 <> '06'
    and STMND_7 <> '07'
    and STMND_8 <> '08'
    and STMND_9 <> '09'
    and STMND_10 <> '10'
    and STMND_11 <> '11'
    and STMND_12 <> '12'
