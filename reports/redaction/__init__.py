"""What may not reach a report: secrets, personal data, and characters that do harm where they are shown."""
