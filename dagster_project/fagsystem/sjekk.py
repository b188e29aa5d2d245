"""The command `stonad profil sjekk`: how a report is understood, for the one who sets up a municipality.

The file is read for real, in a folder that is gone afterwards and with a key of its own, so that what is told is what
a run would do. What is shown of the rows has every letter and digit masked where a person may be told by it.
"""

import json
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import duckdb
import typer
import yaml
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dagster_project.fagsystem.kontrakt import objekter
from dagster_project.fagsystem.overskrift import kolonnenavn, les_overskrift, vurder_kolonner
from dagster_project.fagsystem.profil import Profil, Profiler, innebygde, les_profiler
from dagster_project.fagsystem.tekst import del_linje
from dagster_project.fagsystem.uttrykk import Kolonne, kolonner_i
from dagster_project.feil import Brukerfeil, trygt_navn, uten_persondata
from dagster_project.ingestion.innlesing import FAGSYSTEM_OBJEKTER, les_inn
from dagster_project.settings import Kommune, Mappe, Miljo, les_miljo
from dagster_project.valg import JsonValg, MappeValg

HODE = 256 * 1024
FORSTE_RADER = 3
SKILLETEGN = (";", "\t", "|", ",")
SOK_LINJER = 20
# A code is short; what is longer, or holds a number long enough to be somebody's, is not shown.
MAKS_KODE = 20
MAKS_KODER = 30
LIKHET = 0.75
MOTTATT = datetime(2000, 1, 1)
DATOFORMER = {
    "dd.mm.yyyy": r"[0-9]{2}\.[0-9]{2}\.[0-9]{4}",
    "yyyy-mm-dd": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
}

app = typer.Typer(no_args_is_help=True, help="Profiler: hvordan rapportene fra fagsystemet leses.")
ut = Console(highlight=False)


@dataclass(frozen=True)
class Form:
    """How a file seems to be written, read off the file alone. `overskrift` is the header's line, from 1."""

    tegnsett: str
    skilletegn: str
    overskrift: int
    kolonner: tuple[str, ...]
    rader: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Lesing:
    """What a run would do with the file. Counts are rows; `grunner` has rule, message and number of rows set aside."""

    status: str
    melding: str | None
    rader_lest: int
    rader_godtatt: int
    rader_karantene: int
    rader_sumlinje: int
    grunner: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Sjekk:
    """Everything found out about one file. `bruk` says of each column what becomes of it."""

    filnavn: str
    form: Form
    profil: str | None
    objekt: str | None
    bruk: dict[str, str] = field(default_factory=dict)
    mangler: tuple[str, ...] = ()
    ukjente: tuple[str, ...] = ()
    avvik: str = ""
    ukjente_koder: dict[str, dict[str, int]] = field(default_factory=dict)
    rader: tuple[tuple[str, ...], ...] = ()
    lesing: Lesing | None = None
    uten_lesing: str = ""
    forslag: str = ""

    @property
    def er_i_orden(self) -> bool:
        """Say whether a run would take in every row with every code known."""
        return self.lesing is not None and not (
            self.lesing.status != "godtatt" or self.lesing.rader_karantene or self.ukjente_koder
        )


def sjekk_fil(sti: Path, profiler: Profiler, profilnavn: str | None, egne: Path | None = None) -> Sjekk:
    """Return how a file is understood by a profile: the one named, or the one that fits it best.

    `egne` is the folder of the installation's own profiles, where it has any.

    Raises:
        Brukerfeil: if the file cannot be read as text with columns, or there is no such profile.
    """
    form = les_form(sti)
    profil, objekt = _velg_profil(sti.name, form, profiler, profilnavn)
    if profil is None or objekt is None:
        return Sjekk(
            trygt_navn(sti.name),
            form,
            None,
            None,
            rader=tuple(_maskert_rad(rad, form.kolonner, frozenset()) for rad in form.rader[:FORSTE_RADER]),
            uten_lesing="Ingen profil har kolonner som ligner.",
            forslag=lag_forslag(form, None, _gjett_objekt(form)),
        )
    overskrift = les_overskrift(sti, profil, objekt)
    koder = _ukjente_koder(form, profil, objekt)
    lesing, hvorfor = _prov(sti, profil, objekt, egne)
    return Sjekk(
        filnavn=trygt_navn(sti.name),
        form=form,
        profil=profil.profil,
        objekt=objekt,
        bruk=_bruk(form, profil, objekt),
        mangler=overskrift.mangler,
        ukjente=overskrift.ukjente if overskrift.er_overskrift else (),
        avvik=overskrift.tillegg,
        ukjente_koder=koder,
        rader=tuple(
            _maskert_rad(rad, form.kolonner, _aapne_kolonner(profil, objekt)) for rad in form.rader[:FORSTE_RADER]
        ),
        lesing=lesing,
        uten_lesing=hvorfor,
        forslag=lag_forslag(form, profil, objekt),
    )


