#!/bin/sh
# Starts a sentinel, which goes on from what it wrote down: who the primary is, who else watches, and which term it is.
set -eu
umask 077
password=$(cat "$REDIS_PASSWORD_FILE")
configuration=$STATE/sentinel.conf

ask() {
    REDISCLI_AUTH=$password timeout 2 valkey-cli ${TLS_CA_FILE:+--tls --cacert "$TLS_CA_FILE"} "$@"
}

if [ -f "$configuration" ]; then
    # The password may be another by now, and so may be how it listens.
    grep -Ev '^(requirepass|user default|sentinel auth-pass|port|tls-[a-z-]+) ?' "$configuration" \
        >"$configuration.new"
else
    primary=$FIRST
    for sentinel in $SENTINELS; do
        known=$(ask -h "$sentinel" -p "$SENTINEL_PORT" \
            SENTINEL get-master-addr-by-name mymaster 2>/dev/null | head -n 1) || continue
        case $known in
            "" | *" "*) continue ;;
            *) primary=$known; break ;;
        esac
    done
    {
        cat "$CONFIGURATION/sentinel.conf"
        printf 'sentinel announce-ip %s\n' "$ADDRESS"
        printf 'sentinel monitor mymaster %s %s %s\n' "$primary" "$PORT" "$QUORUM"
        cat "$CONFIGURATION/mymaster.conf"
    } >"$configuration.new"
fi
{
    cat "$CONFIGURATION/listen.conf"
    printf 'requirepass "%s"\n' "$password"
    printf 'sentinel auth-pass mymaster "%s"\n' "$password"
} >>"$configuration.new"
mv "$configuration.new" "$configuration"
exec valkey-server "$configuration" --sentinel
