"""One settlement told to the family by the office: what it cost, who paid what and why."""
