#!/bin/sh
# Starts Valkey. The password goes from its file into the configuration: it is in no argument and in no environment.
set -eu
umask 077
password=$(cat "$REDIS_PASSWORD_FILE")
configuration=$STATE/valkey.conf

ask() {
    REDISCLI_AUTH=$password timeout 2 valkey-cli ${TLS_CA_FILE:+--tls --cacert "$TLS_CA_FILE"} "$@"
}

# Whoever the sentinels name is the primary. When none answers, everybody keeps the part that Valkey wrote down last,
# and at the very first start there is one primary for all.
role() {
    for sentinel in $SENTINELS; do
        primary=$(ask -h "$sentinel" -p "$SENTINEL_PORT" \
            SENTINEL get-master-addr-by-name mymaster 2>/dev/null | head -n 1) || continue
        case $primary in
            "$ADDRESS") return ;;
            "" | *" "*) continue ;;
            *) echo "replicaof $primary $PORT"; return ;;
        esac
    done
    if [ -f "$configuration" ]; then
        grep '^replicaof ' "$configuration" || true
    elif [ "$ADDRESS" != "$FIRST" ]; then
        echo "replicaof $FIRST $PORT"
    fi
}

{
    cat "$CONFIGURATION/valkey.conf"
    printf 'requirepass "%s"\n' "$password"
    if [ -n "${SENTINELS:-}" ]; then
        printf 'primaryauth "%s"\n' "$password"
        printf 'replica-announce-ip %s\n' "$ADDRESS"
        role
    fi
} >"$configuration.new"
mv "$configuration.new" "$configuration"
exec valkey-server "$configuration"
