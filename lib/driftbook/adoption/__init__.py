"""Adopting a model: a look at its table, and the whole params file that follows from it, each guess with a reason."""

from driftbook.adoption.proposal import Proposal, propose
from driftbook.adoption.request import check
from driftbook.adoption.table import Look, look
from driftbook.adoption.text import (
    bottom_line,
    columns_table,
    content,
    labels_sentence,
    next_steps,
    reasons_table,
    rows_sentence,
    settings,
    write,
)

__all__ = [
    "Look",
    "Proposal",
    "bottom_line",
    "check",
    "columns_table",
    "content",
    "labels_sentence",
    "look",
    "next_steps",
    "propose",
    "reasons_table",
    "rows_sentence",
    "settings",
    "write",
]
