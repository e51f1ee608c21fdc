"""Figures that an agency enters for its region and a time, where no policy file can cite one."""
