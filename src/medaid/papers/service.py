"""Papers for the packages that describe them: as files, as a route's answer, and the words that
stand on them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from medaid.aws.rest.bodies import FileSent
from medaid.papers.dictionary import agency_name, word
from medaid.papers.model import Paper
from medaid.papers.printing import PDF, pdf
from medaid.papers.sheet import xlsx
from medaid.papers.words import (
    between_text,
    date_text,
    masked,
    month_text,
    quarter_text,
)
from medaid.workbook import XLSX


class Form(StrEnum):
    """In which form a paper is asked for: to be signed and kept, or to be worked with."""

    PDF = "pdf"
    XLSX = "xlsx"


MEDIA: Final[Mapping[Form, str]] = {Form.PDF: PDF, Form.XLSX: XLSX}


def printed(paper: Paper, form: Form) -> bytes:
    """The paper in a form; the same paper is always the same bytes."""
    return pdf(paper) if form is Form.PDF else xlsx(paper)


def sent(paper: Paper, form: Form) -> FileSent:
    """The paper as a route's answer, under its title and number."""
    name = "-".join(part for part in (paper.title, paper.number) if part)
    return FileSent(name=f"{name}.{form}", media=MEDIA[form], content=printed(paper, form))


__all__ = [
    "MEDIA",
    "Form",
    "agency_name",
    "between_text",
    "date_text",
    "masked",
    "month_text",
    "printed",
    "quarter_text",
    "sent",
    "word",
]
