"""The register of contracted institutions: entered, changed and ended by date, by two people."""
