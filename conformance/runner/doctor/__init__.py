"""What `orderproof doctor` tries, a step at a time: everything that a run needs, and no rule."""
