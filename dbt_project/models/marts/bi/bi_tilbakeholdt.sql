{{ config(alias='tilbakeholdt') }}

-- What the last control held back; the control of this build writes it anew before it is published.
select
    kommunenummer,
    maaned,
    forklaring
from {{ source('intern', 'tilbakeholdt') }}
