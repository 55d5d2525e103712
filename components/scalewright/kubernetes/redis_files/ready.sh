#!/bin/sh
# Whether the server on a port can be used.
REDISCLI_AUTH=$(cat "$REDIS_PASSWORD_FILE")
export REDISCLI_AUTH
[ "$(timeout 2 valkey-cli -p "$1" PING)" = PONG ]
