"""The fixtures that several tests share: small indexes, and the real one of the seeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from khamtop.index.building.build import build, build_articles
from khamtop.index.encoders.wiring import load_encoder
from khamtop.index.storage.store import Index
from khamtop.index.types import Article
from tests.toys import NEWS, ToyEncoder, write_files


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright keeps an event loop running from then on, beside which no other runs."""
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture(scope="session")
def small_index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Four short articles, with the toy encoder."""
    articles = [
        Article("flood", "น้ำท่วมกรุงเทพฯ", "กรุงเทพมหานครเกิดน้ำท่วมเมื่อวันที่ 3 ตุลาคม 2565 ระดับน้ำสูง 40 เซนติเมตร", "a.txt"),
        Article("summit", "ประชุมสุดยอดนาโต", "ผู้นำนาโตประชุมสุดยอดที่กรุงมาดริด ประเทศสเปน "
                "นายฟูมิโอะ คิชิดะ นายกรัฐมนตรีญี่ปุ่น เข้าร่วมด้วย", "b.txt"),
        Article("train", "รถไฟฟ้าสายสีเหลือง", "รถไฟฟ้าสายสีเหลืองมีทั้งหมด 30 ขบวน ให้บริการจากลาดพร้าวถึงสำโรง", "c.txt"),
        Article("durian", "ส่งออกทุเรียน", "กระทรวงพาณิชย์เผยยอดส่งออกทุเรียนไปจีนมูลค่า 100 ล้านบาท เนื่องจากผลผลิตมาก", "d.txt"),
    ]  # fmt: skip
    folder = tmp_path_factory.mktemp("small")
    build_articles(articles, folder, ToyEncoder())
    return Index.open(folder, ToyEncoder())


@pytest.fixture(scope="session")
def seed_index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """The articles that come with the project, with the embedded encoder."""
    folder = tmp_path_factory.mktemp("seeds")
    encoder = load_encoder()
    build([Path(__file__).parent.parent / "seeds"], folder, encoder)
    return Index.open(folder, encoder)


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A folder of the three articles of `NEWS`."""
    return write_files(tmp_path / "news", NEWS)


@pytest.fixture(scope="session")
def seed_text() -> str:
    """The text of the article that comes with the project: real Thai, of real length."""
    return (Path(__file__).parents[1] / "seeds" / "nato-japan-south-korea.txt").read_text("utf-8")