def les_form(sti: Path) -> Form:
    """Return how a file seems to be written.

    Raises:
        Brukerfeil: if it cannot be opened, is empty, or has no line that looks like a header.
    """
    try:
        with sti.open("rb") as fil:
            hode = fil.read(HODE)
    except OSError as feil:
        raise Brukerfeil(f"Kan ikke lese {trygt_navn(sti.name)}: {feil.strerror}.") from None
    tegnsett, tekst = _tegnsett(hode if len(hode) < HODE else hode[: hode.rfind(b"\n") + 1])
    linjer = tekst.splitlines()
    # Title lines have none, so lines without the character say nothing of how wide a row is.
    bredder = {tegn: Counter(n for linje in linjer if (n := linje.count(tegn))) for tegn in SKILLETEGN}
    antall = {tegn: teller.most_common(1)[0][0] if teller else 0 for tegn, teller in bredder.items()}
    skilletegn = max(SKILLETEGN, key=lambda tegn: antall[tegn])
    bredde = antall[skilletegn]
    forste = next((nr for nr, linje in enumerate(linjer[:SOK_LINJER]) if linje.count(skilletegn) == bredde), None)
    if forste is None or bredde == 0:
        raise Brukerfeil(
            f"{trygt_navn(sti.name)} har ingen overskrift med kolonner i de første {SOK_LINJER} linjene. "
            "Er det en CSV-fil?"
        )
    form = innebygde()[0].fil.model_copy(update={"skilletegn": skilletegn})
    rader = [tuple(celle.strip() for celle in del_linje(linje, form)) for linje in linjer[forste:] if linje.strip()]
    return Form(tegnsett, skilletegn, forste + 1, tuple(map(kolonnenavn, rader[0])), tuple(rader[1:]))


def _tegnsett(hode: bytes) -> tuple[str, str]:
    if hode.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig", hode.decode("utf-8-sig", errors="replace")
    try:
        return ("windows-1252" if hode.isascii() else "utf-8"), hode.decode("utf-8")
    except UnicodeDecodeError:
        return "windows-1252", hode.decode("cp1252", errors="replace")


def _velg_profil(
    filnavn: str, form: Form, profiler: Profiler, profilnavn: str | None
) -> tuple[Profil | None, str | None]:
    valgte: Sequence[Profil] = [profiler.finn(profilnavn)] if profilnavn else profiler.gode
    treff = profiler.velg(filnavn)
    if treff is not None and treff.profil in valgte:
        return treff.profil, treff.objekt
    passer = []
    for profil in valgte:
        for objekt in profil.objekter:
            funnet = vurder_kolonner(form.kolonner, form.overskrift, profil, objekt)
            kjente = len(set(form.kolonner) - set(funnet.ukjente))
            passer.append((kjente, -len(funnet.mangler), profil.profil, objekt, profil))
    kjente, _, _, objekt, profil = max(passer, key=lambda ett: ett[:4])
    return (profil, objekt) if kjente else (None, None)


def _bruk(form: Form, profil: Profil, objekt: str) -> dict[str, str]:
    del_ = profil.objekter[objekt]
    felt_for: dict[str, list[str]] = {}
    for felt, uttrykk in del_.kolonner.items():
        for kolonne in kolonner_i(uttrykk):
            felt_for.setdefault(kolonnenavn(kolonne), []).append(felt)
    forkast = set(map(kolonnenavn, del_.forkast))
    return {
        kolonne: ", ".join(felt_for[kolonne])
        if kolonne in felt_for
        else "forkastes"
        if kolonne in forkast
        else "ukjent"
        for kolonne in form.kolonner
    }


