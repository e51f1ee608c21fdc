import { describe, expect, it } from "vitest";
import { isZero, longDay, longMonth, minute, monthBefore, yuan } from "../src/format";

describe("amounts are text of yuan, and stay exact", () => {
  it.each([
    ["0.00", "0.00"],
    ["999.99", "999.99"],
    ["1000.00", "1,000.00"],
    ["-1234567.50", "-1,234,567.50"],
    ["90071992547409931.25", "90,071,992,547,409,931.25"],
    ["", ""],
  ])("%s → %s", (text, shown) => expect(yuan(text)).toBe(shown));
  it("shows nothing where there is no amount", () => expect(yuan(null)).toBe(""));
  it.each([["0.00", true], ["-0.00", true], ["0.01", false], ["10.00", false]])("zero: %s %s", (text, zero) =>
    expect(isZero(text)).toBe(zero),
  );
});

describe("dates are written as the office writes them", () => {
  it("days", () => expect(longDay("2026-01-05")).toBe("2026年1月5日"));
  it("months", () => expect(longMonth("2026-11")).toBe("2026年11月"));
  it("instants to the minute", () => expect(minute("2026-11-27 15:04:05")).toBe("2026-11-27 15:04"));
  it.each([["2026-01", "2025-12"], ["2026-11", "2026-10"]])("before %s is %s", (month, before) =>
    expect(monthBefore(month)).toBe(before),
  );
});
