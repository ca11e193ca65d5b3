// Files as one ZIP file, stored as they are: what a Word document is made of is small.

const LOCAL_FILE = 0x04034b50;
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_END = 0x06054b50;
const VERSION = 20; // 2.0, which all programs read
const FIRST_DAY = 33; // 1 January 1980: the same files always make the same bytes

/**
 * @param {Record<string, string>} files texts by their names, which are ASCII
 * @returns {Blob}
 */
export function zip(files) {
  /** @type {Array<Uint8Array<ArrayBuffer>>} */
  const parts = [];
  /** @type {Array<Uint8Array<ArrayBuffer>>} */
  const directory = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const [path, bytes] = [new TextEncoder().encode(name), new TextEncoder().encode(text)];
    const crc = checksum(bytes);
    const about = [16, VERSION, 16, 0, 16, 0, 16, 0, 16, FIRST_DAY, 32, crc, 32, bytes.length, 32, bytes.length];
    const lengths = [16, path.length, 16, 0];
    const head = record(32, LOCAL_FILE, ...about, ...lengths);
    directory.push(
      record(32, DIRECTORY_ENTRY, 16, VERSION, ...about, ...lengths, 16, 0, 16, 0, 16, 0, 32, 0, 32, offset),
      path,
    );
    parts.push(head, path, bytes);
    offset += sizeOf([head, path, bytes]);
  }
  const count = Object.keys(files).length;
  const end = record(32, DIRECTORY_END, 16, 0, 16, 0, 16, count, 16, count, 32, sizeOf(directory), 32, offset, 16, 0);
  return new Blob([...parts, ...directory, end]);
}

/**
 * Numbers as bytes, the lowest first; each comes after its number of bits.
 * @param {...number} fields
 */
function record(...fields) {
  const bytes = [];
  for (let place = 0; place < fields.length; place += 2) {
    const [bits, value] = fields.slice(place, place + 2);
    for (let shift = 0; shift < bits; shift += 8) bytes.push((value >>> shift) & 0xff);
  }
  return Uint8Array.from(bytes);
}

/** @param {Uint8Array[]} parts */
const sizeOf = (parts) => parts.reduce((sum, { length }) => sum + length, 0);

/**
 * The CRC-32 of bytes.
 * @param {Uint8Array} bytes
 */
function checksum(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
