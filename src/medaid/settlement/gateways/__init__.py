"""How institutions reach the national interface: addresses, and how each proves itself."""
