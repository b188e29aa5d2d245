"""The guides in docs/ as pages of the site: the same text, with links that lead to each other's pages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import escape

from dagster_project.seeds import ROOT

DOCS = ROOT / "docs"
DOKUMENTER = {
    "brukerveiledning.md": "brukerveiledning.html",
    "bi.md": "koble-til.html",
    "bi_kontrakt.md": "kontrakt.html",
    "glossary.md": "ordliste.html",
    "avstemming.md": "avstemming.html",
    "drift.md": "drift.html",
    "fagsystem-profil.md": "fagsystem-profil.html",
    "hovedbok.md": "hovedbok.html",
    "kostra-eksport.md": "kostra-eksport.html",
    "kostra-kontroller.md": "kostra-kontroller.html",
    "kvalitet.md": "kvalitetskontroll.html",
    "maanedsindikatorer.md": "maanedsindikatorer.html",
    "periodisering.md": "periodisering.html",
    "personvern.md": "personvern.html",
    "register.md": "register.html",
    "skjerming.md": "skjerming.html",
    "stonadslengde.md": "stonadslengde.html",
}
"""What is on the site, and what its page is called."""
ANDRE_SIDER = {"indikatorer/README.md": "indikatorer.html"}
"""Pages that say the same as a document."""
ENGELSKE = {"glossary.md"}
DYPEST_I_INNHOLD = 2


@dataclass(frozen=True)
class Overskrift:
    """A heading: how deep it stands, its id on the page, and its text."""

    nivaa: int
    id: str
    tekst: str


@dataclass(frozen=True)
class Dokument:
    """A guide as HTML; `bilder` are the files in docs/ it shows."""

    fil: str
    side: str
    tittel: str
    html: str
    overskrifter: tuple[Overskrift, ...]
    bilder: tuple[str, ...]
    spraak: str

    @property
    def innhold(self) -> tuple[Overskrift, ...]:
        """Return the headings a table of contents has."""
        return tuple(en for en in self.overskrifter if en.nivaa == DYPEST_I_INNHOLD)


Kart = dict[str, tuple[Overskrift, ...]]
"""The headings of each document."""


def les_dokumenter() -> tuple[Dokument, ...]:
    """Return the guides. A link to what is not on the site, or to a heading that is not there, is plain text."""
    lest = {fil: _tolk(fil) for fil in DOKUMENTER}
    kart = {fil: overskrifter for fil, (_, overskrifter) in lest.items()}
    return tuple(_dokument(fil, tokens, kart) for fil, (tokens, _) in lest.items())


def _tolk(fil: str) -> tuple[list[Token], tuple[Overskrift, ...]]:
    tokens = _leser().parse((DOCS / fil).read_text(encoding="utf-8"))
    overskrifter: list[Overskrift] = []
    for token, inni in pairwise(tokens):
        if token.type == "heading_open":
            tekst = "".join(del_.content for del_ in inni.children or ())
            tidligere = [en.id for en in overskrifter]
            overskrifter.append(Overskrift(int(token.tag[1]), _anker(tekst, tidligere), tekst))
            token.attrSet("id", overskrifter[-1].id)
    return tokens, tuple(overskrifter)


def _anker(tekst: str, tidligere: Sequence[str]) -> str:
    """Return the id GitHub gives a heading, so that links in the documents lead right in both places."""
    anker = re.sub(r"[^\w\- ]", "", tekst.lower()).replace(" ", "-")
    return anker if anker not in tidligere else f"{anker}-{sum(en.startswith(anker) for en in tidligere)}"


def _dokument(fil: str, tokens: list[Token], kart: Kart) -> Dokument:
    overskrifter = kart[fil]
    bilder: list[str] = []
    for token in tokens:
        if token.children:
            token.children = _rett_lenker(fil, token.children, kart, bilder)
    tittel = _tittel(overskrifter)
    # The title stands at the top of the page.
    kropp = tokens[3:]
    _merk_tabeller(kropp, tittel)
    return Dokument(
        fil,
        DOKUMENTER[fil],
        tittel,
        _leser().renderer.render(kropp, _leser().options, {}),
        tuple(en for en in overskrifter if en.nivaa > 1),
        tuple(bilder),
        "en" if fil in ENGELSKE else "nb",
    )


def _tittel(overskrifter: Sequence[Overskrift]) -> str:
    return next(en.tekst for en in overskrifter if en.nivaa == 1)


def _rett_lenker(fil: str, deler: list[Token], kart: Kart, bilder: list[str]) -> list[Token]:
    rettet: list[Token] = []
    ender: list[bool] = []
    for del_ in deler:
        if del_.type == "link_open":
            maal = _maal(fil, str(del_.attrGet("href")), kart)
            ender.append(maal is not None)
            if maal is None:
                continue
            del_.attrSet("href", maal)
        elif del_.type == "link_close" and not ender.pop():
            continue
        elif del_.type == "image":
            kilde = str(del_.attrGet("src"))
            if not (DOCS / kilde).is_file():
                continue
            bilder.append(kilde)
        elif del_.type == "text" and del_.content in kart:
            # A reader of the site has pages, not files.
            del_.content = f"«{_tittel(kart[del_.content])}»"
        rettet.append(del_)
    return rettet


def _maal(fil: str, adresse: str, kart: Kart) -> str | None:
    """Return where a link of a document leads on the site, or None when it leads nowhere there."""
    if adresse.startswith(("https://", "http://")):
        return adresse
    sti, _, anker = adresse.partition("#")
    if sti in ANDRE_SIDER:
        return ANDRE_SIDER[sti]
    til = sti or fil
    if til not in DOKUMENTER or (anker and unquote(anker) not in {en.id for en in kart[til]}):
        return None
    return (DOKUMENTER[til] if sti else "") + (f"#{unquote(anker)}" if anker else "")


def _merk_tabeller(tokens: list[Token], tittel: str) -> None:
    """Give each table the heading it stands under as its caption."""
    overskrift = tittel
    for token, inni in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and inni is not None:
            overskrift = "".join(del_.content for del_ in inni.children or ())
        elif token.type == "table_open":
            token.meta = {"tittel": overskrift}


def _apne_tabell(self: Any, tokens: Sequence[Token], nummer: int, *_: object) -> str:
    tittel = escape(tokens[nummer].meta["tittel"])
    return (
        f'<div class="rull" role="group" tabindex="0" aria-label="Tabell: {tittel}"><table>'
        f'<caption class="skjult">{tittel}</caption>\n'
    )


def _lukk_tabell(self: Any, *_: object) -> str:
    return "</table></div>\n"


def _kode(self: Any, tokens: Sequence[Token], nummer: int, *_: object) -> str:
    return f'<pre tabindex="0"><code>{escape(tokens[nummer].content)}</code></pre>\n'


@cache
def _leser() -> MarkdownIt:
    leser = MarkdownIt("commonmark", {"html": False}).enable("table")
    for navn, tegn in (
        ("table_open", _apne_tabell),
        ("table_close", _lukk_tabell),
        ("fence", _kode),
        ("code_block", _kode),
    ):
        leser.add_render_rule(navn, tegn)
    return leser
