"""Reports: what one says (`content`), and the files made of that (`deck`, `pdf`, `workbook`) without a database."""
