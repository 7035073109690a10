#!/bin/sh
# What the image of Postgres does at its start, as far as docker-compose.yml relies on it.
set -eu
data=/var/lib/postgresql/18/docker
as_postgres() { setpriv --reuid postgres --regid postgres --clear-groups "$@"; }
if [ ! -s "$data/PG_VERSION" ]; then
  install --directory --owner postgres --mode 700 /var/lib/postgresql/18 "$data"
  install --owner postgres --mode 600 /dev/null /tmp/password
  printf '%s' "$POSTGRES_PASSWORD" > /tmp/password
  as_postgres initdb --pgdata "$data" --username "$POSTGRES_USER" --pwfile /tmp/password --auth-host scram-sha-256
  rm /tmp/password
  echo 'host all all all scram-sha-256' >> "$data/pg_hba.conf"
  echo "CREATE DATABASE $POSTGRES_DB;" | as_postgres postgres --single -D "$data" postgres
fi
exec setpriv --reuid postgres --regid postgres --clear-groups postgres -D "$data" -c listen_addresses='*'
