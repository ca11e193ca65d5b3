"""The title that a document's properties give, unless a program put it there by itself."""

from __future__ import annotations

import re

_NO_TITLE = re.compile(
    r"\s*(?:microsoft (?:word|powerpoint|excel)\b.*|(?:untitled|document|presentation|เอกสาร|ไม่มีชื่อ)[\s\d-]*"
    r"|\(anonymous\)|about:blank|https?://\S+|file://\S+"
    r"|.*\.(?:docx?|odt|rtf|txt|pdf|pptx?|xlsx?|indd|pmd|qxd|html?|cdr|ai|psd|jpe?g|png|tiff?))\s*",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST_TITLE = 300
#: Thai of one byte a letter, taken for Latin.
_MISREAD = re.compile("[\u00a1-\u00fb]{3}")


def given_title(title: str) -> str:
    """A title as it stands in the properties, on one line; "" if it says nothing.

    >>> given_title("รายงาน  น้ำท่วม"), given_title("Microsoft Word - แม่แบบ.doc")
    ('รายงาน น้ำท่วม', '')
    """
    title = title[:_LONGEST_TITLE]
    says = any(map(str.isalpha, title)) and not _NO_TITLE.fullmatch(title) and not _MISREAD.search(title)
    return " ".join(title.split()) if says else ""
