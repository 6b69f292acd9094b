"""What each node becomes by the rules, and what several nodes become together."""
