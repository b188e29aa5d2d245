-- Generated from seeds/kostra_layout.csv, kostra_felt.csv, kostra_kolonne.csv and kodeliste.csv by
-- "python -m dagster_project.katalog skriv"; change the seed.
-- One row per 0A record of a delivery: leveranse_id, linje. Amounts in kroner (the file has thousands).
with layout_0a_2022 as (
    select
        leveranse_id,
        linje,
        layout_id,
        nullif(trim(substring(post, 8, 6)), '') as region,
        nullif(trim(substring(post, 14, 9)), '') as organisasjonsnummer,
        nullif(trim(substring(post, 23, 9)), '') as foretaksnummer,
        nullif(trim(substring(post, 32, 1)), '') as kontoklasse,
        nullif(trim(substring(post, 33, 4)), '') as funksjon,
        nullif(trim(substring(post, 37, 3)), '') as art,
        (try_cast(substring(post, 40, 9) as decimal(18, 2)) * 1000)::decimal(18, 2) as belop_nok
    from {{ source('raw', 'kostra_0a') }}
    where layout_id = '0A_2022'
)

select * from layout_0a_2022
