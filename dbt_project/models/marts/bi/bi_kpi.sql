{{ config(alias='kpi') }}

select
    maaned,
    indeks,
    basis,
    levert_basis,
    kjedet_med,
    basismaaned,
    basisindeks / indeks as faktor,
    kilde,
    merknad
from {{ ref('int_kpi_maaned') }}
