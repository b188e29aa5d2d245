"""dbt's documentation with lineage, as one page that asks nobody for anything.

It is the page `dbt docs generate --static` makes, put together here from the page dbt ships and the manifest the run
has made already. The manifest is trimmed: no path of a machine, no time, no test data. What the page as shipped would
fetch is taken out (tests/nettleser/test_nettsted.py looks for more in Chromium): a favicon and icons whose addresses
are templates not filled in, and the script it tracks readers with, which the manifest turns off too.
"""

import importlib.metadata
import json
from functools import cache
from pathlib import Path
from typing import Any

from dagster_project.dbt import sikre_manifest
from dagster_project.feil import Kjoringsfeil
from dagster_project.maler import json_i_skript

EGET_PROSJEKT = "stonadsvarehuset"
OVERSIKT = """\
# Dokumentasjon av beregningene

Her står hver tabell varehuset lager: hva den er, hvilke kolonner den har, SQL-en den er laget med, og hvilke tabeller
den bygger på. Menyene er på engelsk, for siden kommer fra verktøyet dbt.

- **Slektstreet (lineage)**: Knappen nede til høyre tegner hvordan tabellene henger sammen. Åpne en tabell først, så ser
  du bare den og dem den bygger på.
- **Det som er publisert**, ligger under *stonadsvarehuset → models → marts → bi*.
- **Hva kolonnene betyr**, står i [kontrakten](../kontrakt.html), og hva indikatorene betyr, i
  [katalogen](../indikatorer.html).

[Til forsiden](../index.html)
"""
HJEM = (
    '<a href="../index.html" style="position:fixed;left:0;bottom:0;z-index:10;padding:.5rem 1rem;background:#fff;'
    'border:1px solid #dde2ea;color:#1f5591">Til forsiden</a>'
)
RETTES = (
    (
        """<link rel="shortcut icon" href="${require('./assets/favicons/favicon.ico')}"/>""",
        '<link rel="icon" href="data:,">',
    ),
    ('<link rel="canonical" href="/overview/"/>', ""),
    # The browser would ask for the template itself before it is filled in.
    ('<use xlink:href="{{', '<use ng-attr-xlink:href="{{'),
    ('"//d1fc8wv8zag5ca.cloudfront.net/2.9.0/sp.js"', '"data:,"'),
)
MANIFEST, KATALOG = '"MANIFEST.JSON INLINE DATA"', '"CATALOG.JSON INLINE DATA"'


def lag_dokumentasjon() -> str:
    """Return the page.

    Raises:
        Kjoringsfeil: if dbt cannot read the project, or ships another page than the one this is made for.
    """
    manifest = json.loads(sikre_manifest().read_text(encoding="utf-8"))
    trimmet = trim(manifest)
    return (
        _side()
        .replace(KATALOG, json_i_skript(_katalog(trimmet), sortert=True), 1)
        .replace(MANIFEST, json_i_skript(trimmet, sortert=True), 1)
    )


def trim(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return the manifest with what the page shows, and nothing of the machine or the time it was made."""
    noder = {id_: _uten(node) for id_, node in manifest["nodes"].items()}
    makroer = {
        id_: _uten(makro) if makro["package_name"] == EGET_PROSJEKT else _uten(makro) | {"macro_sql": ""}
        for id_, makro in manifest["macros"].items()
    }
    dokumenter = {
        id_: dok | {"block_contents": OVERSIKT} if dok["name"] == "__overview__" else dok
        for id_, dok in manifest["docs"].items()
    }
    metadata = manifest["metadata"]
    return manifest | {
        "metadata": {
            "dbt_schema_version": metadata["dbt_schema_version"],
            "dbt_version": metadata["dbt_version"],
            "project_name": metadata["project_name"],
            "adapter_type": metadata["adapter_type"],
            "project_id": None,
            "user_id": None,
            "send_anonymous_usage_stats": False,
        },
        "nodes": noder,
        "sources": {id_: _uten(kilde) for id_, kilde in manifest["sources"].items()},
        "macros": makroer,
        "docs": dokumenter,
        "unit_tests": {},
        "disabled": {},
    }


def _katalog(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return what dbt would ask the database for, from the types the models promise."""
    noder = {
        id_: {
            "unique_id": id_,
            "metadata": {felt: node[felt] for felt in ("database", "schema", "name")}
            | {"type": node["config"].get("materialized"), "comment": None, "owner": None},
            "columns": {
                navn: {"name": navn, "index": plass, "type": kolonne["data_type"], "comment": None}
                for plass, (navn, kolonne) in enumerate(node["columns"].items(), 1)
            },
            "stats": {},
        }
        for id_, node in manifest["nodes"].items()
        if node["columns"] and all(kolonne["data_type"] for kolonne in node["columns"].values())
    }
    return {"metadata": {}, "nodes": noder, "sources": {}, "errors": None}


def _uten(node: dict[str, Any]) -> dict[str, Any]:
    return {navn: verdi for navn, verdi in node.items() if navn not in {"root_path", "created_at", "build_path"}}


@cache
def _side() -> str:
    """Return dbt's own page, with nothing to fetch and a place for the manifest.

    Raises:
        Kjoringsfeil: if it is not the page this is made for.
    """
    fil = importlib.metadata.distribution("dbt-core").locate_file("dbt/task/docs/index.html")
    side = Path(str(fil)).read_text(encoding="utf-8")
    for fra, til in RETTES:
        if fra not in side:
            raise Kjoringsfeil(
                f"Siden til dbt er ikke slik den pleier: {fra} mangler. Bruk versjonen i constraints.txt."
            )
        side = side.replace(fra, til)
    for plass in (MANIFEST, KATALOG, "</body>"):
        if side.count(plass) != 1:
            raise Kjoringsfeil(f"Siden til dbt er ikke slik den pleier: {plass}. Bruk versjonen i constraints.txt.")
    return side.replace("</body>", f"{HJEM}</body>")
