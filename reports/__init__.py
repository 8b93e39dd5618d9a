"""What is reported: the record of a run, the one verdict function, and the views of the record."""
