#!/bin/sh
# Whether the server on a port can be used.
REDISCLI_AUTH=$(cat "$REDIS_PASSWORD_FILE")
export REDISCLI_AUTH
[ "$(timeout 2 valkey-cli ${TLS_CA_FILE:+--tls --cacert "$TLS_CA_FILE"} -p "$1" PING)" = PONG ]
