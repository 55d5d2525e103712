"""What the scripts of a Redis need of valkey-cli, for machines without it: one command, printed as to a pipe."""

import os
import sys

import redis
from redis.connection import Connection, SSLConnection


def main(arguments: list[str]) -> int:
    """Run one command and print its answer, an error of the server too; 1 if there is no server."""
    options = {"-h": "127.0.0.1", "-p": "6379"}
    tls = arguments[:1] == ["--tls"]
    arguments = arguments[tls:]
    encrypted: dict[str, str] = {}
    if arguments[:1] == ["--cacert"]:
        # Like valkey-cli, it checks who vouches for the server, and not the server's name.
        _, encrypted["ssl_ca_certs"], *arguments = arguments
        encrypted["ssl_check_hostname"] = ""
    while arguments and arguments[0] in options:
        name, value, *arguments = arguments
        options[name] = value
    connection = (SSLConnection if tls else Connection)(
        host=options["-h"],
        port=int(options["-p"]),
        password=os.environ.get("REDISCLI_AUTH"),
        protocol=2,
        socket_connect_timeout=1,
        **encrypted,
    )
    try:
        connection.connect()
        connection.send_command(*arguments)
        show(connection.read_response())
    except (redis.ResponseError, redis.AuthenticationError) as error:
        print(error)  # noqa: T201
    except redis.RedisError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


def show(answer: object) -> None:
    for one in answer if isinstance(answer, list) else [answer]:
        if isinstance(one, list):
            show(one)
        else:
            print(one.decode() if isinstance(one, bytes) else "" if one is None else one)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
