"""What the calendar drives: the cross-checks go on with each sweep."""

from medaid.followup.cross_check import go_on as go_on
