// The types of what the page gets from the server, and the keys of its words.
// Written by `python -m khamtop.ui.declarations` from ui/shapes.py and ui/languages: change those.

/** An article, without its text. Programs get its address, too, and with a quote the one of its place. */
export interface ArticleJson {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
  url?: string;
}

/** Where else the same words are printed, if anywhere. */
export interface Copies {
  copies?: Array<ArticleJson>;
}

/** The side of a comparison that a quote speaks of, in the question's words; of no other quote. */
export interface Column {
  column?: string;
}

/** A quote: a span of an article's characters, and the page where it begins, if the article has pages. */
export interface CitationJson {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
  url?: string;
  copies?: Array<ArticleJson>;
  column?: string;
  number: number;
  page: number | null;
  start: number;
  end: number;
  quote: string;
}

/** A passage found for a question: a span of an article's characters, and the page where it begins, if any. */
export interface FoundJson {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
  url?: string;
  page: number | null;
  start: number;
  end: number;
  text: string;
  score: number;
  dense_rank: number | null;
  lexical_rank: number | null;
}

/** A passage found, with where else it is printed. */
export interface HitJson {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
  url?: string;
  page: number | null;
  start: number;
  end: number;
  text: string;
  score: number;
  dense_rank: number | null;
  lexical_rank: number | null;
  copies?: Array<ArticleJson>;
}

/** How a question was taken: the questions it goes on from, the time that it names (in its words `time`; ISO
dates), and whether the latest comes first. */
export interface UnderstoodJson {
  earlier: string | null;
  time: string | null;
  since: string | null;
  until: string | null;
  newest: boolean;
}

/** A sentence of a writer, with the numbers of the quotes that it rests on. */
export interface SentenceJson {
  text: string;
  markers: Array<number>;
}

/** What a writer said: its sentences that the quotes bear out, how many others are struck, who wrote, and the code
of what went wrong, if anything did. */
export interface WritingJson {
  sentences: Array<SentenceJson>;
  struck: number;
  writer: string;
  unwritten: string | null;
}

/** What a writer said, as in `WritingJson`; nothing of this where none was asked. */
export interface MayBeWritten {
  sentences?: Array<SentenceJson>;
  struck?: number;
  writer?: string;
  unwritten?: string | null;
}

/** What an answer says, apart from what it quotes; of an overview, how many articles are `on_subject`. */
export interface SaidJson {
  sentences?: Array<SentenceJson>;
  struck?: number;
  writer?: string;
  unwritten?: string | null;
  question: string;
  answer: string;
  short_answer: string | null;
  verdict: "answer" | "unsure" | "nothing";
  kind: "who" | "when" | "where" | "how_many" | "what" | "which" | "why" | "how" | "list" | "said" | "define" | "yes_no" | "other" | "overview" | "summary" | "comparison" | "smalltalk";
  abstained: boolean;
  confidence: number;
  nearest: Array<CitationJson>;
  passages: Array<HitJson>;
  understood: UnderstoodJson;
  on_subject: number | null;
}

/** An answer. */
export interface AnswerJson {
  sentences?: Array<SentenceJson>;
  struck?: number;
  writer?: string;
  unwritten?: string | null;
  question: string;
  answer: string;
  short_answer: string | null;
  verdict: "answer" | "unsure" | "nothing";
  kind: "who" | "when" | "where" | "how_many" | "what" | "which" | "why" | "how" | "list" | "said" | "define" | "yes_no" | "other" | "overview" | "summary" | "comparison" | "smalltalk";
  abstained: boolean;
  confidence: number;
  nearest: Array<CitationJson>;
  passages: Array<HitJson>;
  understood: UnderstoodJson;
  on_subject: number | null;
  citations: Array<CitationJson>;
}

/** How much holds every word of a search, shown or not; perhaps more, if `all` is false. */
export interface TotalJson {
  articles: number;
  passages: number;
  all: boolean;
}

/** An article found, with the places of its passages in the list of all. */
export interface FoundArticleJson {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
  url?: string;
  passages: Array<number>;
}

