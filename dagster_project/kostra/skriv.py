"""Write KOSTRA extracts: fixed-width records cut by the same layout tables that the reader uses."""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from dagster_project.kostra.layout import Felt, Layout

TEGNSETT = "iso-8859-1"
LINJESLUTT = b"\r\n"
POSTER_PER_BIT = 50_000

INGENTING_AA_RAPPORTERE = b" "
SKJEMAER_SOM_KAN_VAERE_TOMME = ("11F", "11CF")

# SSB's control of 0A (rule 014) wants amounts padded with blanks; the person forms pad with zeros.
FYLLTEGN_HELTALL = {"0A": " "}

HELTALLSTYPER = frozenset(
    ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
)
MERKE = "SKRIVEFEIL "
STYRETEGN = bytes(range(0x20)) + b"\x7f"
IKKE_LATIN1 = r"[^ -~\x{80}-\x{FF}]"


class SkriveError(ValueError):
    """Records that cannot be written in the layout; the message is Norwegian and holds no field value."""


def skriv_poster(
    con: duckdb.DuckDBPyConnection,
    kilde: duckdb.DuckDBPyRelation | str,
    layout: Layout,
    sti: Path,
    *,
    sorter_etter: str,
) -> int:
    """Write one record per row of `kilde` to the fixed-width file `sti` and return the number of records.

    Shape: `kilde` is a query, the name of a table or view, or a relation of `con`. Its columns are official
    field names; a field without a column, and a null, is left blank. `sorter_etter` is a column that may
    stand beside the fields and decides the order; the record itself breaks ties, so the file never varies.
    Units: text is left-aligned with blanks; whole numbers are right-aligned with zeros (blanks in 0A); dates
    take the field's `datoformat`. A text column may feed a number or a date field when it reads as one.
    No rows: 11F and 11CF get the file that says there is nothing to report.
    The file appears under its name only when it is complete.

    Raises:
        SkriveError: if a column is unknown or of the wrong type, or a value is too wide for its field
            or holds a character that ISO-8859-1 lacks or that would break the record.
    """
    poster = _poster(con, kilde, layout, sorter_etter, "chr(13) || chr(10)")
    midlertidig = sti.with_name(sti.name + ".under_arbeid")
    sti.parent.mkdir(parents=True, exist_ok=True)
    antall = 0
    try:
        with midlertidig.open("wb") as fil:
            leser = poster.order("sortering, post").to_arrow_reader(POSTER_PER_BIT)
            for bit in leser:
                fil.write(_til_bytes(bit.column("post"), layout, antall))
                antall += bit.num_rows
    except duckdb.Error as feil:
        midlertidig.unlink(missing_ok=True)
        raise SkriveError(_lesbar(feil, layout)) from feil
    except SkriveError:
        midlertidig.unlink(missing_ok=True)
        raise
    if antall == 0:
        midlertidig.unlink()
        skriv_tom(layout, sti)
    else:
        midlertidig.replace(sti)
    return antall


def lag_posttabell(
    con: duckdb.DuckDBPyConnection, kilde: str, layout: Layout, tabell: str, *, sorter_etter: str
) -> int:
    """Make the table `tabell` of the records that `skriv_poster` would write, and return how many they are.

    Shape: one row per row of `kilde`: linje (from 1, in the order of `sorter_etter`) and tekst, without a line end.

    Raises:
        SkriveError: as `skriv_poster`.
    """
    poster = _poster(con, kilde, layout, sorter_etter, "''")
    nummerert = poster.project("row_number() over (order by sortering, post)::integer as linje, post as tekst")
    try:
        con.execute(f"create or replace table {tabell} (linje integer, tekst varchar)")
        nummerert.insert_into(tabell)
    except duckdb.Error as feil:
        raise SkriveError(_lesbar(feil, layout)) from feil
    antall, uskrivelige = con.execute(
        f"select count(*), count(*) filter (where regexp_matches(tekst, $ikke_latin1)) from {tabell}",
        {"ikke_latin1": IKKE_LATIN1},
    ).fetchone()
    if uskrivelige:
        raise SkriveError(f"{uskrivelige} av {antall} poster har tegn som ikke kan skrives i ISO-8859-1.")
    return antall


