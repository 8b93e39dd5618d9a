"""An order's life as a pure model, and whether a concurrent history is linearizable."""
