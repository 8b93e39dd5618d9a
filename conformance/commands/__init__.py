"""The commands of `orderproof`, one module each, imported only when called."""
