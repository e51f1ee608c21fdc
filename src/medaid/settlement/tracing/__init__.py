"""From a clause to the payments that rest on it, and from a pay order to its clauses."""
