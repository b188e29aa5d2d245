"""dbt's command line for our runs: the project is parsed once for all folders and machines, not once for each.

dbt parses everything anew when what it connects to has changed, and takes the path of the database and its settings as
part of that: some seconds in every run of another folder than the one it was last parsed for. No model asks for either.
"""

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.cli.main import cli

FOLDERS_OWN = frozenset({"path", "settings"})


def main() -> None:
    """Run dbt with the arguments of the process, and end the process as dbt does."""
    alle = DuckDBCredentials._connection_keys

    def uten_mappens_egne(self: DuckDBCredentials) -> tuple[str, ...]:
        return tuple(navn for navn in alle(self) if navn not in FOLDERS_OWN)

    DuckDBCredentials._connection_keys = uten_mappens_egne
    cli()


if __name__ == "__main__":
    main()
