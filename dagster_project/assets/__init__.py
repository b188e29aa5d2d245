"""The steps of the job as Dagster sees them; each calls a plain function and reports what it did."""
