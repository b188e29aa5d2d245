"""Whole runs, made once and looked at by many tests."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from dagster_project.kjoring import Sammendrag, kjor
from dagster_project.settings import Mappe, Miljo

SHARED = Path(__file__).resolve().parents[3] / "shared"
TIDSPUNKT = datetime(2026, 11, 2, 6, 0)


@pytest.fixture(scope="session")
def nokkelfil(tmp_path_factory) -> Path:
    """The key of all whole runs, outside every folder they work in."""
    return tmp_path_factory.mktemp("nokkel") / "personnokkel.key"


@pytest.fixture(scope="session", autouse=True)
def _rent_miljo(nokkelfil) -> Iterator[None]:
    """An environment without the developer's own settings, and with the tests' key."""
    for_ = {navn: verdi for navn, verdi in os.environ.items() if navn.startswith("STONAD_")}
    for navn in for_:
        del os.environ[navn]
    os.environ["STONAD_NOKKELFIL"] = str(nokkelfil)
    yield
    os.environ.pop("STONAD_NOKKELFIL", None)
    os.environ.update(for_)


@pytest.fixture(scope="session")
def lag_mappe(tmp_path_factory) -> Callable[..., Mappe]:
    """Return a maker of folders with a list of municipalities and an empty inbox."""

    def lag(navn: str, kommuner: dict[str, str]) -> Mappe:
        mappe = Mappe(tmp_path_factory.mktemp(navn))
        mappe.lag()
        rader = "".join(f'  - {{kommunenummer: "{nummer}", navn: {tittel}}}\n' for nummer, tittel in kommuner.items())
        (mappe.konfig / "kommuner.yml").write_text("kommuner:\n" + rader, encoding="utf-8")
        return mappe

    return lag


@pytest.fixture(scope="session")
def leveranser(lag_mappe) -> tuple[Mappe, Sammendrag]:
    """The shared deliveries of four municipalities and four years, run once."""
    kilde = SHARED / "leveranser"
    if not kilde.exists():
        pytest.skip("../shared/leveranser finnes ikke her; sammenligningen med fasit er hoppet over.")
    mappe = lag_mappe("leveranser", {"3411": "Ringsaker", "3403": "Hamar", "3413": "Stange", "3412": "Løten"})
    for del_ in ("3411", "3403", "3413", "3412", "felles"):
        shutil.copytree(kilde / del_, mappe.innboks / del_)
    for sti in mappe.innboks.rglob("*"):
        sti.chmod(0o700 if sti.is_dir() else 0o600)
    return mappe, kjor(mappe, Miljo(), TIDSPUNKT)