def _aapne_kolonner(profil: Profil, objekt: str) -> frozenset[str]:
    """Return the columns whose values tell nothing of who somebody is."""
    kontrakt = objekter()[objekt]
    aapne: set[str] = set()
    lukkede: set[str] = set()
    for navn, uttrykk in profil.objekter[objekt].kolonner.items():
        felt = kontrakt.felt(navn)
        til = lukkede if felt is None or felt.personvern else aapne
        til.update(map(kolonnenavn, kolonner_i(uttrykk)))
    return frozenset(aapne - lukkede)


def _maskert_rad(rad: Sequence[str], kolonner: Sequence[str], aapne: frozenset[str]) -> tuple[str, ...]:
    return tuple(
        uten_persondata(celle) if kolonne in aapne else re.sub(r"\w", "#", celle)
        for celle, kolonne in zip(rad, kolonner, strict=False)
    )


def _ukjente_koder(form: Form, profil: Profil, objekt: str) -> dict[str, dict[str, int]]:
    """Return the values of code fields that the profile does not translate, with how often they were seen."""
    kontrakt = objekter()[objekt]
    plass = {kolonne: nr for nr, kolonne in enumerate(form.kolonner)}
    tomme = set(profil.filform(objekt).tomverdier)
    sum_ = re.compile(profil.filform(objekt).sumlinjer) if profil.filform(objekt).sumlinjer else None
    ut_: dict[str, dict[str, int]] = {}
    for navn, uttrykk in profil.objekter[objekt].kolonner.items():
        felt = kontrakt.felt(navn)
        if felt is None or not isinstance(uttrykk, Kolonne):
            continue
        avledet = next((f for f in kontrakt.felter if f.fra == navn), None)
        kodefelt = avledet or felt
        if kodefelt.type not in ("kode", "ja_nei") or kolonnenavn(uttrykk.navn) not in plass:
            continue
        kart = profil.koder.get(kodefelt.navn)
        kjente = set(kart) if kart is not None else set(kodefelt.koder or ("ja", "nei"))
        nr = plass[kolonnenavn(uttrykk.navn)]
        verdier = Counter(rad[nr] for rad in form.rader if nr < len(rad) and not (sum_ and rad and sum_.search(rad[0])))
        ukjente = {_kode(verdi): antall for verdi, antall in sorted(verdier.items()) if verdi not in kjente | tomme}
        if ukjente:
            ut_[kodefelt.navn] = dict(list(ukjente.items())[:MAKS_KODER])
    return ut_


def _kode(verdi: str) -> str:
    return "#" * len(verdi) if len(verdi) > MAKS_KODE or re.search(r"[0-9]{6}", verdi) else verdi


