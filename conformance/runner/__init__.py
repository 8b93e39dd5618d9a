"""Running the checks with pytest, and judging a target by what came of them."""
