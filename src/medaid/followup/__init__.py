"""What is followed to its end for persons: warnings of a high own burden (J13), what the monthly
cross-check finds (J12), and who is handed on to relief and charity (N3)."""
