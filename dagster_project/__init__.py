"""Stønadsvarehuset: from the files a municipality already has to figures it can explain."""
