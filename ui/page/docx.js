// A conversation as a Word document (Office Open XML) with real footnotes. Word opens a web page that calls itself a
// document only after a warning, and other programs not at all: so the few parts that a document needs are written
// here. Whatever a text says, it is text there.

import { clean } from "./elements.js";
import { paperOf } from "./paper.js";
import { t } from "./words.js";
import { zip } from "./zip.js";

/** @import { Turn } from "./kept.js" */
/** @import { Note, Paragraph } from "./paper.js" */

export const DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

const FORMATS = "http://schemas.openxmlformats.org";
const WORD = `${FORMATS}/wordprocessingml/2006/main`;
const RELATIONS = `${FORMATS}/officeDocument/2006/relationships`;
const PART = "application/vnd.openxmlformats-officedocument.wordprocessingml";
const NAMESPACES = `xmlns:w="${WORD}" xmlns:r="${RELATIONS}"`;
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const FONT = "Tahoma"; // it has Thai, and comes with every Word
// What XML has no way to hold.
const NOT_IN_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const DASHES = '<w:left w:val="dashed" w:sz="6" w:space="8" w:color="808080"/>';
const FIRST_NOTE = 1; // -1 and 0 are the lines that Word draws above footnotes

/** @type {Record<Paragraph["style"], string>} */
const STYLES = {
  title: "Title",
  question: "Heading1",
  remark: "Remark",
  short: "Short",
  text: "Normal",
  quote: "Quote",
  written: "Written",
};

/**
 * The document as a file's bytes.
 * @param {Turn[]} turns
 */
export function toDocx(turns) {
  const paragraphs = paperOf(turns);
  const notes = [...new Set(paragraphs.flatMap((paragraph) => paragraph.notes ?? []))];
  return zip({
    "[Content_Types].xml": contentTypes(),
    "_rels/.rels": relations([["officeDocument", "word/document.xml"]]),
    "word/document.xml": documentPart(paragraphs, notes),
    "word/_rels/document.xml.rels": relations(["styles", "settings", "footnotes"].map((name) => [name, `${name}.xml`])),
    "word/styles.xml": stylesPart(),
    "word/settings.xml": settingsPart(),
    "word/footnotes.xml": footnotesPart(notes),
    "word/_rels/footnotes.xml.rels": relations(notes.map(({ address }) => ["hyperlink", address])),
  });
}

/**
 * @param {Paragraph[]} paragraphs
 * @param {Note[]} notes
 */
function documentPart(paragraphs, notes) {
  const marked = new Set();
  // Word counts footnotes by their marks, and knows one mark of each: where it is named again stands its number.
  const mark = (/** @type {Note} */ note) => {
    const id = notes.indexOf(note) + FIRST_NOTE;
    if (marked.has(note)) return run(`[${id}]`, "NoteMark");
    marked.add(note);
    return `<w:r><w:rPr><w:rStyle w:val="NoteMark"/></w:rPr><w:footnoteReference w:id="${id}"/></w:r>`;
  };
  const body = paragraphs.map(({ style, words, notes: named = [] }) => {
    return paragraph(STYLES[style], run(words) + named.map(mark).join(""));
  });
  return `${HEAD}<w:document ${NAMESPACES}><w:body>${body.join("")}<w:sectPr/></w:body></w:document>`;
}

/** @param {Note[]} notes */
function footnotesPart(notes) {
  const lines = ["separator", "continuationSeparator"].map((kind, place) => {
    return `<w:footnote w:type="${kind}" w:id="${place - 1}">${paragraph("Normal", `<w:r><w:${kind}/></w:r>`)}</w:footnote>`;
  });
  const mark = '<w:r><w:rPr><w:rStyle w:val="NoteMark"/></w:rPr><w:footnoteRef/></w:r>';
  const written = notes.map(({ words }, place) => {
    const link = `<w:hyperlink r:id="r${place + 1}">${run(t("page.open_passage"), "Link")}</w:hyperlink>`;
    return `<w:footnote w:id="${place + FIRST_NOTE}">${paragraph("Note", `${mark}${run(` ${words} `)}${link}`)}</w:footnote>`;
  });
  return `${HEAD}<w:footnotes ${NAMESPACES}>${lines.join("")}${written.join("")}</w:footnotes>`;
}

function settingsPart() {
  const lines = [-1, 0].map((id) => `<w:footnote w:id="${id}"/>`).join("");
  return `${HEAD}<w:settings ${NAMESPACES}><w:footnotePr>${lines}</w:footnotePr></w:settings>`;
}

