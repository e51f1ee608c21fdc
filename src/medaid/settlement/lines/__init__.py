"""The fee lines of a visit: taken, split, refunded, taken back."""
