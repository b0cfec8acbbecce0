#!/usr/bin/env bash
# Runs once, on an empty data folder: the owner that migrates and owns the database, the web role that owns nothing.
# The same as opmodel/embedded.py does for the evaluation mode.
set -euo pipefail
: "${OWNER_PASSWORD_FILE:?names the file with the password of opmodel_owner}"
: "${WEB_PASSWORD_FILE:?names the file with the password of opmodel_web}"
for file in "$OWNER_PASSWORD_FILE" "$WEB_PASSWORD_FILE"; do
  [ -s "$file" ] || { echo "$file is missing or empty; run script/make_secrets" >&2; exit 1; }
done
export OWNER_PASSWORD_FILE WEB_PASSWORD_FILE

# psql reads the files itself and quotes with :'name': no password on a command line, none in the shell's hands.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\set owner_password `cat "$OWNER_PASSWORD_FILE"`
\set web_password `cat "$WEB_PASSWORD_FILE"`
-- an error must not write the statement, and with it the password, into the server's log
SET log_min_error_statement = panic;
SET log_statement = 'none';
SET log_min_duration_statement = -1;
CREATE ROLE opmodel_owner LOGIN CREATEDB CREATEROLE PASSWORD :'owner_password';
CREATE ROLE opmodel_web LOGIN PASSWORD :'web_password';
CREATE DATABASE opmodel OWNER opmodel_owner;
SQL
