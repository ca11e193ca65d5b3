"""PDFs to test with, made by several producers with a real Thai font, and by hand where each byte matters."""

from __future__ import annotations

import os
import shutil
import subprocess
import zlib
from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO

import pytest

#: A page's paragraphs -> the pages of a PDF.
Maker = Callable[[Sequence[Sequence[str]]], bytes]

_WIDTH, _HEIGHT, _MARGIN, _SIZE, _STEP = 595, 842, 60, 15, 22


@cache
def thai_font() -> str:
    """The file of a Thai font, or a skip that says how to get one."""
    listing = ["fc-list", ":lang=th:fontformat=TrueType", "file"]
    found = subprocess.run(listing, capture_output=True, text=True).stdout if shutil.which("fc-list") else ""
    files = sorted(line.strip().rstrip(":") for line in found.splitlines())
    if files:
        return next((file for file in files if file.endswith("Garuda.ttf")), files[0])
    problem = "no Thai font found: `apt-get install fontconfig fonts-thai-tlwg` to run these tests"
    if os.environ.get("KHAMTOP_REQUIRE_BROWSER") == "1":
        pytest.fail(problem)
    pytest.skip(problem)


def by_fpdf(pages: Sequence[Sequence[str]], **about: str) -> bytes:
    """By fpdf2, which writes letter after letter and breaks lines anywhere; `about` has what its setters take."""
    return _by_fpdf(pages, shaped=False, **about)


def by_shaping(pages: Sequence[Sequence[str]]) -> bytes:
    """By fpdf2 with HarfBuzz, which writes shaped glyphs, each in its place, and breaks lines at spaces."""
    return _by_fpdf(pages, shaped=True)


def _by_fpdf(pages: Sequence[Sequence[str]], shaped: bool, **about: str) -> bytes:
    from fpdf import FPDF

    pdf = FPDF()
    pdf.add_font("Thai", "", thai_font())
    pdf.set_font("Thai", size=_SIZE)
    pdf.set_text_shaping(shaped, script="thai", language="tha")
    for page in pages:
        pdf.add_page()
        for paragraph in page:
            how = "WORD" if shaped else "CHAR"
            pdf.multi_cell(0, 8, paragraph, align="L", new_x="LMARGIN", new_y="NEXT", wrapmode=how)
            pdf.ln(3)
    for name, said in about.items():
        getattr(pdf, f"set_{name}")(said)
    return bytes(pdf.output())


def by_reportlab(pages: Sequence[Sequence[str]]) -> bytes:
    """By ReportLab, which cuts fonts up into parts of 256 glyphs and breaks Thai lines as it does Chinese."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer

    pdfmetrics.registerFont(TTFont("Thai", thai_font()))
    style = ParagraphStyle("thai", fontName="Thai", fontSize=_SIZE, leading=_STEP, wordWrap="CJK")
    flow = []
    for page in pages:
        for paragraph in page:
            flow += [Paragraph(paragraph, style), Spacer(1, 8)]
        flow.append(PageBreak())
    made = BytesIO()
    SimpleDocTemplate(made).build(flow)
    return made.getvalue()


MAKERS: dict[str, Maker] = {"fpdf2": by_fpdf, "fpdf2 with HarfBuzz": by_shaping, "ReportLab": by_reportlab}


def by_hand(*pages: str, turned: int = 0, packed: bool = False, about: str = "") -> bytes:
    """A PDF whose pages have these contents, in PDF's own language; `F` is Helvetica, `about` the metadata."""
    streams = [zlib.compress(page.encode("latin-1"), 9) if packed else page.encode("latin-1") for page in pages]
    how = b"/Filter/FlateDecode" if packed else b""
    numbers = [4 + 2 * place for place in range(len(pages))]
    kids = " ".join(f"{number} 0 R" for number in numbers)
    things = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>",
    ]
    for number, stream in zip(numbers, streams, strict=True):
        box = f"/MediaBox[0 0 {_WIDTH} {_HEIGHT}]/Rotate {turned}"
        things.append(f"<</Type/Page/Parent 2 0 R{box}/Contents {number + 1} 0 R/Resources 3 0 R>>".encode())
        things.append(b"<</Length %d%s>>stream\n%s\nendstream" % (len(stream), how, stream))
    things.append(f"<<{about}>>".encode())
    made, places = b"%PDF-1.7\n", []
    for number, thing in enumerate(things, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, thing)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(things) + 1
    end = b"trailer\n<</Size %d/Root 1 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, size - 1, len(made))
    return made + b"xref\n0 %d\n0000000000 65535 f \n%s%s" % (size, table, end)


def said(*lines: tuple[float, float, str], size: float = 12) -> str:
    """The content of a page with these lines of Latin text, each at its place."""
    return "\n".join(f"BT /F {size} Tf {x} {y} Td ({text}) Tj ET" for x, y, text in lines)


def scan() -> str:
    """The content of a page that is one small image."""
    return "q 500 0 0 700 40 60 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x80 EI Q"
