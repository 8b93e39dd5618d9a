"""Walks through an order's life, and races on one order."""
