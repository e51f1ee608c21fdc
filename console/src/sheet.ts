// A list as a workbook, as the page shows it: one sheet of text, a table of its own in a zip without
// compression. No script of others is needed for it, and nothing leaves the browser.
const TYPES = `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`;
const RELS = (target: string, type: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="${target}"/></Relationships>`;
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

const escaped = (text: string) =>
  text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;");

function rowOf(cells: readonly string[], number: number): string {
  const shown = cells.map((text) => `<c t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`);
  return `<row r="${number}">${shown.join("")}</row>`;
}

/** The bytes of a workbook with one sheet: `titles` first, then `rows`. Every cell is text, so that no
 * number of a person or amount is read as something else. */
export function workbook(name: string, titles: readonly string[], rows: readonly (readonly string[])[]): Uint8Array {
  const sheet = `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="${MAIN}"><sheetData>${[titles, ...rows].map((cells, at) => rowOf(cells, at + 1)).join("")}</sheetData></worksheet>`;
  const title = escaped(name.replace(/[[\]:*?/\\']/g, " ").slice(0, 31)) || "1";
  const book = `<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="${MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="${title}" sheetId="1" r:id="rId1"/></sheets></workbook>`;
  return zipped([
    ["[Content_Types].xml", TYPES],
    ["_rels/.rels", RELS("xl/workbook.xml", "officeDocument")],
    ["xl/workbook.xml", book],
    ["xl/_rels/workbook.xml.rels", RELS("worksheets/sheet1.xml", "worksheet")],
    ["xl/worksheets/sheet1.xml", sheet],
  ]);
}

const CRCS = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});
export function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRCS[(c ^ byte) & 255]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** Numbers of a zip's heads: [value, bytes], least byte first. */
function packed(...fields: [number, 2 | 4][]): number[] {
  return fields.flatMap(([value, size]) => Array.from({ length: size }, (_, at) => (value >>> (8 * at)) & 255));
}

function zipped(files: [string, string][]): Uint8Array {
  const text = new TextEncoder();
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, content] of files) {
    const [named, body] = [text.encode(name), text.encode(content)];
    // version, flags (names in UTF-8), stored, the first day of zips, checksum, sizes, length of the name
    const facts: [number, 2 | 4][] = [[20, 2], [0x800, 2], [0, 2], [0, 2], [33, 2], [crc32(body), 4], [body.length, 4], [body.length, 4], [named.length, 2], [0, 2]];
    const head = Uint8Array.from([...packed([0x04034b50, 4], ...facts), ...named]);
    directory.push(Uint8Array.from([...packed([0x02014b50, 4], [20, 2], ...facts, [0, 2], [0, 2], [0, 2], [0, 4], [at, 4]), ...named]));
    parts.push(head, body);
    at += head.length + body.length;
  }
  const size = directory.reduce((sum, one) => sum + one.length, 0);
  const end = Uint8Array.from(packed([0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [size, 4], [at, 4], [0, 2]));
  return joined([...parts, ...directory, end]);
}

function joined(parts: Uint8Array[]): Uint8Array {
  const found = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of parts) {
    found.set(one, at);
    at += one.length;
  }
  return found;
}

/** Hands a workbook to the person as a file. */
export function save(name: string, content: Uint8Array): void {
  const place = URL.createObjectURL(new Blob([content as BlobPart], { type: MEDIA }));
  const link = document.createElement("a");
  link.href = place;
  link.download = `${name}.xlsx`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(place), 60_000);
}