def skriv_tom(layout: Layout, sti: Path) -> None:
    """Write the file that says there is nothing to report: a single blank.

    Raises:
        SkriveError: if the form has no such file (0A).
    """
    if layout.skjema not in SKJEMAER_SOM_KAN_VAERE_TOMME:
        raise SkriveError(f"Skjema {layout.skjema} kan ikke leveres uten poster.")
    sti.parent.mkdir(parents=True, exist_ok=True)
    sti.write_bytes(INGENTING_AA_RAPPORTERE)


def _poster(
    con: duckdb.DuckDBPyConnection,
    kilde: duckdb.DuckDBPyRelation | str,
    layout: Layout,
    sorter_etter: str,
    slutt: str,
) -> duckdb.DuckDBPyRelation:
    """Return the records (post), each with what the expression `slutt` gives behind it, and their order (sortering)."""
    relasjon = con.sql(kilde if _er_sporring(kilde) else f"from {kilde}") if isinstance(kilde, str) else kilde
    typer = dict(zip(relasjon.columns, map(str, relasjon.types), strict=True))
    _kontroller_kolonner(typer, layout, sorter_etter)
    return relasjon.project(
        f"{_post_sql(layout, typer, sorter_etter, slutt)} as post, {_navn(sorter_etter)} as sortering"
    )


def _er_sporring(kilde: str) -> bool:
    return any(tegn.isspace() for tegn in kilde.strip())


def _navn(kolonne: str) -> str:
    return '"' + kolonne.replace('"', '""') + '"'


def _kontroller_kolonner(typer: dict[str, str], layout: Layout, sorter_etter: str) -> None:
    """Find every column that does not fit the layout and report them in one message."""
    feil = []
    if sorter_etter not in typer:
        feil.append(f"sorteringskolonnen {sorter_etter} finnes ikke")
    for kolonne, type_ in typer.items():
        felt = layout.felt(kolonne)
        if felt is None:
            if kolonne != sorter_etter:
                feil.append(f"{kolonne} er ikke et felt i {layout.layout_id}")
        elif not _passer(felt, type_):
            feil.append(f"{kolonne} skal være {felt.type}, men kolonnen har typen {type_}")
    if feil:
        raise SkriveError(f"Kan ikke skrive {layout.layout_id}: " + "; ".join(feil) + ".")


def _passer(felt: Felt, type_: str) -> bool:
    if type_ == "VARCHAR" or (felt.type == "tekst" and type_.startswith("ENUM")):
        return True
    if felt.type == "heltall":
        return type_ in HELTALLSTYPER
    # `select null as FELT` is an INTEGER to DuckDB, so that type is refused later, where it holds a value.
    return type_ == "INTEGER" or (felt.type == "dato" and type_ == "DATE")


def _post_sql(layout: Layout, typer: dict[str, str], sorter_etter: str, slutt: str) -> str:
    """Build the expression that puts a whole record together, with `slutt` behind it."""
    deler = []
    posisjon = 1
    for felt in sorted(layout.felter, key=lambda felt: felt.fra):
        if felt.fra > posisjon:
            deler.append(_tekst(" " * (felt.fra - posisjon)))
        deler.append(_felt_sql(felt, layout, typer.get(felt.navn), sorter_etter))
        posisjon = felt.fra + felt.lengde
    deler.append(_tekst(" " * (layout.postlengde + 1 - posisjon)))
    return f"concat({', '.join(deler)}, {slutt})"


def _tekst(verdi: str) -> str:
    return "'" + verdi.replace("'", "''") + "'"


