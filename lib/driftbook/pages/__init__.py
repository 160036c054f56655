"""What people see: tables, figures, the page of a notebook, the index of the archive."""
