"""Manifests as YAML that YAML 1.1 and 1.2 read alike: kubectl still reads 1.1, where `on` is a boolean. Pure.

Written by libyaml: libraries in pure Python took most of the time of a render.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

#: Texts that no reader takes for something else, but for these words.
PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./@:-]*[A-Za-z0-9_/-]|[A-Za-z/]")
WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
UNLIMITED = 2**31 - 1  # columns: lines are broken nowhere


class _Dumper(yaml.CSafeDumper):
    """Quotes every text that some reader of YAML might take for something else, and repeats what is there twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_text(self, data: str) -> yaml.ScalarNode:
        """Write a text: plain where it can be nothing else, a block where it has lines, else quoted."""
        if "\n" in data:
            style: str | None = "|"
        else:
            plain = PLAIN.fullmatch(data) and data.lower() not in WORDS
            style = None if plain else '"'
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Dumper.add_representer(str, _Dumper.represent_text)


def text(value: dict[str, Any]) -> str:
    """Write a mapping of what JSON can hold, in the order that it has."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=UNLIMITED)
