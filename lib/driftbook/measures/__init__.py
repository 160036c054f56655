"""What is computed of one period: quality, drift (the only importer of Evidently), performance."""
