"""Every string a person reads, in Thai and in English.

The packages below raise `KhamtopError` with a code and hand up `Rejected` with a reason's code; the
sentence for each stands here, beside the words of the page and of the terminal. The page gets the
whole table and fills it in itself, so that switching its language needs no server.
"""

from __future__ import annotations

from khamtop.index.types import KhamtopError
from khamtop.qa.types import Language

#: key: (Thai, English). `{name}` is a fact that the caller gives.
TEXTS: dict[str, tuple[str, str]] = {
    # What went wrong, by the code of a KhamtopError.
    "question.empty": (
        "กรุณาพิมพ์คำถามก่อน",
        "Please type a question first.",
    ),
    "question.too_long": (
        "คำถามยาวเกินไป กรุณาถามไม่เกิน {limit} ตัวอักษร",
        "The question is too long. Please keep it within {limit} characters.",
    ),
    "question.control": (
        "คำถามมีอักขระควบคุมที่อ่านไม่ได้ กรุณาพิมพ์ใหม่เป็นข้อความธรรมดา",
        "The question contains unreadable control characters. Please type it again as plain text.",
    ),
    "question.passages": (
        "จำนวนข้อความที่ขอ (k) ต้องเป็นจำนวนเต็มตั้งแต่ 1 ถึง {most}",
        "The number of passages (k) must be a whole number from 1 to {most}.",
    ),
    "articles.missing": (
        "ไม่พบไฟล์หรือโฟลเดอร์บทความ {path}",
        "There is no file or folder of articles at {path}.",
    ),
    "articles.none": (
        "ไม่พบบทความที่อ่านได้เลย (อ่านไม่ได้ {rejected} รายการ) กรุณาตรวจโฟลเดอร์บทความ",
        "No article could be read ({rejected} could not be). Please check the folder of articles.",
    ),
    "index.missing": (
        "ยังไม่มีดัชนีใน {folder} กรุณาสร้างด้วยคำสั่ง khamtop index",
        "There is no index in {folder} yet. Make one with: khamtop index",
    ),
    "index.damaged": (
        "ดัชนีเสียหายหรือถูกแก้ไข ({file}) กรุณาสร้างใหม่ด้วยคำสั่ง khamtop index",
        "The index is damaged or was altered ({file}). Make it again with: khamtop index",
    ),
    "index.format": (
        "ดัชนีเป็นรูปแบบ {found} แต่โปรแกรมนี้อ่านรูปแบบ {wanted} กรุณาสร้างใหม่ด้วยคำสั่ง khamtop index",
        "The index has format {found}, but this program reads format {wanted}. Make it again with: khamtop index",
    ),
    "index.encoder": (
        "ดัชนีนี้สร้างด้วยตัวเข้ารหัส {wanted} ไม่ใช่ {found} กรุณาใช้ตัวเดิม หรือสร้างดัชนีใหม่ด้วย khamtop index",
        "The index was made with the encoder {wanted}, not {found}. Use that one, or make the index again with:"
        " khamtop index",
    ),
    "index.forbidden": (
        "ผู้ใช้นี้ไม่มีสิทธิ์เขียนในโฟลเดอร์ดัชนี {folder} จึงเปิดดัชนีไม่ได้",
        "The index cannot be opened, because this user may not write to {folder}.",
    ),
    "index.unwritable": (
        "เขียนดัชนีใน {folder} ไม่ได้ กรุณาตรวจสิทธิ์และพื้นที่ว่าง ดัชนีเดิมยังอยู่ครบ",
        "The index in {folder} could not be written. Check permissions and free space; the last index is unharmed.",
    ),
    "index.busy": (
        "มีการสร้างดัชนีใน {folder} อยู่แล้ว กรุณารอให้เสร็จก่อน",
        "Another build is writing to {folder}. Please wait for it to finish.",
    ),
    "index.building": (
        "ดัชนีกำลังถูกสร้างเป็นครั้งแรก กรุณาถามอีกครั้งในอีกสักครู่",
        "The index is being built for the first time. Please ask again in a moment.",
    ),
    "index.stopped": (
        "หยุดสร้างดัชนีแล้ว ดัชนีเดิมยังใช้ได้ตามปกติ",
        "The build was stopped. The last index goes on answering.",
    ),
    "index.memory": (
        "หน่วยความจำไม่พอสำหรับสร้างดัชนี ดัชนีเดิมยังอยู่ครบ",
        "Memory ran out while building the index. The last index is as it was.",
    ),
    "check.whole": ("ดัชนีใน {folder} สมบูรณ์", "The index in {folder} is whole."),
    "check.advice": (
        "สร้างดัชนีใหม่ทั้งหมดด้วย khamtop index --afresh",
        "Build it anew with khamtop index --afresh.",
    ),
    "check.vectors": (
        "เวกเตอร์กับบทความไม่ตรงกัน (ขาด {missing} ข้อความ เกิน {unknown} ข้อความ)",
        "Vectors and articles disagree (passages without vectors: {missing}, vectors of no passage: {unknown}).",
    ),
    "check.words": (
        "ดัชนีคำกับบทความไม่ตรงกัน (ขาด {missing} ข้อความ เกิน {unknown} ข้อความ)",
        "Words and articles disagree (passages without words: {missing}, words of no passage: {unknown}).",
    ),
    "check.counts": (
        "จำนวนบทความหรือข้อความไม่ตรงกับที่บันทึกไว้ ({articles} บทความ {passages} ข้อความ)",
        "The index does not hold the {articles} articles and {passages} passages that it says.",
    ),
    "check.spans": ("ข้อความของบทความ {article} อยู่นอกตัวบทความ", "A passage of {article} lies outside of it."),
    "check.orphans": ("มีข้อความของบทความที่ไม่มีในดัชนี {count} รายการ", "Passages of articles that are not there: {count}."),
    "filter.date": (
        "อ่านวันที่ “{date}” ไม่ได้ พิมพ์วัน เดือน หรือปี เช่น 29 มิ.ย. 2565, มิ.ย. 2565 หรือ 2022-06-29",
        "“{date}” is no date. Give a day, a month or a year, such as 29 June 2022, 2022-06 or 2565.",
    ),
    "filter.order": (
        "ช่วงวันที่ตั้งแต่ {since} ถึง {until} ไม่มีวันใดอยู่เลย",
        "No day lies from {since} to {until}.",
    ),
    "encoder.unreadable": (
        "เปิดตัวเข้ารหัส {name} ไม่ได้",
        "The encoder {name} could not be opened.",
    ),
    "article.unknown": (
        "ไม่พบบทความนี้ในดัชนีปัจจุบัน บทความอาจถูกลบหรือย้ายไปหลังสร้างดัชนีใหม่",
        "This article is not in the current index. It may have been removed or moved by a rebuild.",
    ),
    "list.bounds": (
        "ดูบทความได้ครั้งละ 1 ถึง {most} บทความ",
        "Between 1 and {most} articles can be listed at a time.",
    ),
    "read_only": (
        "หน้านี้เปิดไว้ให้ถามและอ่านเท่านั้น จึงเพิ่ม ลบ หรือสร้างดัชนีใหม่ไม่ได้",
        "This page is for asking and reading only: nothing can be added, removed or rebuilt.",
    ),
    "remove.shared": (
        "ลบบทความนี้จากหน้านี้ไม่ได้ เพราะอยู่ร่วมกับบทความอื่นในไฟล์ {file} กรุณาแก้ไขไฟล์นั้นเอง",
        "This article cannot be removed here, because {file} holds others too. Please edit that file instead.",
    ),
    "remove.elsewhere": (
        "ลบบทความนี้จากหน้านี้ไม่ได้ เพราะไฟล์ {file} ไม่ได้อยู่ในโฟลเดอร์บทความโดยตรง",
        "This article cannot be removed here, because {file} does not itself lie in the folder of articles.",
    ),
    "remove.last": (
        "ลบบทความสุดท้ายไม่ได้ เพราะดัชนีต้องมีอย่างน้อยหนึ่งบทความ",
        "The last article cannot be removed: an index needs at least one.",
    ),
    "remove.failed": (
        "ย้ายไฟล์ {file} ออกไม่ได้ กรุณาตรวจสิทธิ์และพื้นที่ว่าง",
        "{file} could not be moved away. Check permissions and free space.",
    ),
    "upload.no_folder": (
        "เพิ่มไฟล์ไม่ได้ เพราะโปรแกรมนี้เปิดด้วยไฟล์บทความ ไม่ใช่โฟลเดอร์",
        "Nothing can be added, because the articles given are files and not a folder.",
    ),
    "upload.invalid": (
        "คำขอนี้ไม่ใช่การส่งไฟล์ที่สมบูรณ์ กรุณาส่งอีกครั้ง",
        "This is not a complete upload of files. Please send them again.",
    ),
    "upload.too_much": (
        "ส่งไฟล์รวมกันใหญ่เกินไปในครั้งเดียว กรุณาแบ่งส่ง",
        "too much at once; please send the rest separately",
    ),
    "upload.too_many": (
        "ส่งหลายไฟล์เกินไปในครั้งเดียว กรุณาแบ่งส่ง",
        "too many files at once; please send the rest separately",
    ),
    "upload.too_large": ("ไฟล์ใหญ่เกินไป", "too large"),
    "upload.there": ("มีไฟล์ชื่อนี้ที่เนื้อหาเหมือนกันอยู่แล้ว", "already there, with the same content"),
    "upload.unwritable": ("เขียนไฟล์ลงโฟลเดอร์บทความไม่ได้", "could not be written to the folder of articles"),
    "guard.foreign": (
        "คำขอนี้มาจากเว็บไซต์อื่น จึงไม่ทำตาม",
        "This request came from another site and is refused.",
    ),
    "guard.host": (
        "หน้านี้เปิดไว้สำหรับเครื่องนี้เท่านั้น ถ้าอยู่หลังพร็อกซี กรุณาเปิดด้วย --root-path",
        "This page is for this machine only. Behind a proxy, serve it with --root-path.",
    ),
    "auth.required": ("กรุณาใส่ชื่อผู้ใช้และรหัสผ่าน", "Please sign in with a user name and password."),
    "auth.invalid": (
        "ข้อมูลผู้ใช้ใน {place} ต้องเป็น USER:PASSWORD โดยไม่มีส่วนใดว่าง",
        "The user in {place} must be given as USER:PASSWORD, neither of them empty.",
    ),
    "auth.unreadable": ("เปิดไฟล์ผู้ใช้ {path} ไม่ได้", "The file of users {path} cannot be read."),
    "root_path.invalid": (
        "--root-path ต้องขึ้นต้นด้วย / หรือ http(s):// เช่น /khamtop",
        "--root-path must begin with / or http(s)://, such as /khamtop.",
    ),
    "call.invalid": (
        "คำขอนี้ไม่ถูกต้อง ({field})",
        "The request is not valid ({field}).",
    ),
    "feedback.none": ("ยังไม่มีความเห็นของผู้อ่าน", "No reader has given feedback yet."),
    "feedback.good": ("ดี", "good"),
    "feedback.bad": ("ไม่ดี", "bad"),
    "feedback.remark_too_long": (
        "หมายเหตุยาวเกินไป กรุณาเขียนไม่เกิน {limit} ตัวอักษร",
        "The remark is too long. Please keep it within {limit} characters.",
    ),
    "feedback.too_long": (
        "คำตอบนี้ยาวเกินกว่าจะเก็บความเห็นได้",
        "The answer is too long for its feedback to be kept.",
    ),
    "feedback.full": (
        "เก็บความเห็นเพิ่มไม่ได้แล้ว เพราะไฟล์ความเห็นเต็ม ผู้ดูแลย้าย {file} ออกได้",
        "No more feedback can be kept, because its file is full. Whoever runs the page may move {file} away.",
    ),
    "feedback.unwritable": (
        "เก็บความเห็นไม่ได้ กรุณาตรวจสิทธิ์และพื้นที่ว่างของ {file}",
        "The feedback could not be kept. Check permissions and free space of {file}.",
    ),
    "eval.unreadable": (
        "{path} ไม่ใช่ไฟล์ SQuAD JSON ที่อ่านได้",
        "{path} is not a readable SQuAD JSON file.",
    ),
    "eval.none": (
        "ไม่มีคำถามให้วัดใน {path}",
        "There is no question to measure in {path}.",
    ),
    "port.taken": (
        "พอร์ต {port} ถูกใช้อยู่แล้ว กรุณาเลือกพอร์ตอื่นด้วย --port",
        "Port {port} is already in use. Choose another one with --port.",
    ),
    "port.unusable": (
        "เปิดหน้าเว็บที่ {host} พอร์ต {port} ไม่ได้ กรุณาเลือกที่อยู่หรือพอร์ตอื่นด้วย --host และ --port",
        "The page cannot be served at {host}, port {port}. Choose others with --host and --port.",
    ),
    "model.missing": ("ไม่พบโมเดลใน {folder}", "There is no model in {folder}."),
    "model.damaged": (
        "โมเดลใน {folder} เสียหาย ({file})",
        "The model in {folder} is damaged ({file}).",
    ),
    "model.kind": (
        "โมเดลใน {folder} เป็นชนิด {found} แต่ที่นี่ต้องการชนิด {wanted}",
        "The model in {folder} is of the kind {found}; a {wanted} is needed here.",
    ),
    "reader.unreadable": (
        "เปิดโมเดลอ่านคำตอบ {name} ไม่ได้",
        "The reader {name} could not be opened.",
    ),
    "train.taken": (
        "ใน {path} มีสิ่งอื่นที่ไม่ใช่ตัวเข้ารหัสอยู่แล้ว กรุณาเลือกโฟลเดอร์อื่น",
        "{path} holds something else than an encoder. Choose another folder.",
    ),
    "train.too_few": (
        "มีบทความน้อยเกินไปสำหรับการฝึก (มี {found} ต้องการอย่างน้อย {wanted})",
        "There are too few articles to train on ({found}, at least {wanted} are needed).",
    ),
    "internal": (
        "เกิดข้อผิดพลาดที่ไม่คาดคิดในโปรแกรม รายละเอียดอยู่ในเทอร์มินัลเมื่อใช้ --debug",
        "Something unexpected went wrong inside the program. Run it with --debug to see details in the terminal.",
    ),
    # Why a file or a line was not indexed, by the reason of a Rejected.
    "file.hidden": ("ไฟล์หรือโฟลเดอร์ซ่อน", "hidden file or folder"),
    "file.readme": ("ไฟล์ README ไม่ใช่บทความ", "a README, not an article"),
    "file.kind": ("ไม่ใช่ชนิดไฟล์ที่อ่านได้", "not a kind of file that can be read"),
    "file.unreadable": ("เปิดหรืออ่านไฟล์ไม่ได้", "could not be opened or read"),
    "file.broken": ("อ่านเนื้อหาของไฟล์ไม่สำเร็จ", "its content could not be made out"),
    "file.too_large": ("ไฟล์ใหญ่เกินไป", "too large"),
    "file.empty": ("ไฟล์ว่างเปล่า", "empty"),
    "file.not_text": ("ไม่ใช่ข้อความที่อ่านได้", "not readable text"),
    "line.too_large": ("บรรทัดยาวเกินไป", "line too large"),
    "line.broken": ("บรรทัดไม่ใช่ JSON ที่ถูกต้อง", "line is not valid JSON"),
    "line.no_text": ("บรรทัดไม่มีช่อง text", "line has no text field"),
    "article.duplicate_id": ("รหัสบทความซ้ำกับบทความก่อนหน้า", "same id as an earlier article"),
    "article.no_text": ("ไม่มีข้อความให้ทำดัชนี", "holds no text to index"),
    # The words around the quotes of an answer.
    "answer.says": ("บทความระบุว่า", "The article says:"),
    "answer.adds": ("และระบุด้วยว่า", "It also says:"),
    "answer.other": ("อีกบทความหนึ่งระบุว่า", "Another article says:"),
    "answer.none": (
        "บทความที่มีอยู่ไม่ได้ตอบคำถามนี้",
        "The articles do not answer this question.",
    ),
    "answer.unsure": (
        "ไม่แน่ใจว่าบทความตอบคำถามนี้ ข้อความที่ใกล้เคียงที่สุดมีดังนี้",
        "Not sure that the articles answer this. What comes nearest:",
    ),
    "answer.nearest": ("ข้อความที่ใกล้เคียงที่สุด", "The nearest passages"),
    "answer.copies": ("ลงซ้ำใน {titles}", "Also printed in {titles}"),
    "answer.sources": ("แหล่งที่มา", "Sources"),
    # The terminal.
    "search.none": ("ไม่พบข้อความที่เกี่ยวข้อง", "No passage was found."),
    "report.done": (
        "ดัชนีมี {articles} บทความ {passages} ข้อความ (เพิ่ม {added} เปลี่ยน {changed} ลบ {removed} คงเดิม {unchanged})"
        " ใช้เวลา {seconds} วินาที",
        "Indexed articles: {articles}, passages: {passages} (added {added}, changed {changed}, removed {removed},"
        " unchanged {unchanged}) in {seconds} s.",
    ),
    "report.rejected": ("ไม่ได้นำเข้า {count} รายการ", "Not indexed: {count}"),
    "rejected.line": ("บรรทัด {line}", "line {line}"),
    "serve.starting": ("กำลังเปิดโปรแกรม อีกสักครู่หน้าเว็บจะพร้อม", "Starting. The page will be here in a moment."),
    "serve.at": ("เปิดหน้าเว็บที่ {address} (กด Ctrl+C เพื่อหยุด)", "The page is at {address} (Ctrl+C stops it)."),
    "train.done": (
        "เขียนตัวเข้ารหัสไว้ที่ {folder} (พบข้อความที่ถูกต้องเป็นอันดับแรก ก่อน {before} % หลัง {after} %)",
        "Wrote the encoder to {folder} (right passage found first: {before} % before, {after} % after).",
    ),
    # A build's stages.
    "stage.start": ("กำลังเตรียม", "Getting ready"),
    "stage.afresh.encoder": (
        "ดัชนีเดิมสร้างด้วยตัวเข้ารหัสอื่น จึงสร้างใหม่ทั้งหมด",
        "The index was made with another encoder: everything is built anew.",
    ),
    "stage.afresh.format": (
        "ดัชนีเดิมเป็นรูปแบบของรุ่นอื่น จึงสร้างใหม่ทั้งหมด",
        "The index has the format of another version: everything is built anew.",
    ),
    "stage.afresh.damaged": ("ดัชนีเดิมเสียหาย จึงสร้างใหม่ทั้งหมด", "The index is damaged: everything is built anew."),
    "stage.afresh.words": (
        "ลบไปมากแล้ว จึงทำดัชนีคำของทุกบทความใหม่",
        "Much was removed: the words of all articles are indexed anew.",
    ),
    "stage.afresh.asked": ("สร้างใหม่ทั้งหมดตามที่สั่ง", "Everything is built anew, as asked."),
    "stage.read": ("กำลังอ่านบทความ", "Reading articles"),
    "stage.embed": ("กำลังทำดัชนีบทความ", "Indexing articles"),
    "stage.left": (
        "การทำดัชนีจะใช้เวลาอีกราว {minutes} นาที หากต้องการเร็วกว่าแต่ค้นพบได้น้อยกว่า ใช้ --encoder static",
        "Indexing will take about {minutes} more minutes. Quicker, though it finds less: --encoder static.",
    ),
    "stage.train": ("กำลังฝึกตัวเข้ารหัส", "Training the encoder"),
    "stage.write": ("กำลังเขียนดัชนี", "Writing the index"),
    "stage.open": ("กำลังเปิดดัชนีใหม่", "Opening the new index"),
    # The page.
    "page.title": ("คำตอบ", "Khamtop"),
    "page.subtitle": ("ถามจากบทความของคุณ", "Ask your own articles"),
    "page.tabs": ("ส่วนต่าง ๆ ของหน้า", "Sections of the page"),
    "page.tab_ask": ("ถาม", "Ask"),
    "page.tab_search": ("ค้น", "Search"),
    "page.tab_articles": ("บทความ", "Articles"),
    "page.theme_system": ("สีหน้าจอ: ตามระบบ", "Colours: as the system"),
    "page.theme_light": ("สีหน้าจอ: สว่าง", "Colours: light"),
    "page.theme_dark": ("สีหน้าจอ: มืด", "Colours: dark"),
    "page.cancel": ("ยกเลิก", "Cancel"),
    "page.more": ("แสดงเพิ่ม", "Show more"),
    # Asking.
    "page.welcome": (
        "ถามได้ทั้งไทยและอังกฤษ ทุกคำตอบยกถ้อยคำมาจากบทความ {articles} เรื่อง",
        "Ask in Thai or English: every answer is quoted from the articles here, {articles} in all.",
    ),
    "page.welcome_none": (
        "ถามได้ทั้งไทยและอังกฤษ ทุกคำตอบยกถ้อยคำมาจากบทความ",
        "Ask in Thai or English. Every answer is quoted word for word.",
    ),
    "page.privacy": (
        "คำถามและบทความจะไม่ถูกส่งต่อไปที่ใด",
        "Neither questions nor articles are passed on to anyone.",
    ),
    "page.examples": ("ลองถาม", "Try asking"),
    "page.answerable": ("คำถามที่บทความตอบได้", "Questions the articles do answer"),
    "page.language": ("English", "ไทย"),
    "page.language_label": ("Switch to English", "เปลี่ยนเป็นภาษาไทย"),
    "page.new": ("เริ่มใหม่", "New chat"),
    "page.ask_label": ("คำถามของคุณ", "Your question"),
    "page.placeholder": ("พิมพ์คำถามเกี่ยวกับบทความ", "Ask about the articles"),
    "page.send": ("ถาม", "Ask"),
    "page.keys": (
        "Enter เพื่อถาม · Shift+Enter ขึ้นบรรทัดใหม่ · Esc หยุด",
        "Enter to ask · Shift+Enter for a new line · Esc to stop",
    ),
    "page.conversation": ("บทสนทนา", "Conversation"),
    "page.again": ("ลองอีกครั้ง", "Try again"),
    "page.follow_ups": ("ถามต่อ", "Ask next"),
    "page.share": ("คัดลอกลิงก์คำถามนี้", "Copy link to this question"),
    "page.shared": ("คัดลอกลิงก์แล้ว", "Link copied"),
    "page.good": ("คำตอบนี้ดี", "Good answer"),
    "page.bad": ("คำตอบนี้ไม่ดี", "Bad answer"),
    "page.remark": ("บอกเพิ่มเติมได้ (ไม่บังคับ)", "Anything to add? (optional)"),
    "page.send_remark": ("ส่ง", "Send"),
    "page.thanks": ("ขอบคุณ บันทึกแล้ว", "Thank you, noted."),
    "page.thanks_remark": ("ขอบคุณ บันทึกความเห็นแล้ว", "Thank you, your remark is noted."),
    "page.searching": ("กำลังค้นในบทความ…", "Searching the articles…"),
    "page.stopped": ("หยุดแล้ว", "Stopped."),
    # Sources.
    "page.sources": ("แหล่งที่มา", "Sources"),
    "page.sources_of": ("ของคำถาม “{question}”", "for “{question}”"),
    "page.nearest": ("ข้อความที่ใกล้เคียงที่สุด", "Nearest passages"),
    "page.others": ("ข้อความอื่นที่พบ", "Other passages found"),
    "page.copies": ("ลงซ้ำใน", "Also printed in"),
    "page.open_source": ("เปิดแหล่งอ้างอิง {number}: {title}", "Open source {number}: {title}"),
    "page.open_article": ("เปิดบทความ", "Open article"),
    "page.show_sources": ("ดูแหล่งที่มาของคำตอบนี้", "Show this answer’s sources"),
    "page.copy": ("คัดลอกข้อความพร้อมที่มา", "Copy quote with its source"),
    "page.copied": ("คัดลอกแล้ว", "Copied"),
    "page.score": ("คะแนน {score}", "Score {score}"),
    "page.found_by": ("พบจาก", "Found by"),
    "page.by_words": ("คำ อันดับ {rank}", "words, rank {rank}"),
    "page.by_meaning": ("ความหมาย อันดับ {rank}", "meaning, rank {rank}"),
    "page.quote_of": ("ข้อความที่ยกมา {number} จาก {count}", "Quote {number} of {count}"),
    "page.passage_of": ("ข้อความที่พบ {number} จาก {count}", "Passage {number} of {count}"),
    "page.quote_gone": (
        "บทความเปลี่ยนไปหลังจากคำตอบนี้ จึงไม่พบข้อความที่ยกมาแล้ว",
        "The article has changed since this answer, and the quote is no longer in it.",
    ),
    "page.previous": ("ข้อความก่อนหน้า (←)", "Previous quote (←)"),
    "page.next": ("ข้อความถัดไป (→)", "Next quote (→)"),
    "page.close": ("ปิด (Esc)", "Close (Esc)"),
    "page.timeline_sources": ("แหล่งที่มาอยู่ในช่วงเวลาใดของคลังบทความ", "Where in the archive these sources lie"),
    "page.timeline": ("บทความตามช่วงเวลา", "Articles over time"),
    "page.timeline_words": (
        "บทความที่มีวันที่ {articles} เรื่อง ตั้งแต่ {first} ถึง {last} มากที่สุดใน {when} ({most} เรื่อง)",
        "Dated articles: {articles}, from {first} to {last}, most of them in {when} ({most}).",
    ),
    "page.period_count": ("{period}: {count} บทความ", "{period}: {count}"),
    "page.undated": ("อีก {count} บทความไม่ระบุวันที่", "Without a date: {count}"),
    # Conversations.
    "page.conversations": ("บทสนทนา", "Chats"),
    "page.kept_here": (
        "เก็บไว้ในเบราว์เซอร์นี้เท่านั้น ไม่เกิน {most} บทสนทนาล่าสุด",
        "Kept in this browser only, the latest {most} of them.",
    ),
    "page.not_kept": (
        "เบราว์เซอร์เก็บบทสนทนานี้ไว้ไม่ได้ เมื่อปิดหน้านี้แล้วจะหายไป",
        "The browser could not keep this chat: it will be gone when you close this page.",
    ),
    "page.none_kept": ("ยังไม่มีบทสนทนาที่เก็บไว้", "No chat is kept."),
    "page.untitled": ("(ไม่มีคำถาม)", "(no question)"),
    "page.questions": ("{count} คำถาม", "Questions: {count}"),
    "page.delete": ("ลบ", "Delete"),
    "page.delete_all": ("ลบทั้งหมด", "Delete all"),
    "page.delete_question": ("ลบบทสนทนา “{name}” หรือไม่", "Delete the chat “{name}”?"),
    "page.delete_all_question": ("ลบบทสนทนาทั้งหมด {count} รายการหรือไม่", "Delete all chats ({count})?"),
    "page.delete_means": ("ลบแล้วเรียกคืนไม่ได้", "This cannot be undone."),
    # Searching.
    "page.search": ("ค้น", "Search"),
    "page.search_label": ("คำหรือข้อความที่ต้องการค้น", "What to search for"),
    "page.since": ("ตั้งแต่วันที่", "From"),
    "page.until": ("ถึงวันที่", "To"),
    "page.source": ("แหล่งที่มา", "Source"),
    "page.dates_hint": (
        "เขียนวันที่ได้หลายแบบ เช่น 29 มิ.ย. 2565, มิ.ย. 2565, 2565 หรือ 2022-06-29 · แหล่งที่มาใส่แค่บางส่วนของชื่อไฟล์หรือที่อยู่เว็บก็ได้",
        "Dates as you write them: 29 June 2022, 2022-06, 2022 or 2565. Source: part of a file name or web address.",
    ),
    "page.found": ("พบ {count} ข้อความ", "Passages found: {count}"),
    # Articles.
    "page.archive": ("บทความ {articles} เรื่อง แบ่งเป็น {passages} ข้อความ", "Articles: {articles}, in {passages} passages"),
    "page.find": ("ค้นจากชื่อบทความ", "Find by title"),
    "page.listed": ("แสดง {shown} จาก {total} บทความ", "Showing {shown} of {total}"),
    "page.none_listed": ("ไม่มีบทความที่มีคำนี้ในชื่อ", "No title has these words in it."),
    "page.length": ("{chars} ตัวอักษร · {passages} ข้อความ", "{chars} characters · passages: {passages}"),
    "page.remove": ("นำออก", "Remove"),
    "page.remove_this": ("นำ “{title}” ออก", "Remove “{title}”"),
    "page.remove_question": ("นำ “{title}” ออกจากคลังหรือไม่", "Remove “{title}” from the articles?"),
    "page.remove_means": (
        "ไฟล์จะไม่ถูกลบทิ้ง แต่ย้ายไปไว้ในโฟลเดอร์ removed ของดัชนี จากนั้นโปรแกรมจะสร้างดัชนีใหม่โดยไม่มีบทความนี้",
        "Its file is moved into the index’s folder “removed”, not destroyed, and the index is rebuilt without it.",
    ),
    "page.removed": ("นำ “{title}” ออกแล้ว ไฟล์ย้ายไปอยู่ที่ {path}", "Removed “{title}”. Its file is now {path}"),
    "page.choose": ("เลือกไฟล์…", "Choose files…"),
    "page.drop": ("หรือลากไฟล์บทความมาวางในหน้านี้", "or drop them anywhere on this tab"),
    "page.kinds": (
        "ไฟล์ .txt .md .html และ .jsonl (รวมทั้ง .jsonl.gz และ .jsonl.xz)",
        "Files: .txt, .md, .html and .jsonl (also .jsonl.gz and .jsonl.xz)",
    ),
    "page.sending": ("กำลังส่ง {count} ไฟล์", "Sending files: {count}"),
    "page.folder": ("เป็นโฟลเดอร์ กรุณาเลือกไฟล์ที่อยู่ข้างใน", "is a folder: please choose the files in it"),
    "page.saved": ("เพิ่มแล้ว", "added"),
    # Building.
    "page.rebuild": ("สร้างดัชนีใหม่", "Rebuild"),
    "page.rebuild_means": (
        "อ่านโฟลเดอร์บทความอีกครั้ง แล้วปรับเฉพาะส่วนที่เปลี่ยน",
        "Reads the folder of articles again and indexes what changed.",
    ),
    "page.build": ("การสร้างดัชนี", "Building the index"),
    "page.details": ("ดูรายละเอียด", "Details"),
    "page.seconds_left": ("เหลืออีกประมาณ {seconds} วินาที", "about {seconds} s left"),
    "page.minutes_left": ("เหลืออีกประมาณ {minutes} นาที", "about {minutes} min left"),
    "page.building_first": (
        "กำลังสร้างดัชนีเป็นครั้งแรก คำถามจะได้คำตอบทันทีที่เสร็จ",
        "Building the index for the first time. Questions are answered as soon as it is done.",
    ),
    "page.building": (
        "กำลังสร้างดัชนีใหม่ ระหว่างนี้ถามได้ตามปกติ",
        "Rebuilding the index. You can go on asking meanwhile.",
    ),
    "page.stop": ("หยุด", "Stop"),
    "page.progress": ("ความคืบหน้า", "Progress"),
    "page.rebuilt": ("สร้างดัชนีใหม่เสร็จแล้ว", "The index has been rebuilt."),
    "page.took": ("ใช้เวลา {seconds} วินาที", "It took {seconds} s."),
    "page.added": ("เพิ่ม", "Added"),
    "page.changed": ("เปลี่ยน", "Changed"),
    "page.taken_out": ("นำออก", "Removed"),
    "page.unchanged": ("คงเดิม", "Unchanged"),
    "page.rejected": ("ไม่ได้นำเข้า", "Not indexed"),
    "page.dismiss": ("ปิดข้อความนี้", "Dismiss"),
    "page.disconnected": (
        "ติดต่อโปรแกรมไม่ได้ กรุณาตรวจว่า khamtop ยังทำงานอยู่ แล้วลองอีกครั้ง",
        "The program cannot be reached. Check that khamtop is still running, then try again.",
    ),
}


def text(key: str, language: Language, **facts: object) -> str:
    """The words for `key`, with its facts filled in; whole numbers get thousands separators.

    >>> text("page.found", "en", count=52849)
    'Passages found: 52,849'
    """
    shown = {name: f"{fact:,}" if isinstance(fact, int) else fact for name, fact in facts.items()}
    return TEXTS[key][0 if language == "th" else 1].format(**shown)


def sentence(error: KhamtopError, language: Language) -> str:
    """What a person is told of an error: one clear sentence, whatever its code."""
    if error.code not in TEXTS:
        return text("internal", language)
    return text(error.code, language, **error.facts)
