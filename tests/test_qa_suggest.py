"""Questions to begin with: every one of them is answered by the articles that it was made from."""

import pytest

from khamtop.index.building.build import build_articles
from khamtop.index.storage.store import Index
from khamtop.index.types import Article
from khamtop.qa import suggest as suggesting
from khamtop.qa.answer import ask
from khamtop.qa.suggest import follow_ups, suggest
from tests.toys import ToyEncoder, ToyReader

PEOPLE = [
    ("นายสมชาย ใจดี", "อธิบดีกรมชลประทาน", "กล่าวว่าระดับน้ำในเขื่อนลดลง"),
    ("นางสาวมาลี ทองคำ", "ผู้ว่าราชการจังหวัดระยอง", "ลงพื้นที่ตลาดผลไม้"),
    ("นายวิชัย แสงทอง", "เลขาธิการสภาการศึกษา", "เปิดงานหนังสือ"),
]


@pytest.fixture
def indexed(tmp_path):
    """Indexes texts, each an article of its own."""

    def make(*texts):
        articles = [Article(f"a{at}", f"ข่าว {at}", text, f"{at}.txt") for at, text in enumerate(texts)]
        build_articles(articles, tmp_path, ToyEncoder())
        return Index.open(tmp_path, ToyEncoder())

    return make


def paragraph(*people):
    return "\n".join(" ".join(person) for person in people)


@pytest.fixture(scope="module")
def suggested(seed_index):
    return suggest(seed_index)


def test_every_question_is_answered_by_the_index_it_came_from(seed_index, suggested):
    assert suggested
    for question in suggested:
        found = ask(question, seed_index)
        assert not found.abstained
        assert found.citations


def test_the_seeds_suggest_as_many_questions_as_are_asked_for_and_no_two_alike(suggested):
    assert len(suggested) == 4
    assert len(set(suggested)) == 4


def test_where_a_few_articles_give_too_few_more_are_looked_at(indexed, monkeypatch):
    monkeypatch.setattr(suggesting, "_ARTICLES", (2, 40))
    index = indexed(*["ฝนตกหนักทั่วกรุง"] * 17, *map(paragraph, PEOPLE), *["ลมแรงตลอดคืน"] * 17)
    assert len(suggest(index, 3)) == 3


def test_it_gives_up_after_so_many_questions_that_are_not_answered(indexed, monkeypatch):
    monkeypatch.setattr(suggesting, "_TRIED_FIRST", 2)
    reader = ToyReader({}, otherwise=-9.0)
    assert suggest(indexed(*map(paragraph, PEOPLE)), reader=reader) == []
    assert len(reader.asked) == 2


def test_the_questions_are_of_different_kinds(suggested):
    assert any(question.startswith("ใครคือ") for question in suggested)
    assert any(question.endswith("เมื่อใด") for question in suggested)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_are_the_first_of_them_the_same_each_time(seed_index, suggested, count):
    assert suggest(seed_index, count) == suggested[:count]


def test_what_is_asked_of_a_person_is_the_position_and_the_answer_is_the_name(indexed):
    index = indexed(paragraph(PEOPLE[0]))
    assert suggest(index) == ["ใครคืออธิบดีกรมชลประทาน"]
    assert "สมชาย ใจดี" in ask("ใครคืออธิบดีกรมชลประทาน", index).citations[0].quote


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("กรมชลประทานเปิดเขื่อนแห่งใหม่ เมื่อวันที่ 3 ตุลาคม 2565", []),  # the date is a phrase of its own
        ("กรมชลประทานเปิดเขื่อนแห่งใหม่เมื่อวันที่ 3 ตุลาคม 2565", ["กรมชลประทานเปิดเขื่อนแห่งใหม่เมื่อใด"]),
        ("ไทยและลาวเปิดสะพานมิตรภาพตั้งแต่ พ.ศ. 2537", ["ไทยและลาวเปิดสะพานมิตรภาพตั้งแต่เมื่อใด"]),
    ],
)
def test_what_is_asked_of_an_event_is_its_date(tmp_path, text, question):
    build_articles([Article("a", text.partition("เปิด")[0], text, "a.txt")], tmp_path, ToyEncoder())
    assert suggest(Index.open(tmp_path, ToyEncoder())) == question


@pytest.mark.parametrize(
    "text",
    [
        "ออกเดินทางไปแล้วหลายร้อยคนเมื่อวันที่ 3 ตุลาคม 2565",
        "(ครั้งล่าสุดจัดที่กรุงไนโรบีเมื่อวันที่ 3 ตุลาคม 2565)",
        "นายสมชาย ใจดี ปลัดกระทรวงฯ กล่าวว่าดี",
    ],
)
def test_nothing_is_asked_that_is_no_sentence(indexed, text):
    assert suggest(indexed(text)) == []


