import { describe, expect, it } from "vitest";
import { crc32, workbook } from "../src/sheet";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("a list as a workbook", () => {
  it("has the checksum that zips have", () => expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926));
  it("is a zip of five files with an end that counts them", () => {
    const bytes = workbook("名册", ["姓名"], [["张三"]]);
    expect([...bytes.slice(0, 4)]).toEqual([0x50, 0x4b, 3, 4]);
    const end = bytes.slice(-22);
    expect([...end.slice(0, 4)]).toEqual([0x50, 0x4b, 5, 6]);
    expect(end[10]).toBe(5);
  });
  it("keeps every cell as text, also one that a program would read as a formula", () => {
    const found = text(workbook("名册", ["a"], [["=HYPERLINK(1)"], ["000123"], ["<b>&\u0001"]]));
    expect(found).toContain('<c t="inlineStr"><is><t xml:space="preserve">=HYPERLINK(1)</t>');
    expect(found).toContain(">000123<");
    expect(found).toContain("&lt;b&gt;&amp;<");
  });
  it("has a sheet's name that such programs take", () => expect(text(workbook("a/b[c]:*?", [], []))).toContain('name="a b c'));
});
