"""The target file: its values, its placeholders, and the states that it may list."""