/** The passages of a search, and the same by their articles. */
export interface FindingsJson {
  question: string;
  passages: Array<HitJson>;
  articles: Array<FoundArticleJson>;
  total: TotalJson;
}

/** A file that was not indexed, or a line or pages of one, and the code of the reason; or `count` lines of one. */
export interface RejectedJson {
  path: string;
  reason: string;
  line?: number;
  count?: number;
  pages?: string;
}

/** Files that are no articles, such as a README or a picture: how many, the reason's code, and the first paths. */
export interface PassedOverJson {
  reason: string;
  count: number;
  paths: Array<string>;
}

/** What a build found and did. */
export interface BuildJson {
  articles: number;
  passages: number;
  added: number;
  changed: number;
  removed: number;
  unchanged: number;
  passed_over: Array<PassedOverJson>;
  seconds: number;
}

/** The same, with all that was not indexed, also what was passed over. */
export interface ReportJson {
  articles: number;
  passages: number;
  added: number;
  changed: number;
  removed: number;
  unchanged: number;
  passed_over: Array<PassedOverJson>;
  seconds: number;
  rejected: Array<RejectedJson>;
  rejected_count: number;
}

/** A person, an organisation or a place, and in how many articles it is named. */
export interface NameJson {
  name: string;
  articles: number;
}

/** The commonest names of a kind, and how many there are in all. */
export interface KindOfNames {
  kind: "person" | "organisation" | "place";
  total: number;
  names: Array<NameJson>;
}

/** The names in the articles, by kind. */
export interface NamesJson {
  kinds: Array<KindOfNames>;
}

/** What went wrong: a code, which has a sentence in every language, and the facts that it names. */
export interface ErrorJson {
  code: string;
  facts: Record<string, unknown>;
}

/** What narrows the articles. */
export interface BoundsSent {
  since?: string;
  until?: string;
  source?: string;
  name?: string;
}

/** A question, with the earlier ones of its conversation. */
export interface QuestionSent {
  since?: string;
  until?: string;
  source?: string;
  name?: string;
  question: string;
  history?: Array<string>;
  k?: number;
}

/** A question to answer. */
export interface AskSent {
  since?: string;
  until?: string;
  source?: string;
  name?: string;
  question: string;
  history?: Array<string>;
  k?: number;
  any_time?: boolean;
}

/** A question to answer, perhaps with what a model writes about the quotes, and perhaps by events. */
export interface StreamSent {
  since?: string;
  until?: string;
  source?: string;
  name?: string;
  question: string;
  history?: Array<string>;
  k?: number;
  any_time?: boolean;
  write?: boolean;
  stream?: boolean;
}

/** What to search for. */
export interface SearchSent {
  since?: string;
  until?: string;
  source?: string;
  name?: string;
  question: string;
  history?: Array<string>;
  k?: number;
  order?: "relevance" | "date";
}

/** Which article to read. */
export interface ArticleSent {
  article_id: string;
}

/** Which articles to list. */
export interface ArticlesSent {
  since?: string;
  until?: string;
  source?: string;
  name?: string;
  find?: string;
  offset?: number;
  limit?: number;
  order?: "newest" | "oldest" | "title";
}

/** Which names to list. */
export interface NamesSent {
  kind?: "person" | "organisation" | "place";
  find?: string;
  limit?: number;
}

/** Nothing. */
export interface RebuildSent {
}

/** An article with its whole text, of which every quote is a span of characters. */
export interface ArticleText {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
  url?: string;
  text: string;
}

/** A stretch of the list of articles, and how many there are in all. */
export interface ArticleRows {
  total: number;
  articles: Array<ListedArticle>;
}

/** What went wrong: a code that stays, and a sentence for a person. */
export interface FailureJson {
  code: string;
  message: string;
}

/** A call that failed. */
export interface FailedJson {
  error: FailureJson;
}

