"""Keeping out of reports: secrets, personal data, and characters that do harm where they are shown."""
