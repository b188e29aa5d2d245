"""SQL text made from values, for the statements DuckDB takes no parameters in."""


def sql_tekst(verdi: object) -> str:
    """Return a value as an SQL string literal; a folder's name may hold an apostrophe."""
    return "'" + str(verdi).replace("'", "''") + "'"
