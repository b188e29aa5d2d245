"""Registers others publish: NAV's figures by municipality, SSB's prices and tables, and the municipalities' history.

None of them has persons. `gjenkjenning` tells the files apart, `innlesing` writes what the readers find, and each
reader (`nav`, `ssb`, `klass`) turns one file into rows without knowing the database.
"""
