"""What every component of the library shares."""

# Annotations are read at run time: the component package's schema is made from them.
from collections.abc import Mapping
from typing import Any

from pulumi import ComponentResource, ResourceOptions

#: The package by which other languages know the components; see components/PulumiPlugin.yaml.
PACKAGE = "scalewright"


class Component(ComponentResource):
    """A group of resources that belong together; its name is that of the objects that it makes, or their prefix."""

    def __init__(self, name: str, args: Mapping[str, Any], opts: ResourceOptions | None = None) -> None:
        super().__init__(f"{PACKAGE}:index:{type(self).__name__}", name, dict(args), opts)

    def child(self, **options: Any) -> ResourceOptions:
        """Return the options of a resource of this component."""
        return ResourceOptions(parent=self, **options)
