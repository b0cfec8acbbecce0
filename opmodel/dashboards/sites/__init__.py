"""The pages about the plants: heat map, modernisation map, who is best at what, side by side, one plant, learning from one.

Head office reads them all. A plant manager has the page of the own plant, which names no other (`plant`).
"""
