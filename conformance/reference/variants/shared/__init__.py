"""What variants of several areas are made with."""
