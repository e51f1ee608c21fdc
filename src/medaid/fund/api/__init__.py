"""The finance office's routes: /fund/…"""

from medaid.fund.api import books, finance, printed, vouchers
from medaid.fund.api.common import ROUTES

__all__ = ["ROUTES", "books", "finance", "printed", "vouchers"]