def _prov(sti: Path, profil: Profil, objekt: str, egne: Path | None) -> tuple[Lesing | None, str]:
    """Read the file as a run would, and return what became of it, or why that could not be tried."""
    svar = profil.filform(objekt).navnemonster.les(sti.name)
    if isinstance(svar, str):
        return None, f"Filen kan ikke prøveleses med dette navnet: {svar}."
    with TemporaryDirectory() as rot:
        mappe = Mappe(Path(rot) / "prove")
        mappe.lag()
        if egne is not None and egne.is_dir():
            shutil.copytree(egne, mappe.profiler)
        kommune = Kommune(kommunenummer=svar.kommunenummer, navn="prøve")
        (mappe.konfig / "kommuner.yml").write_text(
            yaml.safe_dump({"kommuner": [{"kommunenummer": svar.kommunenummer, "navn": "prøve"}]}), encoding="utf-8"
        )
        treff = les_profiler(mappe).velg(sti.name)
        if treff is None or treff.profilnavn != profil.profil:
            return None, f"Filen kan ikke prøveleses: navnet passer ikke med filnavn i profilen {profil.profil}."
        shutil.copyfile(sti, mappe.innboks / sti.name)
        miljo = Miljo(nokkel=None, nokkelfil=Path(rot) / "nokkel", mappe=None, per=None)
        resultat = les_inn(mappe, miljo, (kommune,), FAGSYSTEM_OBJEKTER, MOTTATT)
        if not resultat.vurderinger:
            return None, "Filen kan ikke prøveleses: innholdet er noe annet enn en rapport fra et fagsystem."
        (vurdering,) = resultat.vurderinger
        with duckdb.connect(str(mappe.varehus), read_only=True) as con:
            grunner = con.execute("""
                select
                    regel,
                    min(melding),
                    sum(rader)::integer
                from intern.karantene
                group by regel
                order by regel
            """).fetchall()
    lesing = Lesing(
        status=vurdering.status,
        melding=vurdering.melding,
        rader_lest=vurdering.rader_lest,
        rader_godtatt=vurdering.rader_godtatt,
        rader_karantene=vurdering.rader_karantene,
        rader_sumlinje=vurdering.rader_sumlinje,
        grunner=tuple(grunner),
    )
    return lesing, ""


def _gjett_objekt(form: Form) -> str:
    """Return the object whose fields most of the columns are named like."""
    return max(objekter(), key=lambda navn: (len(_forslag_til_kolonner(form, navn)), navn))


def _forslag_til_kolonner(form: Form, objekt: str) -> dict[str, str]:
    """Return a column for each field that some column is named like: as the field, or as an example profile has it."""
    navn_for: dict[str, str] = {}
    for felt in objekter()[objekt].felter:
        navn_for[felt.navn.replace("_", " ").casefold()] = felt.navn
    for profil in innebygde():
        for felt_navn, uttrykk in profil.objekter[objekt].kolonner.items():
            if isinstance(uttrykk, Kolonne):
                navn_for[uttrykk.navn.replace("_", " ").casefold()] = felt_navn
    valgt: dict[str, str] = {}
    for kolonne in form.kolonner:
        like = get_close_matches(kolonne.replace("_", " ").casefold(), navn_for, n=1, cutoff=LIKHET)
        if like and navn_for[like[0]] not in valgt:
            valgt[navn_for[like[0]]] = kolonne
    return valgt


def lag_forslag(form: Form, profil: Profil | None, objekt: str) -> str:
    """Return a profile to start from, as YAML: what is known filled in, what a person must decide marked with ?."""
    kontrakt = objekter()[objekt]
    kolonner = _forslag_til_kolonner(form, objekt)
    if profil is not None:
        finnes = set(form.kolonner)
        kolonner |= {
            felt: uttrykk.navn
            for felt, uttrykk in profil.objekter[objekt].kolonner.items()
            if isinstance(uttrykk, Kolonne) and kolonnenavn(uttrykk.navn) in finnes
        }
    kreves = [felt.navn for felt in kontrakt.felter if felt.kreves and not felt.fra]
    innhold = {
        "profil": "min_kommune",
        "kontrakt": "fagsystem",
        "fil": {
            "tegnsett": form.tegnsett,
            "skilletegn": form.skilletegn,
            "dato": _datoform(form),
            "hopp_over_linjer": form.overskrift - 1,
        },
        "objekter": {
            objekt: {
                "filnavn": f"min_kommune_{objekt}_*.csv",
                "kolonner": {
                    felt.navn: kolonner.get(felt.navn, "?")
                    for felt in kontrakt.felter
                    if not felt.fra and (felt.navn in kolonner or felt.navn in kreves)
                },
                "forkast": [kolonne for kolonne in form.kolonner if kolonne and kolonne not in kolonner.values()],
            }
        },
    }
    return yaml.safe_dump(innhold, allow_unicode=True, sort_keys=False, width=110)


def _datoform(form: Form) -> str:
    celler = [celle for rad in form.rader[:50] for celle in rad]
    antall = {navn: sum(bool(re.fullmatch(monster, celle)) for celle in celler) for navn, monster in DATOFORMER.items()}
    return max(antall, key=lambda navn: antall[navn])