def _felt_sql(felt: Felt, layout: Layout, type_: str | None, sorter_etter: str) -> str:
    blank = _tekst(" " * felt.lengde)
    if type_ is None:
        return blank
    kolonne = _navn(felt.navn)
    if felt.type != "heltall" and type_ == "INTEGER":
        feil = _feil_sql(f"Feltet {felt.navn} er {felt.type}, men kolonnen holder tall", "", sorter_etter)
        return f"case when {kolonne} is not null then {feil} else {blank} end"
    if felt.type == "dato":
        dato = f"strptime({kolonne}, {_tekst(felt.datoformat)})" if type_ == "VARCHAR" else kolonne
        return f"coalesce(strftime({dato}, {_tekst(felt.datoformat)}), {blank})"
    if felt.type == "heltall":
        tall = f"cast({kolonne} as bigint)"
        verdi = f"cast({tall} as varchar)"
        utfylt = f"lpad({verdi}, {felt.lengde}, '{_fylltegn(layout)}')"
        if _fylltegn(layout) == "0":
            negativ = f"'-' || lpad(cast(abs({tall}) as varchar), {felt.lengde - 1}, '0')"
            utfylt = f"case when {tall} < 0 then {negativ} else {utfylt} end"
    else:
        verdi = kolonne if type_ == "VARCHAR" else f"cast({kolonne} as varchar)"
        utfylt = f"rpad({verdi}, {felt.lengde}, ' ')"
    for_lang = _feil_sql(
        f"Feltet {felt.navn} har plass til {felt.lengde} tegn, men verdien har ",
        f"length({verdi})",
        sorter_etter,
    )
    return f"case when length({verdi}) > {felt.lengde} then {for_lang} else coalesce({utfylt}, {blank}) end"


def _fylltegn(layout: Layout) -> str:
    return FYLLTEGN_HELTALL.get(layout.skjema, "0")


def _feil_sql(tekst: str, tillegg: str, sorter_etter: str) -> str:
    """Build a call that stops the query with our message; without the value, it may be a fødselsnummer."""
    hvor = "" if sorter_etter.startswith("PERSON_") else sorter_etter
    deler = [_tekst(MERKE + tekst)]
    if tillegg:
        deler.append(f"cast({tillegg} as varchar)")
    if hvor:
        deler.append(f"' (post med {hvor} = ' || coalesce(cast({_navn(hvor)} as varchar), 'blank') || ')'")
    return f"error({' || '.join(deler)} || '.')"


def som_tekst(linjer: pa.Array) -> str:
    """Return a batch of strings put together; its character buffer already is their text."""
    grenser = np.frombuffer(linjer.buffers()[1], np.int32)[linjer.offset : linjer.offset + len(linjer) + 1]
    return bytes(memoryview(linjer.buffers()[2])[grenser[0] : grenser[-1]]).decode("utf-8")


def _til_bytes(linjer: pa.Array, layout: Layout, foran: int) -> bytes:
    """Encode a batch of finished records."""
    tekst = som_tekst(linjer)
    try:
        data = tekst.encode(TEGNSETT)
    except UnicodeEncodeError as feil:
        hvor = _sted(feil.start, layout, foran)
        raise SkriveError(f"{hvor} inneholder tegnet «{tekst[feil.start]}», som ikke finnes i ISO-8859-1.") from None
    bredde = layout.postlengde + len(LINJESLUTT)
    if len(data.translate(None, STYRETEGN)) != len(linjer) * layout.postlengde:
        tegn = np.frombuffer(data, np.uint8).reshape(-1, bredde)[:, : layout.postlengde]
        post, kolonne = np.argwhere((tegn < 0x20) | (tegn == 0x7F))[0]
        hvor = _sted(int(post) * bredde + int(kolonne), layout, foran)
        raise SkriveError(f"{hvor} inneholder et linjeskift eller et annet styretegn.")
    return data


def _sted(indeks: int, layout: Layout, foran: int) -> str:
    post, kolonne = divmod(indeks, layout.postlengde + len(LINJESLUTT))
    navn = next(f.navn for f in layout.felter if f.fra <= kolonne + 1 < f.fra + f.lengde)
    return f"Post {foran + post + 1}: feltet {navn}"


def _lesbar(feil: duckdb.Error, layout: Layout) -> str:
    """Turn DuckDB's wrapping of our message, or its complaint about an unreadable text, into ours."""
    _, skille, egen = str(feil).partition(MERKE)
    if skille:
        return egen.strip()
    if isinstance(feil, duckdb.ConversionException):
        return f"Kan ikke skrive {layout.layout_id}: en tekst lar seg ikke lese som et heltall."
    if isinstance(feil, duckdb.InvalidInputException):
        return f"Kan ikke skrive {layout.layout_id}: en tekst lar seg ikke lese som en dato i feltets format."
    return f"Kan ikke skrive {layout.layout_id}: spørringen feilet."
