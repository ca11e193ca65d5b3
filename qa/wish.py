"""What a person wants of the articles: a fact, an overview, a summary, or only to be polite.

Told by words alone, before anything is searched. Whatever is not clearly something else is a question for a fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from khamtop.index.text import thai
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

# Overviews

_FOR = _any("มี|ขอ|หา|ดู|อ่าน|ค้น|ค้นหา|รวม|รวบรวม|ติดตาม|สรุป|ช่วย|อยากอ่าน|อยากรู้")
_NEWS = _any("ข่าว|ข่าวสาร|ข่าวคราว|บทความ")
_WHICH = _any("อะไร|ไร|ไหน|ทั้งหมด|ใหม่|ล่าสุด|วันนี้|บ้าง")
_ON = _any("เกี่ยวกับ|ที่เกี่ยวกับ|เกี่ยวข้องกับ|ที่พูดถึง|ที่กล่าวถึง|เรื่อง|ของ|ด้าน|ช่วง")
_WHOLE = _any("ภาพรวม|ความคืบหน้า|ข้อมูล|เหตุการณ์|เรื่องราว|เรื่อง|ข่าว")
_GIVE = _any("give me |show me |find |list |get |a |an |the |all |any |other |some |more |latest |recent |new ")
_STORIES = _any("news|article|articles|stories|overview|timeline|summary|update|updates|coverage")
_STORIES_ON = _any("about|on|of|for|from|regarding|concerning|are there|is there|there is|do you have")
#: Words that ask for all there is on a subject, before it. They are none of it.
_GATHERING = re.compile(
    _either(
        rf"(?:{_FOR}\s*)*{_NEWS}(?:{_WHICH}\s*)*{_ON}*",
        r"มี(?:เรื่อง)?อะไร(?:บ้าง)?(?:ที่)?เกี่ยวกับ",
        rf"(?:ช่วย)?{_any('สรุป|รวบรวม|รวม|เล่า')}{_WHOLE}*{_ON}*",
        rf"(?:ขอ)?{_any('ภาพรวม|ไทม์ไลน์|ลำดับเหตุการณ์|ความเคลื่อนไหว|สถานการณ์|พัฒนาการ|ความเป็นมา|ย้อนรอย|ไล่เรียง')}{_ON}*",
        rf"(?:please )?{_GIVE}*{_STORIES}(?: (?:stories|articles))?(?: {_STORIES_ON})*\b",
        r"what(?:'s| is| are)? (?:the )?(?:latest|new|newest|recent)(?: news)?(?: (?:about|on|with|for))?\b",
        r"(?:please )?(?:summari[sz]e|sum up|tell me (?:everything |more )?about|catch me up on|everything about)\b",
        r"what (?:has |have )?happened (?:with|to|in|about|regarding)\b|what do we know about\b",
        r"what (?:has|have|is|are) (?:the )?\w+ (?:done|doing) (?:about|on|regarding|to tackle|with)\b",
        r"(?:the )?(?:history|background|story|progress) (?:of|on|behind|with)\b",
    )
)
#: The same, after the subject.
_GATHERED = re.compile(
    rf"(?:\s|[?]|(?:มี)?{_NEWS}(?:อะไร|ไร)บ้าง|(?:มี)?(?:ความ)?คืบหน้า(?:ไป)?(?:ถึงไหน|{_HOW}|{_WHAT})(?:แล้ว|บ้าง)*"
    rf"|(?:ไป)?ถึงไหน(?:กัน)?แล้ว|(?:มี)?{_WHAT}(?:ใหม่|เกิดขึ้น)(?:แล้ว|บ้าง)*|เป็นมา{_HOW}(?:บ้าง)?|เป็น{_HOW}บ้าง(?:แล้ว)?"
    rf"|{_any('ไทม์ไลน์|ภาพรวม|ขอสรุป|ขอแบบสรุป|แบบสรุป|สรุป|สรุปรวม|ขอแบบสรุปรวม|ทั้งหมด|ให้|ให้หน่อย|ให้ฟัง|ให้ที|หน่อย|ที|มาให้|ล่าสุด|วันนี้')}"
    rf"|\b{_any('news|latest|update|updates|overview|timeline|today')}\b)+$"
)
#: What may stand after a subject that was asked for before it: "มีข่าวเรื่องน้ำท่วมไหม".
_ANY_AT_ALL = re.compile(rf"(?:\s|[?]|{_any('ไหม|มั้ย|บ้าง|อีก|หรือเปล่า|รึเปล่า|หรือไม่|หรือยัง')})+$")
#: What tells that each of many times is meant; `who` is what stands between.
_EACH_TIME = re.compile(
    _either(
        rf"{_any('แต่ละปี|แต่ละครั้ง|แต่ละเดือน|ทุกปี|ที่ผ่านมา')}(?P<who>.*?)(?:ทำ|มี|เป็น|เกิด)?(?:อะไร|{_HOW})บ้าง",
        "over the years|each year|every year",
    )
)
#: The latest of something is wanted, or what holds now.
_NEWEST = re.compile(
    _either(
        "ล่าสุด|ตอนนี้|ขณะนี้|ปัจจุบัน|เวลานี้|(?<!ทุก)วันนี้",
        rf"\b{_any('latest|newest|currently|current|now|nowadays|most recent|today')}\b",
    )
)
_OF_THIS = re.compile(
    _either(
        rf"(?:สรุป|ย่อ){_any('ใจความ|เนื้อหา|สาระ')}?(?:สำคัญ)?(?:ของ)?(?:{_NEWS}|เรื่อง){_any('นี้|นั้น|ดังกล่าว')}",
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


def wish_of(text: str) -> Wish:
    """What a normalised question wants.

    >>> wish_of("มีข่าวอะไรเกี่ยวกับลำไยบ้าง")
    Wish(intent='overview', subject='ลำไย', newest=False)
    """
    newest = bool(_NEWEST.search(text))
    if _OF_THIS.search(text):
        return Wish("summary", text, newest)
    subject = _gathered(text)
    if subject is not None:
        return Wish("overview", subject, newest or not subject)
    if _names_only(text):
        return Wish("keywords", _NEWEST.sub(" ", text).strip() or text, newest)
    return Wish("fact", text, newest)


def talk_of(text: str) -> Talk | None:
    """Which small talk a normalised text is, after a greeting too; None if it is about the articles."""
    said = text.strip()
    greeted = _GREETED.match(said)
    after = said[greeted.end() :] if greeted else ""
    return next(_talks(after), None) or next(_talks(said), None)


def _talks(text: str) -> Iterator[Talk]:
    return (talk for talk, pattern in _TALKS.items() if pattern.fullmatch(text))


def _gathered(text: str) -> str | None:
    """The subject that an overview is asked of, "" for whatever there is; None if no overview is asked."""
    rest = text.strip()
    begun = _GATHERING.match(rest)
    rest = rest[begun.end() :] if begun else rest
    ended = _GATHERED.search(rest)
    rest = rest[: ended.start()] if ended else rest
    rest = _ANY_AT_ALL.sub("", rest) if begun else rest
    is_asked = bool(begun) or bool(ended and any(map(str.isalnum, ended[0])))
    if each := _EACH_TIME.search(rest):
        is_asked, rest = True, f"{rest[: each.start()]} {each['who'] or ''} {rest[each.end() :]}"
    rest = _NEWEST.sub(" ", rest).strip(" ?").removeprefix("เรื่อง")
    if not is_asked or _ASKING.search(rest):
        return None
    return rest if any(map(str.isalnum, rest)) else ""


def _names_only(text: str) -> bool:
    """Whether a text names things and asks nothing, as people type into a search box."""
    return not _ASKING.search(text) and len(thai.words(text)) <= _MOST_BARE_WORDS
