"""What ails an environment and the machine it is on: looks, judges, and changes nothing."""