@app.callback()
def profil() -> None:
    """Profiler: hvordan rapportene fra fagsystemet leses."""


@app.command()
def sjekk(
    fil: Annotated[Path, typer.Argument(help="Rapporten fra fagsystemet.")],
    profilnavn: Annotated[
        str | None, typer.Option("--profil", help="Profilen filen skal leses med. Ellers velges den som passer best.")
    ] = None,
    mappe: MappeValg = None,
    json_: JsonValg = False,
) -> None:
    """Vis hvordan en rapport blir forstått: kolonner, koder og rader, og et forslag til profil. Ingenting lagres.

    Utgangskoder: 0 alt i orden, 1 noe må rettes, 2 filen eller profilen kan ikke leses.
    """
    valgt = mappe or les_miljo().mappe
    egne = Mappe(valgt.expanduser().resolve()).profiler if valgt else None
    svar = sjekk_fil(fil, _profiler(egne), profilnavn, egne)
    if json_:
        print(json.dumps(asdict(svar), ensure_ascii=False, indent=2))
    else:
        _vis(svar)
    if not svar.er_i_orden:
        raise typer.Exit(1)


def _profiler(egne: Path | None) -> Profiler:
    return les_profiler(Mappe(egne.parent.parent)) if egne is not None else Profiler(eksempler=innebygde())


def _vis(svar: Sjekk) -> None:
    form = svar.form
    skille = {"\t": "tabulator"}.get(form.skilletegn, form.skilletegn)
    ut.print(
        f"{escape(svar.filnavn)}: tegnsett {form.tegnsett}, skilletegn {escape(skille)}, overskrift på linje "
        f"{form.overskrift}, {len(form.kolonner)} kolonner.",
        soft_wrap=True,
    )
    if svar.profil:
        ut.print(f"Leses med profilen {svar.profil} som {svar.objekt}.")
    _vis_kolonner(svar)
    if svar.mangler:
        ut.print(f"[red]Mangler:[/red] {escape(', '.join(svar.mangler))}", soft_wrap=True)
    if svar.avvik:
        ut.print(escape(svar.avvik), soft_wrap=True)
    for felt, koder in svar.ukjente_koder.items():
        vist = ", ".join(f"«{kode}» ({antall})" for kode, antall in koder.items())
        ut.print(f"[yellow]Ukjente koder[/yellow] for {felt}: {escape(vist)}", soft_wrap=True)
    _vis_lesing(svar)
    if not svar.er_i_orden:
        ut.print("\nEt forslag å begynne med. Sett inn det som står med ?, og lagre det i konfig/profiler/:\n")
        ut.print(escape(svar.forslag), soft_wrap=True)


def _vis_kolonner(svar: Sjekk) -> None:
    tabell = Table(title="Kolonner og de første radene (det som kan si hvem noen er, er maskert)", title_justify="left")
    for overskrift in ("Kolonne", "Blir til", *(f"Rad {nr}" for nr in range(1, len(svar.rader) + 1))):
        tabell.add_column(overskrift, overflow="fold")
    for nr, kolonne in enumerate(svar.form.kolonner):
        celler = [escape(rad[nr]) if nr < len(rad) else "" for rad in svar.rader]
        tabell.add_row(escape(kolonne), svar.bruk.get(kolonne, "ukjent"), *celler)
    ut.print(tabell)


def _vis_lesing(svar: Sjekk) -> None:
    lesing = svar.lesing
    if lesing is None:
        ut.print(f"[yellow]{escape(svar.uten_lesing)}[/yellow]", soft_wrap=True)
        return
    if lesing.status != "godtatt":
        ut.print(f"[red]En kjøring ville avvist filen:[/red] {escape(lesing.melding or '')}", soft_wrap=True)
        return
    ut.print(
        f"En kjøring ville lest {lesing.rader_lest} rader: {lesing.rader_godtatt} godtatt, {lesing.rader_karantene} "
        f"lagt til side, {lesing.rader_sumlinje} sumlinjer."
    )
    for regel, melding, antall in lesing.grunner:
        ut.print(f"  {regel}: {antall} rader. For eksempel: {escape(melding)}", soft_wrap=True)