/** A piece of text: a quote if it has a `number`, the short answer if `short`, what was searched for if `term`. */
export interface Part {
  text: string;
  number?: number;
  short?: boolean;
  term?: boolean;
}

/** A quote with the day of its article, an ISO date. */
export interface Citation {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
  url?: string;
  copies?: Array<ArticleJson>;
  column?: string;
  number: number;
  page: number | null;
  start: number;
  end: number;
  quote: string;
  day: string | null;
}

/** An article, with its day, an ISO date. */
export interface DatedArticle {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
  url?: string;
  day: string | null;
}

/** A passage as a card, cut at the quotes in it, whose `numbers` it bears; `day` is its article's, `page` that of
the first quote. `original` tells that its article is a PDF that can be opened. */
export interface Card {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
  url?: string;
  page: number | null;
  start: number;
  end: number;
  text: string;
  score: number;
  dense_rank: number | null;
  lexical_rank: number | null;
  day: string | null;
  copies: Array<DatedArticle>;
  numbers: Array<number>;
  parts: Array<Part>;
  original: boolean;
}

/** A quote with the words that lead to it. */
export interface Line {
  lead: string;
  number: number;
  parts: Array<Part>;
}

/** An answer as the page shows it; `refusal` is what it says instead of one, `opening` what before its quotes. */
export interface Answer {
  sentences?: Array<SentenceJson>;
  struck?: number;
  writer?: string;
  unwritten?: string | null;
  question: string;
  answer: string;
  short_answer: string | null;
  verdict: "answer" | "unsure" | "nothing";
  kind: "who" | "when" | "where" | "how_many" | "what" | "which" | "why" | "how" | "list" | "said" | "define" | "yes_no" | "other" | "overview" | "summary" | "comparison" | "smalltalk";
  abstained: boolean;
  confidence: number;
  nearest: Array<CitationJson>;
  passages: Array<HitJson>;
  understood: UnderstoodJson;
  on_subject: number | null;
  citations: Array<Citation>;
  language: "th" | "en";
  refusal: string | null;
  opening: string | null;
  spread: Timeline | null;
  lines: Array<Line>;
  cards: Array<Card>;
}

/** An answer, the stamp of the index that gave it, and when that was built (an ISO time). */
export interface GivenAnswer {
  sentences?: Array<SentenceJson>;
  struck?: number;
  writer?: string;
  unwritten?: string | null;
  question: string;
  answer: string;
  short_answer: string | null;
  verdict: "answer" | "unsure" | "nothing";
  kind: "who" | "when" | "where" | "how_many" | "what" | "which" | "why" | "how" | "list" | "said" | "define" | "yes_no" | "other" | "overview" | "summary" | "comparison" | "smalltalk";
  abstained: boolean;
  confidence: number;
  nearest: Array<CitationJson>;
  passages: Array<HitJson>;
  understood: UnderstoodJson;
  on_subject: number | null;
  citations: Array<Citation>;
  language: "th" | "en";
  refusal: string | null;
  opening: string | null;
  spread: Timeline | null;
  lines: Array<Line>;
  cards: Array<Card>;
  index: string;
  built: string;
}

/** Questions to go on with. */
export interface FollowUps {
  questions: Array<string>;
}

/** An article found, its title cut at the words searched for, with its passages as cards, the best first. */
export interface FoundArticle {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
  url?: string;
  day: string | null;
  title_parts: Array<Part>;
  cards: Array<Card>;
}

/** What a search found, and how the question was read: what must be there word for word, and what must not. */
export interface Findings {
  articles: Array<FoundArticle>;
  total: TotalJson;
  phrases: Array<string>;
  without: Array<string>;
}

/** An article cut at its quotes, from `begin` on; `found` are the numbers of those that are in it, `page` is where
it begins. */
export interface WholeArticle {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
  url?: string;
  day: string | null;
  begin: number;
  page: number | null;
  parts: Array<Part>;
  found: Array<number>;
}

/** A sentence that carries much of its article: a span of its characters, and the page where it begins, if any. */
export interface SummaryQuote {
  number: number;
  page: number | null;
  start: number;
  end: number;
  quote: string;
}

