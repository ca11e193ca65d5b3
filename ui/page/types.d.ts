// The types of what the page gets from the server, and the keys of its words.
// Written by `python -m khamtop.ui.declarations` from ui/shapes.py and ui/languages: change those.

/** An article, without its text. */
export interface ArticleJson {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
}

/** Where else the same words are printed, if anywhere. */
export interface Copies {
  copies?: Array<ArticleJson>;
}

/** A quote: a span of an article's characters. */
export interface CitationJson {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
  copies?: Array<ArticleJson>;
  number: number;
  start: number;
  end: number;
  quote: string;
}

/** A passage found for a question: a span of an article's characters. */
export interface FoundJson {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
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
  start: number;
  end: number;
  text: string;
  score: number;
  dense_rank: number | null;
  lexical_rank: number | null;
  copies?: Array<ArticleJson>;
}

/** What an answer says, apart from what it quotes. */
export interface SaidJson {
  question: string;
  answer: string;
  short_answer: string | null;
  verdict: "answer" | "unsure" | "nothing";
  kind: "who" | "when" | "where" | "how_many" | "what" | "which" | "why" | "how" | "list" | "said" | "define" | "yes_no" | "other";
  abstained: boolean;
  confidence: number;
  nearest: Array<CitationJson>;
  passages: Array<HitJson>;
}

/** An answer. */
export interface AnswerJson {
  question: string;
  answer: string;
  short_answer: string | null;
  verdict: "answer" | "unsure" | "nothing";
  kind: "who" | "when" | "where" | "how_many" | "what" | "which" | "why" | "how" | "list" | "said" | "define" | "yes_no" | "other";
  abstained: boolean;
  confidence: number;
  nearest: Array<CitationJson>;
  passages: Array<HitJson>;
  citations: Array<CitationJson>;
}

/** The passages of a search. */
export interface HitsJson {
  question: string;
  passages: Array<HitJson>;
}

/** A file or a line that was not indexed, and the code of the reason. */
export interface RejectedJson {
  path: string;
  reason: string;
  line?: number;
}

/** What a build found and did. */
export interface ReportJson {
  articles: number;
  passages: number;
  added: number;
  changed: number;
  removed: number;
  unchanged: number;
  rejected: Array<RejectedJson>;
  seconds: number;
}

/** What went wrong: a code, which has a sentence in every language, and the facts that it names. */
export interface ErrorJson {
  code: string;
  facts: Record<string, unknown>;
}

/** A piece of text: a quote if it has a `number`, the short answer if it is `short`. */
export interface Part {
  text: string;
  number?: number;
  short?: boolean;
}

/** A quote with the day of its article, an ISO date. */
export interface Citation {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
  copies?: Array<ArticleJson>;
  number: number;
  start: number;
  end: number;
  quote: string;
  day: string | null;
}

/** A passage as a card, cut at the quotes in it, whose `numbers` it bears; `day` is its article's. */
export interface Card {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
  start: number;
  end: number;
  text: string;
  score: number;
  dense_rank: number | null;
  lexical_rank: number | null;
  day: string | null;
  copies: Array<ArticleJson>;
  numbers: Array<number>;
  parts: Array<Part>;
}

/** A quote with the words that lead to it. */
export interface Line {
  lead: string;
  number: number;
  parts: Array<Part>;
}

/** An answer as the page shows it; `refusal` is what it says instead of one. */
export interface Answer {
  question: string;
  answer: string;
  short_answer: string | null;
  verdict: "answer" | "unsure" | "nothing";
  kind: "who" | "when" | "where" | "how_many" | "what" | "which" | "why" | "how" | "list" | "said" | "define" | "yes_no" | "other";
  abstained: boolean;
  confidence: number;
  nearest: Array<CitationJson>;
  passages: Array<HitJson>;
  citations: Array<Citation>;
  language: "th" | "en";
  refusal: string | null;
  lines: Array<Line>;
  cards: Array<Card>;
}

/** Questions to go on with. */
export interface FollowUps {
  questions: Array<string>;
}

/** What a search found. */
export interface Cards {
  cards: Array<Card>;
}

/** An article cut at its quotes; `found` are the numbers of those that are in it. */
export interface WholeArticle {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
  day: string | null;
  parts: Array<Part>;
  found: Array<number>;
}

/** The same, and whether it may be removed. */
export interface OpenArticle {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
  day: string | null;
  parts: Array<Part>;
  found: Array<number>;
  removable: boolean;
}

/** A row of the list of articles; lengths count characters and passages. */
export interface ListedArticle {
  article_id: string;
  title: string;
  source: string;
  published: string | null;
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

/** A build under way, or how one ended. */
export interface Build {
  number: number;
  running: boolean;
  stage: string;
  done: number;
  total: number;
  seconds_left: number | null;
  report: ReportJson | null;
  error: ErrorJson | null;
}

/** What the index holds, what may be asked, and how the build is going. */
export interface Status {
  articles: number;
  passages: number;
  examples: Array<string>;
  read_only: boolean;
  build: Build | null;
}

/** The same, and where the file of the removed article is now. */
export interface Removed {
  articles: number;
  passages: number;
  examples: Array<string>;
  read_only: boolean;
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
  examples: Array<string>;
  read_only: boolean;
  build: Build | null;
  saved: Array<Saved>;
  refused: Array<Refused>;
}

/** What the page's calls give, by their names. */
export interface Replies {
  ask: Answer;
  follow_ups: FollowUps;
  search: Cards;
  article: OpenArticle;
  articles: Rows;
  timeline: Timeline;
  feedback: Kept;
  status: Status;
  rebuild: Status;
  stop: Status;
  remove: Removed;
}

/** What the server takes at the most, and gives. */
export interface Limits {
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
  | "articles.missing"
  | "articles.none"
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
  | "article.unknown"
  | "article.duplicate_id"
  | "article.no_text"
  | "list.bounds"
  | "read_only"
  | "remove.shared"
  | "remove.elsewhere"
  | "remove.last"
  | "remove.failed"
  | "upload.no_folder"
  | "upload.invalid"
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
  | "feedback.none"
  | "feedback.good"
  | "feedback.bad"
  | "feedback.remark_too_long"
  | "feedback.too_long"
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
  | "line.too_large"
  | "line.broken"
  | "line.no_text"
  | "answer.says"
  | "answer.adds"
  | "answer.other"
  | "answer.none"
  | "answer.unsure"
  | "answer.nearest"
  | "answer.copies"
  | "answer.sources"
  | "search.none"
  | "report.done"
  | "report.rejected"
  | "rejected.line"
  | "serve.starting"
  | "serve.at"
  | "stage.start"
  | "stage.afresh.encoder"
  | "stage.afresh.format"
  | "stage.afresh.damaged"
  | "stage.afresh.words"
  | "stage.afresh.asked"
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
  | "page.examples"
  | "page.answerable"
  | "page.languages"
  | "page.new"
  | "page.ask_label"
  | "page.placeholder"
  | "page.send"
  | "page.keys"
  | "page.conversation"
  | "page.again"
  | "page.follow_ups"
  | "page.share"
  | "page.shared"
  | "page.good"
  | "page.bad"
  | "page.remark"
  | "page.send_remark"
  | "page.thanks"
  | "page.thanks_remark"
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
  | "page.quote_gone"
  | "page.previous"
  | "page.next"
  | "page.close"
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
  | "page.dates_hint"
  | "page.found"
  | "page.archive"
  | "page.find"
  | "page.listed"
  | "page.none_listed"
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
