#!/bin/sh
# Hands the part of the primary over before this server stops, so that writes wait for seconds less.
set -eu
REDISCLI_AUTH=$(cat "$REDIS_PASSWORD_FILE")
export REDISCLI_AUTH

ask() {
    timeout 2 valkey-cli ${TLS_CA_FILE:+--tls --cacert "$TLS_CA_FILE"} "$@"
}

is_primary() {
    [ "$(ask -p "$PORT" ROLE | head -n 1)" = master ]
}

is_primary || exit 0
for sentinel in $SENTINELS; do
    [ "$sentinel" != "$ADDRESS" ] || continue
    answer=$(ask -h "$sentinel" -p "$SENTINEL_PORT" SENTINEL failover mymaster) || continue
    [ "$answer" = OK ] || continue
    remaining=$HANDOVER
    while is_primary && [ "$remaining" -gt 0 ]; do
        sleep 1
        remaining=$((remaining - 1))
    done
    exit 0
done
