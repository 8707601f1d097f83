"""What a run of the benchmarks measured, as tables and as a picture."""
