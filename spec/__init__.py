"""What is demanded of a server: OpenAPI descriptions, the catalogue of rules, the register of open choices."""
