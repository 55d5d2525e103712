"""The Pulumi program of a cluster: make the operators that its environments rely on, once for all of them."""

import pulumi

from scalewright.kubernetes.addons import Addons

addons = Addons("addons", {"operators": pulumi.Config().get_object("operators") or {}})
pulumi.export("installed", addons.installed)
