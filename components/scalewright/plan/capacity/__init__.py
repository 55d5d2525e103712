"""Whether a plan fits at its most: connections, clients, partitions, quotas and nodes, line by line. Pure.

Figures are read out of objects of any kind and order. What takes a part and does not say how much is told as unknown,
and is in no sum; docs/capacity.md says what is read, and what is assumed.
"""

from scalewright.plan.capacity.budgets import Ledger, budgets, ledger
from scalewright.plan.capacity.local import budgets_of_processes

__all__ = ["Ledger", "budgets", "budgets_of_processes", "ledger"]
