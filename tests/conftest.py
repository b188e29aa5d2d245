"""Fixtures shared by the tests: a folder to work in, and an environment of its own."""

import os

import pytest

from dagster_project.settings import Mappe, Miljo
from tests.varehus import ny_mappe


@pytest.fixture
def miljo(tmp_path, monkeypatch) -> Miljo:
    """Settings read from an environment with nothing in it but a key file, not yet made, outside `mappe`."""
    for navn in [navn for navn in os.environ if navn.startswith("STONAD_")]:
        monkeypatch.delenv(navn)
    monkeypatch.setenv("STONAD_NOKKELFIL", str(tmp_path / "nokler" / "personnokkel.key"))
    return Miljo()


@pytest.fixture
def mappe(tmp_path, miljo) -> Mappe:
    """An installation for 3411 and 3403 with an empty inbox."""
    return ny_mappe(tmp_path / "region")
