select
    fil_id,
    linje,
    AVSL_VIKTIGSTE_INNTEKT as verdi,
from post
where
    STATUS = '3'
    and AVSL_VIKTIGSTE_INNTEKT not in koder('AVSL_VIKTIGSTE_INNTEKT')
