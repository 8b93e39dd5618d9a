"""What faults of several areas are made with."""
