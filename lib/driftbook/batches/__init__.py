"""A period's rows, whatever the table: read, given their days, derived columns and types to compute with."""

from driftbook.batches.batch import Batch
from driftbook.batches.reading import check_covers, chunks, in_order, notice, prepare, read, read_few, state

__all__ = ["Batch", "check_covers", "chunks", "in_order", "notice", "prepare", "read", "read_few", "state"]
