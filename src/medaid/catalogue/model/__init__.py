"""What is payable, as values: rows of a region's dated tables (`rows`), who puts them into force
(`publishing`), a fee line's parts (`lines`) and what lines come to (`sums`).

Each is imported by itself: a settlement reads sums alone. Frozen, exact, without AWS.
"""
