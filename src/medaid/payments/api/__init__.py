"""The routes of payments, by subject: each module adds its own to one table."""

from medaid.payments.api.slips import ROUTES

__all__ = ["ROUTES"]