function stylesPart() {
  const fonts = ["ascii", "hAnsi", "cs", "eastAsia"].map((script) => `w:${script}="${FONT}"`).join(" ");
  const base = `<w:rFonts ${fonts}/>${size(22)}<w:lang w:val="en-GB" w:bidi="th-TH"/>`;
  const spaced = '<w:spacing w:after="120" w:line="320" w:lineRule="auto"/>';
  const styles = [
    `<w:docDefaults><w:rPrDefault><w:rPr>${base}</w:rPr></w:rPrDefault>`,
    `<w:pPrDefault><w:pPr>${spaced}</w:pPr></w:pPrDefault></w:docDefaults>`,
    style("paragraph", "Normal", "Normal", "", "", ' w:default="1"'),
    style("paragraph", "Title", "Title", "", `<w:b/><w:bCs/>${size(36)}`),
    style("paragraph", "Heading1", "heading 1", '<w:keepNext/><w:outlineLvl w:val="0"/>', `<w:b/><w:bCs/>${size(26)}`),
    style("paragraph", "Remark", "Remark", "", "<w:i/><w:iCs/>"),
    style("paragraph", "Short", "Short answer", "<w:keepNext/>", `<w:b/><w:bCs/>${size(28)}`),
    style("paragraph", "Quote", "Quote", '<w:ind w:left="425"/>', ""),
    style("paragraph", "Written", "Written by a model", `<w:pBdr>${DASHES}</w:pBdr><w:ind w:left="425"/>`, "<w:i/><w:iCs/>"),
    style("paragraph", "Note", "footnote text", "", size(18)),
    style("character", "NoteMark", "footnote reference", "", '<w:vertAlign w:val="superscript"/>'),
    style("character", "Link", "Hyperlink", "", '<w:color w:val="0563C1"/><w:u w:val="single"/>'),
  ];
  return `${HEAD}<w:styles ${NAMESPACES}>${styles.join("")}</w:styles>`;
}

/**
 * Sizes count half points; Thai is of the complex scripts, which have a size of their own.
 * @param {number} half
 */
const size = (half) => `<w:sz w:val="${half}"/><w:szCs w:val="${half}"/>`;

/**
 * @param {"paragraph" | "character"} kind
 * @param {string} id
 * @param {string} name
 * @param {string} ofParagraph
 * @param {string} ofLetters
 * @param {string} [attributes]
 */
function style(kind, id, name, ofParagraph, ofLetters, attributes = "") {
  const looks = (ofParagraph && `<w:pPr>${ofParagraph}</w:pPr>`) + (ofLetters && `<w:rPr>${ofLetters}</w:rPr>`);
  return `<w:style w:type="${kind}" w:styleId="${id}"${attributes}><w:name w:val="${name}"/>${looks}</w:style>`;
}

/**
 * @param {string} styleId
 * @param {string} runs
 */
const paragraph = (styleId, runs) => `<w:p><w:pPr><w:pStyle w:val="${styleId}"/></w:pPr>${runs}</w:p>`;

/**
 * @param {string} words
 * @param {string} [styleId]
 */
function run(words, styleId) {
  const looks = styleId ? `<w:rPr><w:rStyle w:val="${styleId}"/></w:rPr>` : "";
  const lines = clean(words).split("\n").map((line) => `<w:t xml:space="preserve">${inXml(line)}</w:t>`);
  return `<w:r>${looks}${lines.join("<w:br/>")}</w:r>`;
}

function contentTypes() {
  /** @param {string} name */
  const part = (name) => {
    const kind = name === "document" ? "document.main" : name;
    return `<Override PartName="/word/${name}.xml" ContentType="${PART}.${kind}+xml"/>`;
  };
  const parts = ["document", "styles", "settings", "footnotes"].map(part).join("");
  const links = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>';
  const rest = '<Default Extension="xml" ContentType="application/xml"/>';
  return `${HEAD}<Types xmlns="${FORMATS}/package/2006/content-types">${links}${rest}${parts}</Types>`;
}

/**
 * What a part refers to, by its kind: other parts, and addresses outside.
 * @param {string[][]} targets
 */
function relations(targets) {
  const written = targets.map(([kind, target], place) => {
    const mode = kind === "hyperlink" ? ' TargetMode="External"' : "";
    return `<Relationship Id="r${place + 1}" Type="${RELATIONS}/${kind}" Target="${inXml(target)}"${mode}/>`;
  });
  return `${HEAD}<Relationships xmlns="${FORMATS}/package/2006/relationships">${written.join("")}</Relationships>`;
}

/** @param {string} words */
function inXml(words) {
  return words
    .replace(NOT_IN_XML, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
