"""What a person wants of the articles: a fact, an overview, a summary, or only to be polite.

Told by words alone, before anything is searched. Whatever is not clearly something else is a question for a fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from khamtop.index.text import thai
from khamtop.qa.gathering import leaning, load, subject_of
from khamtop.qa.types import Intent, Talk


def _any(words: str) -> str:
    """A pattern for any of the words, which stand apart by `|`; the longest is tried first."""
    return f"(?:{'|'.join(sorted(words.split('|'), key=len, reverse=True))})"


def _either(*patterns: str) -> str:
    """A pattern for any of the patterns, tried in their order."""
    return f"(?:{'|'.join(patterns)})"


# Small talk

_POLITE = _either(
    _any("ครับผม|ครับ|คร้าบ|คับ|ค่ะ|คะ|ค่า|จ้า|จ้ะ|จ๊ะ|จ๋า|นะ|น้า|เนี่ย|เลย|มาก|ๆ|หน่อย|ที|บ้าง|หรอ|เหรอ|อะ|อ่ะ|จัง|ด้วย"),
    _any("so much|very much|a lot|there"),
    r"55+|[\s!?.,~]",
)
_YOU = _any("เธอ|คุณ|แก|นาย|น้อง|พี่|มัน|บอท|ที่นี่|เว็บนี้|โปรแกรมนี้|แชทนี้|คำตอบ")
_ME = _any("ฉัน|ผม|หนู|เรา")
_WHAT, _HOW = _any("อะไร|ไร|เรื่องอะไร"), _any("ยังไง|อย่างไร|ไง")
#: Each kind of small talk: these and polite words around them, nothing else.
_TALK: dict[Talk, str] = {
    "thanks": _either(
        _any("ขอบคุณ|ขอบพระคุณ|ขอบใจ|ที่ช่วย|สำหรับคำตอบ|สำหรับข้อมูล|เยอะ"),
        rf"ช่วย{_ME}?(?:ไว้)?ได้(?:เยอะ|มาก)",
        _any("thanks|thank you|thx|cheers|for your help|for the help|for your answer|for the answer"),
    ),
    "about": _either(
        rf"{_YOU}?\s*(?:คือ|เป็น){_any('ใคร|อะไร|บอท|คน|ai|เอไอ')}{_any('กันแน่|หรือคน|หรือบอท|หรือเปล่า|ป่าว|ไหม|มั้ย')}*",
        rf"{_YOU}?ชื่อ{_WHAT}",
        rf"{_any('who are you|what are you|what is your name|what is this|what is khamtop')}",
        rf"are you (?:a |an )?{_any('bot|robot|human|ai|real')}",
    ),
    "usage": _either(
        rf"{_YOU}?\s*(?:ทำ|ช่วย|ตอบ|รู้){_WHAT}{_ME}?(?:ได้)?",
        rf"{_ME}?ถาม{_WHAT}ได้",
        rf"{_ME}?(?:ต้อง|จะ)?{_any('ใช้|ใช้งาน|ถาม')}{_YOU}?{_HOW}",
        _any("วิธีใช้|วิธีใช้งาน|ช่วยด้วย|help|help me"),
        r"what can (?:you|i) (?:do|ask)(?: here)?|how can you help(?: me)?|what can you help(?: me)? with",
        r"how (?:do|can|should) i (?:use|ask)(?: (?:this|it|you|a question))?|how does (?:this|it) work",
    ),
    "greeting": _either(
        _any("สวัสดี|หวัดดี|ดีจ้า|ฮัลโหล|อรุณสวัสดิ์|สบายดีไหม|สบายดีมั้ย|ทุกคน|ตอนเช้า|ตอนบ่าย|ตอนเย็น"),
        _any("hello|hi|hey|good morning|good afternoon|good evening|how are you"),
    ),
    "farewell": _either(
        _any("ลาก่อน|บาย|บายบาย|ไปก่อน|แล้วเจอกัน|ฝันดี|ราตรีสวัสดิ์|โอเค|เข้าใจแล้ว|รับทราบ|เยี่ยม|ดี|เก่ง|สุดยอด"),
        _any("bye|bye bye|bye-bye|goodbye|see you|see you later|good night|ok|okay|great|nice|got it"),
    ),
}
_TALKS = {talk: re.compile(rf"(?:{_POLITE}*{said})+{_POLITE}*") for talk, said in _TALK.items()}
_GREETED = re.compile(rf"{_TALK['greeting']}{_POLITE}+")

# What is wanted of the articles

#: The latest of something is wanted, or what holds now.
_NEWEST = re.compile(
    _either(
        "(?:คน)?(?:ล่าสุด|ปัจจุบัน)|ตอนนี้|ขณะนี้|เวลานี้|(?<!ทุก)วันนี้",
        rf"\b{_any('latest|newest|currently|current|now|nowadays|most recent|today')}\b",
    )
)
#: Who holds an office, and what something costs: it changes, and what the articles said last holds.
_OFFICE = _any(
    "นายกรัฐมนตรี|นายก|รองนายก|รัฐมนตรี|รมว|รมช|รมต|ผู้ว่า|อธิบดี|ปลัด|ผู้อำนวยการ|ผอ|เลขาธิการ|เลขาฯ|โฆษก|ประธานาธิบดี|ประธานสภา"
    "|ผบ|ผู้บัญชาการ|แม่ทัพ|เอกอัครราชทูต|หัวหน้าพรรค|อธิการบดี"
)
_OFFICE_IN_ENGLISH = _any(
    "prime minister|minister|governor|mayor|president|permanent secretary|spokesperson|director-general"
)
_COST = _any("ราคา|ค่าแรง|ค่าจ้าง|ค่าไฟ|ค่าน้ำ|ค่าเดินทาง|ค่าโดยสาร|ค่าธรรมเนียม|ค่าปรับ|อัตรา|ดอกเบี้ย|เบี้ย")
_CHANGING = re.compile(
    _either(
        rf"^(?:ใคร|ไคร)\s*(?:เป็น|คือ|ดำรงตำแหน่ง|นั่ง)\s*{_OFFICE}.{{0,40}}$",
        rf"^{_OFFICE}\S{{0,40}}(?: \S{{1,20}})?\s*(?:คือ|เป็น|ชื่อ)\s*(?:ใคร|ไคร|อะไร|ไร)\S{{0,10}}$",
        rf"^{_COST}.{{0,40}}(?:เท่าไ|กี่บาท|กี่%|กี่เปอร์เซ็นต์)",
        rf"^who(?:'s| is) (?:the |thailand's )?(?:\w+ ){{0,3}}{_OFFICE_IN_ENGLISH}\b",
        r"^(?:how much|what) is (?:the )?(?:\w+ ){0,3}(?:price|wage|fare|fee|rate|tariff)\b",
    )
)
_OF_THIS = re.compile(
    _either(
        rf"(?:สรุป|ย่อ){_any('ใจความ|เนื้อหา|สาระ')}?(?:สำคัญ)?(?:ของ)?{_any('ข่าว|บทความ|เรื่อง')}{_any('นี้|นั้น|ดังกล่าว')}",
        "summari[sz]e (?:this|the|that) (?:article|story|news)|sum (?:this|it) up",
    )
)

# Questions

#: Words that ask. What has none of them only names things.
_ASKING = re.compile(
    _either(
        "ใคร|ไคร|อะไร|ไหน|ใด|เมื่อไ|ทำไม|เพราะ|อย่างไร|แค่ไหน|เท่าไ|กี่|ไหม|มั้ย|ไม๊|หรือ|ป่าว|เปล่า|เหรอ|หรอ|ใช่|ล่ะ|[?]",
        "ไง(?!่)|ไร(?:บ้าง|อะ|นะ|คะ|ครับ|ดี|$)",
        "สาเหตุ|เหตุผล|จำนวน|ราคา|รายชื่อ|วิธี|ต่างกัน|แปลว่า|หมายถึง|หมายความ",
        rf"(?:^|\s){_any('ขอ|บอก|อธิบาย|ช่วย|ระบุ|เปรียบเทียบ|ยกตัวอย่าง|แนะนำ|อยาก')}",
        rf"\b{_any('who|whom|whose|what|when|where|why|which|how|is|are|was|were|do|does|did|can|could|will|would')}\b",
        rf"\b{_any('should|has|have|had|name|list|tell|give|explain|describe|define|compare|difference')}\b",
    )
)
#: Words of a search that only names things.
_MOST_BARE_WORDS = 9


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: `subject` is the normalised question without the words that only ask for an overview."""

    intent: Intent
    subject: str
    newest: bool = False
    #: Whether what is asked for is one thing now and was another before.
    changing: bool = False


