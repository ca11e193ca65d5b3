// A conversation as a file to take along: Markdown to read, JSON for programs.

// Everything that Markdown could take for markup, a link, an image or HTML, wherever it stands in a line.
const MARKDOWN = /[\\`*_{}[\]<>#+\-=~|!$^&@:]/g;

// One line in which nothing is markup: no text of ours ever stands where a line begins.
function inMarkdown(words) {
  return clean(words)
    .replace(/\s+/g, " ")
    .trim()
    .replace(MARKDOWN, "\\$&")
    .replace(/www\./gi, (found) => `${found.slice(0, -1)}\\.`);
}

function toMarkdown({ turns }) {
  const lines = turns.flatMap(({ question, asked, reply }) => [
    `## ${inMarkdown(question)}`,
    `*${inMarkdown(momentWords(asked))}*`,
    ...answerInMarkdown(reply),
  ]);
  return `# ${inMarkdown(turns[0].question)}\n\n${lines.join("\n\n")}\n`;
}

function answerInMarkdown(reply) {
  if (reply.error) return [`*${inMarkdown(sentence(reply.error))}*`];
  const lines = reply.lines ?? []; // a refusal of an earlier version has none
  const citationOfLine = ({ number }) => reply.citations.find((citation) => citation.number === number);
  const sources = reply.citations.map(({ number, title, published, source }) => {
    const where = [title, published, source].filter(Boolean).map(inMarkdown).join(", ");
    return `- \\[${number}\\] ${where}`;
  });
  return [
    reply.abstained && `*${inMarkdown(reply.refusal ?? reply.answer)}*`,
    reply.short_answer && `**${inMarkdown(reply.short_answer)}** \\[${reply.lines[0].number}\\]`,
    ...lines.map(
      (line) => `> ${inMarkdown(line.lead)} “${inMarkdown(citationOfLine(line).quote)}” \\[${line.number}\\]`,
    ),
    sources.join("\n"),
  ].filter(Boolean);
}

function toJson({ turns }) {
  const conversation = turns.map(({ question, asked, reply, feedback }) => {
    const { short_answer, answer, verdict, abstained, confidence, citations, error } = reply;
    const about = { question, asked: new Date(asked).toISOString() };
    return { ...about, short_answer, answer, verdict, abstained, confidence, citations, error, feedback };
  });
  return `${JSON.stringify({ program: "khamtop", conversation }, null, 2)}\n`;
}

function download({ turns }, ending, type, words) {
  const day = new Date(turns[0].asked).toISOString().slice(0, 10);
  const address = URL.createObjectURL(new Blob([words], { type: `${type};charset=utf-8` }));
  h("a", { href: address, download: `khamtop-${day}.${ending}` }).click();
  URL.revokeObjectURL(address);
}
