"""The indicator catalogue: each indicator is declared once in `seeds/`, and its SQL and page come from there.

`python -m dagster_project.katalog skriv` writes the generated dbt models and `docs/indikatorer/`;
`python -m dagster_project.katalog sjekk` fails, naming every file that is not as the seeds say.
"""
