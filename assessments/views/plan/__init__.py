"""Pages of the plan: list, board, roadmap, progress, one action, and what is written from them."""
