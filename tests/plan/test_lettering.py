"""The room that a text takes is never estimated too small."""

from __future__ import annotations

import pytest

from scalewright.plan.lettering import shortened, width

#: Advance widths of DejaVu Sans, in thousandths of an em, of printable ASCII from the space on; then those of its bold.
REGULAR = """
318 401 460 838 636 950 780 275 390 390 500 838 318 361 318 337 636 636 636 636 636 636 636 636 636 636 337 337 838
838 838 531 1000 684 686 698 770 632 575 775 752 295 295 656 557 863 748 787 603 787 695 635 611 732 684 989 685 611
685 390 337 390 838 500 500 613 635 550 635 615 352 635 634 278 278 579 278 974 634 612 635 635 411 521 392 634 592
818 592 592 525 636 337 636 838
"""
BOLD = """
348 456 521 838 696 1002 872 306 457 457 523 838 380 415 380 365 696 696 696 696 696 696 696 696 696 696 400 400 838
838 838 580 1000 774 762 734 830 683 683 821 837 372 372 775 637 995 837 850 733 850 770 720 682 812 774 1103 771
724 725 457 365 457 838 500 500 675 716 593 716 678 435 716 712 343 343 665 343 1042 712 687 716 716 493 595 478 712
652 924 645 652 582 712 365 712 838
"""


@pytest.mark.parametrize(("widths", "bold"), [(REGULAR, False), (BOLD, True)], ids=["regular", "bold"])
def test_no_character_is_wider_than_its_estimate(widths: str, bold: bool) -> None:
    known = [int(number) for number in widths.split()]
    assert len(known) == 95
    for code, thousandths in enumerate(known, start=32):
        assert width(chr(code), 1000, bold=bold) >= thousandths, chr(code)


def test_what_is_not_ascii_is_as_wide_as_it_can_be() -> None:
    assert width("漢…", 10) == 20
    assert width("e\u0301", 10) == width("e", 10)


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    assert shortened("s3://backups", 12) == "s3://backups"
    assert shortened("registry.example.com", 10) == "regist…com"
    assert all(len(shortened("x" * 100, most)) == most for most in range(1, 40))
