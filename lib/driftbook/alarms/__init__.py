"""What decides: reference histograms, calibrated thresholds, the verdict. Never imports Evidently."""
