{{ config(alias='forklaring_stonadslengde') }}

select * exclude (periode_type, er_par)
from {{ ref('int_forklaring_stonadslengde') }}
where periode_type = 'aar' and er_par
