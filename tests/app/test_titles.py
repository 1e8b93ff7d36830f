from app.titles import titles


def test_what_long_names_begin_with_alike_is_left_out() -> None:
    scans = [f"/s/Rechnung Muster GmbH {number}.pdf" for number in ("2024-031", "2024-032")]
    assert titles(scans) == ("…031.pdf", "…032.pdf")
    assert titles([*scans, "/s/letter.pdf"])[2] == "letter.pdf"
    assert titles(scans[:1]) == ("Rechnung Muster GmbH 2024-031.pdf",)


def test_short_names_and_names_without_a_seam_stay_as_they_are() -> None:
    assert titles(["/s/receipt 1.pdf", "/s/receipt 2.pdf"]) == ("receipt 1.pdf", "receipt 2.pdf")
    seamless = ["/s/Jahresabschlussbericht1.pdf", "/s/Jahresabschlussbericht2.pdf"]
    assert titles(seamless) == ("Jahresabschlussbericht1.pdf", "Jahresabschlussbericht2.pdf")


def test_a_name_that_begins_like_another_keeps_its_end() -> None:
    both = ["/s/Invoices of the year 2024.pdf", "/s/Invoices of the year 2024 corrected.pdf"]
    assert titles(both) == ("…2024.pdf", "…2024 corrected.pdf")


def test_of_the_same_name_the_folder_is_told() -> None:
    assert titles(["/march/bill.pdf", "/april/bill.pdf"]) == (
        "bill.pdf · march",
        "bill.pdf · april",
    )
