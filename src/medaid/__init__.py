"""medaid (医疗救助结算): settles, reimburses and clears medical assistance, exact to the fen, each
fen with its clause."""
