"""A survey as an Excel file: downloaded, filled in offline, read back with a preview of every change."""
