"""Stored texts as few bytes: what was packed stays readable for ever. Issue: a province, 10."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medaid.aws import packing
from medaid.aws.packing import pack, unpack

FOR_EVER = {
    "packing_words_1.txt": "3bb418ffad2efebb734753ba42e16b265a0494c5a6cda4337312ced3f522abaa",
}
"""Lists of words that records were packed with: each by its digest."""
RECORD = '{"by_fund":{"hifp_pay":3337500,"maf_pay":559960},"category":"subsistence_allowance"}'
PACKED = bytes.fromhex(
    "78f9c8587d00ab46eb0d413b40c6c6c6e6a6060648fd2053534b4b33835a22fa34b50089ba1c5b"
)
"""`RECORD` as the first list packed it."""


@given(st.text())
def test_what_is_packed_is_read_again(text: str) -> None:
    assert unpack(pack(text)).decode() == text


def test_a_list_of_words_never_changes() -> None:
    """What was packed with one can be read with that one alone."""
    folder = Path(packing.__file__).parent
    found = {one.name: one.read_bytes() for one in folder.glob("packing_words_*.txt")}
    assert {name: hashlib.sha256(words).hexdigest() for name, words in found.items()} == FOR_EVER
    assert set(packing._LISTS) == set(FOR_EVER)


def test_a_record_packed_once_is_read_for_ever() -> None:
    assert unpack(PACKED).decode() == RECORD


def test_a_record_packed_without_words_is_read_too() -> None:
    assert unpack(zlib.compress(RECORD.encode())).decode() == RECORD


def test_words_make_a_record_less_than_half() -> None:
    assert len(pack(RECORD)) * 2 < len(zlib.compress(RECORD.encode(), 9))


def test_words_that_nobody_has_are_refused() -> None:
    packer = zlib.compressobj(zdict=b"other words")
    strange = packer.compress(RECORD.encode()) + packer.flush()
    with pytest.raises(ValueError, match="words"):
        unpack(strange)


@pytest.mark.parametrize("cut", range(len(PACKED)))
def test_what_is_cut_off_is_refused(cut: int) -> None:
    with pytest.raises(ValueError, match="packed"):
        unpack(PACKED[:cut])


def test_what_is_spoiled_or_goes_on_is_refused() -> None:
    for spoiled in (b"", b"{}", PACKED + b"x", PACKED[:-1] + bytes([PACKED[-1] ^ 1])):
        with pytest.raises(ValueError, match="packed"):
            unpack(spoiled)
