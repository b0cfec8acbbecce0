"""Peer records on their way in: CSV, XLSX or Parquet -> checked in a process of its own -> records, all or nothing.

layout    PURE  what a file must hold, and what may be wrong with it
reading   PURE  a file -> batches of its columns
checking  PURE  a batch -> typed frame -> judged by the schema -> lines for COPY, or errors with their place
process   PURE  the program that reads and checks; knows nothing of Django and limits itself
running         starts that program and takes its reply
staging         its lines -> a table of this session -> new, corrected and unchanged records
cards           the writes: take a file in, name its columns, check it, confirm it, cancel it
steps           which job works on a file, and how far it is
jobs            the background half of these
wording         errors in the reader's language
templates       an empty file to fill in
"""