/** An article summed up in its own words. */
export interface Summary {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
  url?: string;
  day: string | null;
  quotes: Array<SummaryQuote>;
}

/** The same, whether it may be removed, and whether it is a PDF that can be opened (`original.py`). */
export interface OpenArticle {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
  url?: string;
  day: string | null;
  begin: number;
  page: number | null;
  parts: Array<Part>;
  found: Array<number>;
  removable: boolean;
  original: boolean;
}

/** A row of the list of articles; lengths count characters and passages. */
export interface ListedArticle {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
  url?: string;
  day: string | null;
  chars: number;
  passages: number;
}

/** The same, and whether it may be removed. */
export interface Row {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
  url?: string;
  day: string | null;
  chars: number;
  passages: number;
  removable: boolean;
}

/** A stretch of the list of articles, and how many there are in all. */
export interface Rows {
  total: number;
  articles: Array<Row>;
}

/** How many articles a year, month or day has that begins with that day (ISO). */
export interface Bar {
  start: string;
  count: number;
}

/** How the articles spread over time, without a gap. */
export interface Timeline {
  unit: "year" | "month" | "day";
  bars: Array<Bar>;
  undated: number;
}

/** The id of what a reader thought, by which it may be changed. */
export interface Kept {
  id: string;
}

/** What a build found and did, with what should have been read and was not: the first ones, and how many. */
export interface ShownReport {
  articles: number;
  passages: number;
  added: number;
  changed: number;
  removed: number;
  unchanged: number;
  passed_over: Array<PassedOverJson>;
  seconds: number;
  lost: Array<RejectedJson>;
  lost_count: number;
}

/** A build under way, or how one ended. */
export interface Build {
  number: number;
  running: boolean;
  stage: string;
  done: number;
  total: number;
  seconds_left: number | null;
  report: ShownReport | null;
  error: ErrorJson | null;
}

/** The model that writes beside quotes, and the host to which they are sent. */
export interface WriterJson {
  name: string;
  host: string;
}

/** What the index holds and its stamp, what may be asked, who writes beside quotes, and how the build is going. */
export interface Status {
  articles: number;
  passages: number;
  index: string;
  examples: Array<string>;
  read_only: boolean;
  writer: WriterJson | null;
  build: Build | null;
}

/** The same, and where the file of the removed article is now. */
export interface Removed {
  articles: number;
  passages: number;
  index: string;
  examples: Array<string>;
  read_only: boolean;
  writer: WriterJson | null;
  build: Build | null;
  moved_to: string;
}

/** A file that was taken in, by the name under which it is kept. */
export interface Saved {
  name: string;
}

/** A file that was not taken in, and the code of the reason. */
export interface Refused {
  name: string;
  reason: string;
}

/** What became of files that were sent in. */
export interface Uploaded {
  articles: number;
  passages: number;
  index: string;
  examples: Array<string>;
  read_only: boolean;
  writer: WriterJson | null;
  build: Build | null;
  saved: Array<Saved>;
  refused: Array<Refused>;
}

/** What the page's calls give, by their names. */
export interface Replies {
  ask: GivenAnswer;
  follow_ups: FollowUps;
  write: WritingJson;
  search: Findings;
  article: OpenArticle;
  summary: Summary;
  articles: Rows;
  names: NamesJson;
  timeline: Timeline;
  feedback: Kept;
  status: Status;
  rebuild: Status;
  stop: Status;
  remove: Removed;
}

/** What the server takes at the most, and gives. */
export interface Limits {
  question_chars: number;
  remark_chars: number;
  passages: number;
  listed: number;
  upload_files: number;
  upload_file_bytes: number;
  upload_bytes: number;
  upload_endings: Array<string>;
}

/** What the page begins with: the words of all languages, the one that it opens in, and the limits. */
export interface Given {
  words: Record<string, Record<string, string>>;
  languages: Array<string>;
  first: string;
  limits: Limits;
}

