"""Test data: where it comes from, and how it is torn down."""