def wish_of(text: str) -> Wish:
    """What a normalised question wants.

    >>> wish_of("มีข่าวอะไรเกี่ยวกับลำไยบ้าง")
    Wish(intent='overview', subject='ลำไย', newest=False, changing=False)
    """
    newest = bool(_NEWEST.search(text))
    if _OF_THIS.search(text):
        return Wish("summary", text, newest)
    gathers = leaning(text)
    if gathers >= 0:
        subject = subject_of(text)
        is_sure = gathers >= load().surely or not subject
        return Wish("overview" if is_sure else "keywords", subject, newest or not subject)
    if _names_only(text):
        return Wish("keywords", without_now(text).strip() or text, newest)
    return Wish("fact", text, newest, bool(_CHANGING.search(text)))


def without_now(text: str) -> str:
    """A normalised text without the words that ask for the latest: they name nothing."""
    return _NEWEST.sub(" ", text)


def talk_of(text: str) -> Talk | None:
    """Which small talk a normalised text is, after a greeting too; None if it is about the articles."""
    said = text.strip()
    greeted = _GREETED.match(said)
    after = said[greeted.end() :] if greeted else ""
    return next(_talks(after), None) or next(_talks(said), None)


def _talks(text: str) -> Iterator[Talk]:
    return (talk for talk, pattern in _TALKS.items() if pattern.fullmatch(text))


def _names_only(text: str) -> bool:
    """Whether a text names things and asks nothing, as people type into a search box."""
    return not _ASKING.search(text) and len(thai.words(text)) <= _MOST_BARE_WORDS
