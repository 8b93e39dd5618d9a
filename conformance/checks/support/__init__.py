"""What several check modules share."""
