"""The checks: pytest modules, one an operation or concern, run by `orderproof run` or by pytest itself."""
