"""What every page that is drawn from a template has in common."""

import json

import jinja2


def lag_miljo(pakke: str) -> jinja2.Environment:
    """Return the environment of the HTML templates in the folder `maler` of a package."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader(pakke, "maler"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def json_i_skript(innhold: object, *, sortert: bool = False) -> str:
    """Return JSON that can stand inside a script element, whatever its texts are."""
    tekst = json.dumps(innhold, ensure_ascii=False, separators=(",", ":"), sort_keys=sortert)
    return tekst.replace("<", "\\u003c")
