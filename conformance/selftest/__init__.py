"""The kill matrix: the suite against every seeded fault and every open choice."""
