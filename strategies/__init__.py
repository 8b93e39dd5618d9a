"""What is sent: Hypothesis strategies for requests, one module a concept."""
