"""What every component of the library shares."""

# Annotations are read at run time: the component package's schema is made from them.
from collections.abc import Iterator, Mapping
from inspect import get_annotations
from typing import Any

from pulumi import ComponentResource, ResourceOptions

#: The package by which other languages know the components; see components/PulumiPlugin.yaml.
PACKAGE = "scalewright"


class Component(ComponentResource):
    """A group of resources that belong together; its name is that of the objects that it makes, or their prefix."""

    def __init__(self, name: str, args: Mapping[str, Any], opts: ResourceOptions | None = None) -> None:
        super().__init__(f"{PACKAGE}:index:{type(self).__name__}", name, dict(args), opts)
        # Pulumi lets a component wait for others, but not what is inside it.
        self._after = ResourceOptions(depends_on=opts.depends_on if opts else None)

    def child(self, **options: Any) -> ResourceOptions:
        """Return the options of a resource of this component: it waits for all that the component waits for."""
        return ResourceOptions.merge(self._after, ResourceOptions(parent=self, **options))

    def finish(self) -> None:
        """Register the outputs, which are what the class annotates; nothing more is made in it afterwards."""
        self.register_outputs({name: getattr(self, name) for name in self.outputs()})

    @classmethod
    def outputs(cls) -> Iterator[str]:
        """Yield the names of the outputs, as Pulumi's analyzer finds them."""
        for one in reversed(cls.__mro__):
            if issubclass(one, Component):
                yield from (name for name in get_annotations(one) if not name.startswith("_"))