def test_what_several_articles_come_back_to_is_a_subject(tmp_path):
    titles = ("น้ำท่วมโคราช", "เตือนน้ำท่วม", "น้ำท่วมลดลง", "ตลาดใหม่")
    texts = [f"{title} {title} ทั้งวัน {title} ทั้งคืน {title}" for title in titles]
    articles = [
        Article(str(at), title, text, f"{at}.txt") for at, (title, text) in enumerate(zip(titles, texts, strict=True))
    ]
    build_articles(articles, tmp_path, ToyEncoder())
    assert suggest(Index.open(tmp_path, ToyEncoder())) == ["มีข่าวอะไรเกี่ยวกับน้ำท่วมบ้าง"]


def test_articles_take_turns(indexed):
    index = indexed(paragraph(*PEOPLE[:2]), paragraph(PEOPLE[2]))
    assert suggest(index, 2) == [f"ใครคือ{PEOPLE[0][1]}", f"ใครคือ{PEOPLE[2][1]}"]
    assert len(suggest(index, 9)) == 3
    assert suggest(index, 1) == [f"ใครคือ{PEOPLE[0][1]}"]  # though the other's turn has come


def test_two_articles_on_one_person_suggest_one_question(indexed):
    same = paragraph(PEOPLE[0])
    assert suggest(indexed(same, same + "\nฝนตกทั้งคืน")) == [f"ใครคือ{PEOPLE[0][1]}"]


@pytest.mark.parametrize("text", ["ฝนตก", "Only English here, 2022.", "ราคาข้าวสูงขึ้น เพราะส่งออกมาก"])
def test_an_article_that_names_no_person_and_no_date_suggests_nothing(indexed, text):
    assert suggest(indexed(text)) == []


def test_what_the_reader_does_not_find_is_not_suggested(indexed):
    index = indexed(paragraph(*PEOPLE))
    assert len(suggest(index)) == 3
    assert suggest(index, reader=ToyReader({}, otherwise=-1.0)) == []


def test_what_the_reader_answers_with_other_words_is_not_suggested(indexed):
    index = indexed(apart(*PEOPLE))
    # it points at the first phrase of what it is given, which is far from the name but for the first person
    assert suggest(index, reader=ToyReader({}, otherwise=9.0)) == [f"ใครคือ{PEOPLE[0][1]}"]


FIRST = f"ใครคือ{PEOPLE[0][1]}"
#: Longer than a quote, so that none tells of two people.
BETWEEN = "\n" + "ฝนตกหนักทั้งคืนในหลายจังหวัด ชาวนายินดี " * 8 + "\n"


def apart(*people):
    return BETWEEN.join(" ".join(person) for person in people)


def test_what_follows_is_answered_when_it_is_asked_next_and_was_not_asked_before(seed_index):
    history, question = [], "ใครคือนายกรัฐมนตรีญี่ปุ่น"
    for _ in range(2):
        following = follow_ups(ask(question, seed_index, history), history)
        assert 1 <= len(following) <= 3
        assert not {question, *history} & set(following)
        history.append(question)
        for asked in following:
            assert not ask(asked, seed_index, history).abstained
        question = following[0]


def test_what_follows_comes_from_the_articles_of_the_answer_first(indexed):
    index = indexed(apart(*PEOPLE[:2]), apart(PEOPLE[2]))
    assert follow_ups(ask(FIRST, index))[0] == f"ใครคือ{PEOPLE[1][1]}"
    assert follow_ups(ask(f"ใครคือ{PEOPLE[2][1]}", index), count=1) == [FIRST]  # its own article has nothing else


@pytest.mark.parametrize("asked", [f"ใครคือ{PEOPLE[1][1]}", f" ใคร คือ{PEOPLE[1][1]}?", f"ใครคือ{PEOPLE[1][1]} "])
def test_what_was_asked_before_in_other_spaces_does_not_follow(indexed, asked):
    index = indexed(apart(*PEOPLE[:2]))
    found = ask(FIRST, index)
    assert follow_ups(found) == [f"ใครคือ{PEOPLE[1][1]}", "สรุปข่าวนี้"]
    assert follow_ups(found, [asked]) == ["สรุปข่าวนี้"]


def test_what_the_answer_has_told_already_does_not_follow(indexed):
    index = indexed(apart(*PEOPLE[:2]))
    assert FIRST not in follow_ups(ask(f"{PEOPLE[0][1]}คือใคร", index))


def test_what_the_reader_does_not_find_does_not_follow_and_trying_ends(indexed, monkeypatch):
    index = indexed(*(apart(*PEOPLE) + f"\nเรื่องที่ {number}" for number in range(9)))
    monkeypatch.setattr(suggesting, "_TRIED", 2)
    reader = ToyReader({}, otherwise=-9.0)
    assert follow_ups(ask("ราคาข้าว", index, reader=reader), reader=reader) == []
    assert len({question for question, _ in reader.asked}) == 3  # the question itself, and two more
