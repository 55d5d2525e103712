"""The component package, as Pulumi starts it for programs in any language.

This is `component_provider_host`, but with a provider of our own, which that function does not take.
"""

import sys

from pulumi.provider import main

from scalewright.kubernetes.package import Provider

if __name__ == "__main__":
    main(Provider(), sys.argv[1:])