export type Key =
  | "language.name"
  | "language.switch"
  | "language.dates"
  | "language.thousands"
  | "question.empty"
  | "question.too_long"
  | "question.control"
  | "question.passages"
  | "question.only_without"
  | "question.too_many"
  | "search.order"
  | "search.none"
  | "search.total"
  | "search.at_least"
  | "search.nearest"
  | "articles.missing"
  | "articles.address"
  | "articles.none"
  | "fetch.address"
  | "fetch.unreachable"
  | "fetch.untrusted"
  | "fetch.status"
  | "fetch.kind"
  | "fetch.too_large"
  | "fetch.slow"
  | "fetch.elsewhere"
  | "fetch.redirections"
  | "fetch.robots"
  | "fetch.none"
  | "index.missing"
  | "index.damaged"
  | "index.format"
  | "index.encoder"
  | "index.forbidden"
  | "index.unwritable"
  | "index.busy"
  | "index.building"
  | "index.stopped"
  | "index.memory"
  | "index.away"
  | "index.replaced"
  | "index.part"
  | "milvus.address"
  | "milvus.key"
  | "milvus.missing"
  | "milvus.locked"
  | "milvus.foreign"
  | "milvus.failed"
  | "milvus.part"
  | "milvus.parts"
  | "milvus.part_afresh"
  | "milvus.too_long"
  | "check.whole"
  | "check.advice"
  | "check.vectors"
  | "check.words"
  | "check.counts"
  | "check.spans"
  | "check.orphans"
  | "filter.date"
  | "filter.order"
  | "filter.too_long"
  | "encoder.unreadable"
  | "original.none"
  | "original.changed"
  | "article.unknown"
  | "article.duplicate_id"
  | "article.no_text"
  | "answer.gone"
  | "answer.says"
  | "answer.adds"
  | "answer.other"
  | "answer.none"
  | "answer.unsure"
  | "answer.written"
  | "answer.struck"
  | "answer.withdrawn"
  | "answer.overview"
  | "answer.overview_part"
  | "answer.overview_best"
  | "answer.overview_newest"
  | "answer.newest"
  | "answer.other_time"
  | "answer.summary"
  | "answer.comparison"
  | "answer.nearest"
  | "answer.copies"
  | "answer.page"
  | "answer.sources"
  | "list.bounds"
  | "names.kind"
  | "names.person"
  | "names.organisation"
  | "names.place"
  | "read_only"
  | "remove.shared"
  | "remove.elsewhere"
  | "remove.last"
  | "remove.failed"
  | "upload.no_folder"
  | "upload.invalid"
  | "upload.hardly_any"
  | "upload.too_much"
  | "upload.too_many"
  | "upload.too_large"
  | "upload.there"
  | "upload.unwritable"
  | "upload.full"
  | "upload.taken"
  | "guard.foreign"
  | "guard.host"
  | "auth.required"
  | "auth.slow"
  | "auth.invalid"
  | "auth.unreadable"
  | "root_path.invalid"
  | "allowed_host.invalid"
  | "call.invalid"
  | "call.unknown"
  | "call.method"
  | "call.model"
  | "call.too_large"
  | "call.slow"
  | "key.required"
  | "api_key.unreadable"
  | "api_key.none"
  | "api_key.invalid"
  | "mcp.missing"
  | "mcp.page"
  | "origin.invalid"
  | "feedback.none"
  | "feedback.good"
  | "feedback.bad"
  | "feedback.here"
  | "feedback.remark_too_long"
  | "feedback.too_long"
  | "feedback.place_too_long"
  | "feedback.place_gone"
  | "feedback.full"
  | "feedback.unwritable"
  | "eval.unreadable"
  | "eval.none"
  | "platform.windows"
  | "port.taken"
  | "port.unusable"
  | "model.missing"
  | "model.damaged"
  | "model.kind"
  | "reader.unreadable"
  | "reader.kind"
  | "reranker.unreadable"
  | "reranker.kind"
  | "llm.address"
  | "llm.model"
  | "llm.alone"
  | "llm.key"
  | "llm.key_file"
  | "llm.missing"
  | "writer.away"
  | "writer.slow"
  | "writer.refused"
  | "writer.unknown"
  | "writer.busy"
  | "writer.broken"
  | "writer.loops"
  | "train.taken"
  | "train.too_few"
  | "train.done"
  | "internal"
  | "file.hidden"
  | "file.readme"
  | "file.kind"
  | "file.unreadable"
  | "file.broken"
  | "file.too_large"
  | "file.empty"
  | "file.not_text"
  | "file.not_whole"
  | "file.protected"
  | "file.old_word"
  | "file.spreadsheet"
  | "pdf.none"
  | "pdf.locked"
  | "pdf.damaged"
  | "pdf.page_damaged"
  | "pdf.cut"
  | "pdf.too_heavy"
  | "pdf.too_long"
  | "pdf.scanned"
  | "pdf.too_many_scans"
  | "line.too_large"
  | "line.broken"
  | "line.no_text"
  | "json.broken"
  | "json.no_text"
  | "json.squad"
  | "text.rtf"
  | "text.garbled"
  | "text.bad_letter"
  | "table.no_columns"
  | "row.broken"
  | "row.cells"
  | "xml.broken"
  | "xml.entities"
  | "xml.other"
  | "entry.unpublished"
  | "zip.nested"
  | "zip.name"
  | "zip.too_much"
  | "zip.too_many"
  | "address.address"
  | "address.unreachable"
  | "address.untrusted"
  | "address.status"
  | "address.kind"
  | "address.too_large"
  | "address.slow"
  | "address.elsewhere"
  | "address.redirections"
  | "address.robots"
  | "address.later"
  | "talk.greeting"
  | "talk.thanks"
  | "talk.about"
  | "talk.usage"
  | "talk.farewell"
  | "report.done"
  | "report.rejected"
  | "report.passed_over"
  | "rejected.pages"
  | "rejected.line"
  | "rejected.more"
  | "rejected.count"
  | "serve.starting"
  | "serve.at"
  | "doctor.fine"
  | "doctor.wrong"
  | "doctor.state.fine"
  | "doctor.state.note"
  | "doctor.state.wrong"
  | "doctor.part.machine"
  | "doctor.part.program"
  | "doctor.part.models"
  | "doctor.part.index"
  | "doctor.part.page"
  | "doctor.failed"
  | "doctor.python"
  | "doctor.memory"
  | "doctor.open_files"
  | "doctor.few_open_files"
  | "doctor.khamtop"
  | "doctor.uninstalled"
  | "doctor.altered"
  | "doctor.package"
  | "doctor.package_missing"
  | "doctor.package_other"
  | "doctor.extra"
  | "doctor.extra_lacks"
  | "doctor.unloadable"
  | "doctor.encoder"
  | "doctor.reader"
  | "doctor.reranker"
  | "doctor.llm"
  | "doctor.nonsense"
  | "doctor.not_here"
  | "doctor.index"
  | "doctor.milvus"
  | "doctor.index_read"
  | "doctor.index_sizes"
  | "doctor.unwritable"
  | "doctor.room"
  | "doctor.building"
  | "doctor.leftovers"
  | "doctor.articles"
  | "doctor.articles_unreadable"
  | "doctor.articles_fixed"
  | "doctor.port"
  | "doctor.users"
  | "doctor.local"
  | "doctor.everybody"
  | "widget.title"
  | "widget.question"
  | "widget.ask"
  | "widget.asking"
  | "widget.sources"
  | "widget.away"
  | "stage.start"
  | "stage.afresh.encoder"
  | "stage.afresh.format"
  | "stage.afresh.damaged"
  | "stage.afresh.words"
  | "stage.afresh.asked"
  | "stage.fetch"
  | "stage.read"
  | "stage.embed"
  | "stage.left"
  | "stage.train"
  | "stage.write"
  | "stage.open"
  | "page.title"
  | "page.subtitle"
  | "page.tabs"
  | "page.tab_ask"
  | "page.tab_search"
  | "page.tab_articles"
  | "page.theme_system"
  | "page.theme_light"
  | "page.theme_dark"
  | "page.cancel"
  | "page.more"
  | "page.welcome"
  | "page.welcome_none"
  | "page.privacy"
  | "page.privacy_llm"
  | "page.writing"
  | "page.written"
  | "page.written_means"
  | "page.examples"
  | "page.answerable"
  | "page.languages"
  | "page.new"
  | "page.ask_label"
  | "page.placeholder"
  | "page.send"
  | "page.keys"
  | "page.narrow"
  | "page.widen"
  | "page.conversation"
  | "page.again"
  | "page.goes_on"
  | "page.ask_alone"
  | "page.of_time"
  | "page.newest_first"
  | "page.any_time"
  | "page.spread"
  | "page.follow_ups"
  | "page.share"
  | "page.take_along"
  | "page.print"
  | "page.given"
  | "page.given_before"
  | "page.ask_anew"
  | "page.shared"
  | "page.good"
  | "page.bad"
  | "page.remark"
  | "page.send_remark"
  | "page.thanks"
  | "page.thanks_remark"
  | "page.here"
  | "page.here_how"
  | "page.here_noted"
  | "page.here_taken_back"
  | "page.asked"
  | "page.searching"
  | "page.stopped"
  | "page.sources"
  | "page.sources_of"
  | "page.nearest"
  | "page.others"
  | "page.copies"
  | "page.open_source"
  | "page.open_article"
  | "page.show_sources"
  | "page.copy"
  | "page.copied"
  | "page.score"
  | "page.found_by"
  | "page.by_words"
  | "page.by_meaning"
  | "page.quote_of"
  | "page.passage_of"
  | "page.sentence_of"
  | "page.sum_up"
  | "page.summary"
  | "page.quote_gone"
  | "page.previous"
  | "page.next"
  | "page.close"
  | "page.copy_link"
  | "page.timeline_sources"
  | "page.timeline"
  | "page.timeline_words"
  | "page.period_count"
  | "page.undated"
  | "page.conversations"
  | "page.kept_here"
  | "page.not_kept"
  | "page.none_kept"
  | "page.untitled"
  | "page.questions"
  | "page.delete"
  | "page.delete_all"
  | "page.delete_question"
  | "page.delete_all_question"
  | "page.delete_means"
  | "page.search"
  | "page.search_label"
  | "page.since"
  | "page.until"
  | "page.source"
  | "page.name"
  | "page.dates_hint"
  | "page.search_hint"
  | "page.order"
  | "page.by_relevance"
  | "page.by_date"
  | "page.shown"
  | "page.exactly"
  | "page.without"
  | "page.more_passages"
  | "page.open_passage"
  | "page.to_csv"
  | "page.to_json"
  | "page.archive"
  | "page.find"
  | "page.newest"
  | "page.oldest"
  | "page.by_title"
  | "page.listed"
  | "page.none_listed"
  | "page.names"
  | "page.find_name"
  | "page.names_hint"
  | "page.name_articles"
  | "page.more_names"
  | "page.more_names_of"
  | "page.no_name"
  | "page.length"
  | "page.remove"
  | "page.remove_this"
  | "page.remove_question"
  | "page.remove_means"
  | "page.removed"
  | "page.choose"
  | "page.drop"
  | "page.kinds"
  | "page.sending"
  | "page.folder"
  | "page.saved"
  | "page.rebuild"
  | "page.rebuild_means"
  | "page.build"
  | "page.details"
  | "page.seconds_left"
  | "page.minutes_left"
  | "page.building_first"
  | "page.building"
  | "page.stop"
  | "page.progress"
  | "page.rebuilt"
  | "page.took"
  | "page.added"
  | "page.changed"
  | "page.taken_out"
  | "page.unchanged"
  | "page.rejected"
  | "page.dismiss"
  | "page.disconnected";
