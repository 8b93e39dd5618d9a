"""What is judged, and the machinery that runs it."""
