"""What other packages ask of the catalogue: by which figures fee lines are split on their day, and
the split itself.

Reads raise Unavailable where storage does not answer, PolicyUndetermined where the catalogue gives
no single answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from medaid.catalogue import keys, rules, store
from medaid.catalogue.downloads import next_file as next_file
from medaid.catalogue.downloads import rows_page as rows_page
from medaid.catalogue.institutions import mapped_writes as mapped_writes
from medaid.catalogue.institutions import national_codes_of as national_codes_of
from medaid.catalogue.institutions import withdrawn_writes as withdrawn_writes
from medaid.catalogue.model.lines import LineQuestion, Terms
from medaid.catalogue.model.publishing import Buyer, Scheme, Schemes
from medaid.catalogue.model.rows import CodeMapping, InsuranceCode, NationalCode
from medaid.catalogue.split import NO_LINES as NO_LINES
from medaid.catalogue.split import line_amount as line_amount
from medaid.catalogue.split import negated as negated
from medaid.catalogue.split import price_text as price_text
from medaid.catalogue.split import scaled_text as scaled_text
from medaid.catalogue.split import share_text as share_text
from medaid.catalogue.split import split_line as split_line
from medaid.catalogue.split import split_sentence as split_sentence
from medaid.catalogue.split import sums_with as sums_with
from medaid.errors import PolicyUndetermined
from medaid.regions import Region


def terms_of_lines(
    asked: Sequence[LineQuestion], treatment: Region, buyer_on: Callable[[date], Buyer]
) -> list[Terms]:
    """The figures of each line, by the catalogue of the region of treatment on the line's day (X9).

    Three calls to storage for a hundred codes, fewer where they were asked for in the last minute.
    Raises PolicyUndetermined NO_CATALOGUE, FIGURE_MISSING, CLAUSE_CONFLICT.
    """
    regions = rules.regions_of(treatment)
    schemes = _schemes(regions)
    mapped = _mapped(asked, regions)
    codes = [mapping.hilist_code for _, mapping in mapped if mapping is not None]
    listed = store.find_many(
        [keys.insurance_code_key(region, code) for region in regions for code in codes],
        InsuranceCode,
    )
    found = []
    for question, (code, mapping) in zip(asked, mapped, strict=True):
        hilist = mapping.hilist_code if mapping is not None else ""
        at = [keys.insurance_code_key(region, hilist) for region in regions]
        found.append(
            rules.terms_of(
                code,
                mapping,
                [listed[key] for key in at if key in listed],
                _scheme_on(schemes, treatment, question.day),
                buyer_on(question.day),
                question.day,
                question.approval,
            )
        )
    return found


def _schemes(regions: Sequence[Region]) -> list[Schemes]:
    found = store.find_many([keys.schemes_key(region) for region in regions], Schemes)
    return [found[key] for region in regions if (key := keys.schemes_key(region)) in found]


def _scheme_on(schemes: Sequence[Schemes], treatment: Region, day: date) -> Scheme:
    """The nearest region's. Raises PolicyUndetermined NO_CATALOGUE."""
    for one in schemes:
        if (scheme := one.on(day)) is not None:
            return scheme
    rule = f"{treatment.pooling} 在 {day} 没有生效的医保目录"
    raise PolicyUndetermined("NO_CATALOGUE", field="med_list_codg", rule=rule)


def _mapped(
    asked: Sequence[LineQuestion], regions: Sequence[Region]
) -> list[tuple[str, CodeMapping | None]]:
    """For each line the national code that counts and what it is mapped to: where a code is not
    mapped any more, that of the code which took its place. Raises PolicyUndetermined
    CLAUSE_CONFLICT where codes replace one another without end."""
    current = [question.med_list_codg for question in asked]
    known = _national_codes(current, regions)
    for _ in range(rules.LONGEST_CHAIN + 1):
        following = [
            _next_code(known[code], question.day) or code
            for code, question in zip(current, asked, strict=True)
        ]
        if following == current:
            break
        current = following
        known |= _national_codes([code for code in current if code not in known], regions)
    else:
        rule = f"医保编码的转码超过 {rules.LONGEST_CHAIN} 次或相互指向,须更正转码表"
        raise PolicyUndetermined("CLAUSE_CONFLICT", field="med_list_codg", rule=rule)
    return [
        (code, rules.mapping_on(known[code], question.day))
        for code, question in zip(current, asked, strict=True)
    ]


def _next_code(rows: Sequence[NationalCode], day: date) -> str:
    return "" if rules.mapping_on(rows, day) is not None else rules.replaced(rows, day)


def _national_codes(
    codes: Sequence[str], regions: Sequence[Region]
) -> dict[str, Sequence[NationalCode]]:
    at = {
        code: [keys.national_code_key(region, code) for region in regions] if code else []
        for code in codes
    }
    found = store.find_many([key for some in at.values() for key in some], NationalCode)
    return {code: [found[key] for key in some if key in found] for code, some in at.items()}
