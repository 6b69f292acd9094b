"""Changes in place, and results that are written into arguments."""
