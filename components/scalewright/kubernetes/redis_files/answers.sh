#!/bin/sh
# Whether the server on a port is alive: any answer will do, also that it is loading or wants a password.
timeout 2 valkey-cli ${TLS_CA_FILE:+--tls --cacert "$TLS_CA_FILE"} -p "$1" PING
