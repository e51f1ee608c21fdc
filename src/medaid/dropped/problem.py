"""What is wrong with a dropped file, or with a row of it, told to who sent it. A light module: the
counter's handler carries it too."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace
from typing import Self

from medaid.errors import CODES, BadInput


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. `field` is the heading or manifest field, `sentence` is Chinese, `code` is
    one of `medaid.errors.CODES`.

    Where the row itself does not go back, `row` (as a person counts it), `sheet` and `value` say
    where it stands and what stands there. The value may be personal data: it is in no `repr`.
    """

    code: str
    field: str
    sentence: str
    sheet: str = ""
    row: int = 0
    value: str = dataclasses.field(default="", repr=False)

    def __post_init__(self) -> None:
        assert self.code in CODES, self.code

    def __str__(self) -> str:
        return f"{self.field}:{self.sentence}" if self.field else self.sentence

    def at(self, row: int, sheet: str = "", value: str = "") -> Self:
        """The same problem with the place where it was found."""
        return replace(self, row=row, sheet=sheet, value=value)

    @property
    def place(self) -> str:
        """`工作表 7月 第3行 收入`, as much of it as is known."""
        parts = (
            f"工作表 {self.sheet} " if self.sheet else "",
            f"第{self.row}行 " if self.row else "",
            self.field,
        )
        return "".join(parts).strip()

    @property
    def located(self) -> str:
        """Place, value and what is wrong, in one sentence for the sender."""
        value = f"“{self.value}”" if self.value else ""
        where = f"{self.place}{value}"
        return f"{where}:{self.sentence}" if where else self.sentence


class FileRefused(BadInput):
    """The file as a whole is not taken in; nothing was written. `problems` says why, all of it.

    `sentence` is for the sender; the text of the exception itself holds codes alone, since a log
    may come to see it.
    """

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        first = problems[0]
        super().__init__(first.code, field=first.place, rule=first.sentence)
        self.args = ("; ".join(problem.code for problem in problems),)

    @property
    def sentence(self) -> str:
        """All problems, each with place and value."""
        return ";".join(problem.located for problem in self.problems)
