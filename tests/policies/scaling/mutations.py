"""Fields of prod that rules of this group guard, each broken in turn."""

from tests.policies.mutation import Mutation

MUTATIONS: tuple[Mutation, ...] = ()
