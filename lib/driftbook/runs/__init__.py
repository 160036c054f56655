"""Executing notebooks: the papermill engine, the archive, backfill. Only this package knows notebooks."""
