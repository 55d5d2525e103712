#!/bin/sh
# Whether the server on a port is alive: any answer will do, also that it is loading or wants a password.
timeout 2 valkey-cli -p "$1" PING
