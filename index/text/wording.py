"""Thai words that several modules know: months, titles of persons, units, words for numbers, and the Buddhist Era.

Regular expressions are made of them where they are used.
"""

from __future__ import annotations

#: What the Buddhist Era is ahead of the Common Era, in years.
BUDDHIST_ERA = 543

#: The months: what the full name begins with (as a pattern that allows for common slips), in short, in English.
MONTHS = (
    ("มกรา", "ม.ค.", "january"), ("กุมภา", "ก.พ.", "february"), ("มีนา", "มี.ค.", "march"),
    ("เมษา", "เม.ย.", "april"), ("พฤษภา", "พ.ค.", "may"), ("มิถุนา", "มิ.ย.", "june"),
    ("กรก[ฎฏ]า", "ก.ค.", "july"), ("สิงหา", "ส.ค.", "august"), ("กันยา", "ก.ย.", "september"),
    ("ตุลา", "ต.ค.", "october"), ("พฤ[ศษ]จิกา", "พ.ย.", "november"), ("ธันวา", "ธ.ค.", "december"),
)  # fmt: skip

#: Titles that stand right before a person's first name, as patterns; นาย is also the beginning of the premier's office.
TITLES = ("นางสาว", "นาง", r"นาย(?!กฯ?$|กรัฐมนตรี$)", r"น\.ส\.", r"ดร\.", r"พล\S{1,12}", r"[ก-ฮ]{1,3}\.(?:[ก-ฮ]{1,2}\.)*")

#: Titles that tell a person by themselves, as patterns.
PERSON_TITLES = (
    "นางสาว", "นาง", "นาย", r"น\.ส\.", r"ดร\.", r"พล\.(?:[ก-ฮ]\.){1,2}", "พล(?:ตำรวจ|เรือ|อากาศ)?(?:เอก|โท|ตรี)",
)  # fmt: skip

#: What is counted, as it stands after a number.
UNITS = tuple(
    "บาท ดอลลาร์ คน ราย ตัว แห่ง ไร่ ตัน ลิตร เมตร กิโล กม. กก. หลัง คัน เตียง ชิ้น ครั้ง วัน ปี ชั่วโมง นาที เปอร์เซ็นต์ %".split()
)

#: Words for numbers: the digits, and what they are multiplied with.
DIGITS = {
    "หนึ่ง": 1, "เอ็ด": 1, "สอง": 2, "ยี่": 2, "สาม": 3, "สี่": 4, "ห้า": 5, "หก": 6, "เจ็ด": 7, "แปด": 8, "เก้า": 9,
}  # fmt: skip
POWERS = {"สิบ": 10, "ร้อย": 100, "พัน": 1_000, "หมื่น": 10_000, "แสน": 100_000, "ล้าน": 1_000_000}
