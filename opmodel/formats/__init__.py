"""How each language writes days and moments, under the same names in every language; numbers come from Django."""
