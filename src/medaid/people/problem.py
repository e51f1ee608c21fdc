"""What is wrong with a row or a file, told to the department that sent it. A light module: the
counter's door carries it too."""

from __future__ import annotations

from dataclasses import dataclass

from medaid.errors import CODES


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. `field` is the heading or manifest field, `sentence` is Chinese, `code` is
    one of `medaid.errors.CODES`."""

    code: str
    field: str
    sentence: str

    def __post_init__(self) -> None:
        assert self.code in CODES, self.code

    def __str__(self) -> str:
        return f"{self.field}:{self.sentence}" if self.field else self.sentence


class FileRefused(Exception):
    """The file as a whole is not taken in; nothing was written. `problems` says why, all of it."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.code for problem in problems))
