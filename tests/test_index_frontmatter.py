"""Front matter: what stands between the rules at the top, and what only looks like it."""

import pytest

from khamtop.index.text.frontmatter import front_matter


@pytest.mark.parametrize(
    ("head", "fields"),
    [
        ("---\ntitle: น้ำท่วม\ndate: 2022-06-30\n---\n", {"title": "น้ำท่วม", "date": "2022-06-30"}),
        ("---\r\ntitle: น้ำท่วม\r\n---\r\n", {"title": "น้ำท่วม"}),
        ("--- \ntitle:   น้ำท่วม: กรุงเทพ  \n...\n", {"title": "น้ำท่วม: กรุงเทพ"}),
        ("---\ntitle: \"น้ำท่วม\"\nurl: 'https://ข่าว.example'\n---\n", {"title": "น้ำท่วม", "url": "https://ข่าว.example"}),
        ("---\ntitle: >-\n  น้ำท่วม\n  กรุงเทพ\n---\n", {"title": "น้ำท่วม กรุงเทพ"}),
        (
            "---\n# ข่าว\n\nlayout:\ntags:\n- ฝน\n  - น้ำ\npubDate: 2565\n---\n",
            {"layout": "", "tags": "- ฝน - น้ำ", "pubDate": "2565"},
        ),
        ("---\n  - ฝน\ntitle: น้ำท่วม\n---\n", {"title": "น้ำท่วม"}),
        ("---\ntitle: น้ำท่วม\n---", {"title": "น้ำท่วม"}),
        ("---\nTitle: น้ำท่วม\nDate: 5 มิ.ย. 65\n---\n", {"Title": "น้ำท่วม", "Date": "5 มิ.ย. 65"}),
        ("---\nTITLE: น้ำท่วม\nNote: x\n---\n", {"TITLE": "น้ำท่วม", "Note": "x"}),
        ("---\nหัวข้อ: น้ำท่วม\nวันที่: ๕ มิ.ย. ๖๕\nผู้เขียน: ก\n---\n", {"หัวข้อ": "น้ำท่วม", "วันที่": "๕ มิ.ย. ๖๕", "ผู้เขียน": "ก"}),
        (
            '+++\ntitle = "น้ำท่วม"\ndate = 2022-06-30\ntags = [\n  "ฝน",\n]\n\n[author]\n  name = \'ก\'\n+++\n',
            {"title": "น้ำท่วม", "date": "2022-06-30", "tags": "[ ฝน, ]"},
        ),
    ],
)
def test_fields_and_where_the_text_begins(head, fields):
    assert front_matter(head) == (fields, len(head))
    body = "" if not head.endswith("\n") else "ฝนตก\n---\nแดดออก: มาก\n---\n"
    assert front_matter(head + body) == (fields, len(head))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---",
        "---\n---\nฝนตก",
        "น้ำท่วม\n---\ntitle: ฝนตก\n---\n",
        "---\nฝนตกหนัก\n---\nแดดออก",
        "---\nNote: it rained\n---\nแดดออก",
        "---\nเวลา: สองทุ่ม\n---\nแดดออก",
        "---\ntitle: น้ำท่วม\nฝนตกหนัก",
        "----\ntitle: น้ำท่วม\n---\n",
        "+++\nฝนตก = เปียก\n+++\nแดดออก",
        "+++\ntitle: น้ำท่วม\n+++\n",
        "+++\ntitle = 'น้ำท่วม'\n---\n",
        "---\n" + "a: b\n" * 10_000 + "---\n",
    ],
)
def test_what_is_no_front_matter_is_text(text):
    assert front_matter(text) == ({}, 0)
