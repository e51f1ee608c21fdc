"""What the queue, the tax office's files and the calendar drive."""

from medaid.enrolment.runs import begin_days as begin_days
from medaid.enrolment.runs import take_message as take_message
from medaid.enrolment.tax_lists import take_list as take_list

__all__ = ["begin_days", "take_list", "take_message"]
