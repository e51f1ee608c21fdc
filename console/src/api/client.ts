// One way to call the API: typed by its description, refused in its own words.
import type { paths } from "./schema";
import { token } from "../auth/session";

type Method = "get" | "post" | "put";
type Json<R> = R extends { content: infer C }
  ? C extends { "application/json": infer B }
    ? B
    : Blob
  : never;
type Answer<O> = O extends { responses: infer R }
  ? R extends { 200: infer A }
    ? Json<A>
    : R extends { 201: infer A }
      ? Json<A>
      : never
  : never;
type Sent<O> = O extends { requestBody: { content: { "application/json": infer B } } } ? B : undefined;
type Query<O> = O extends { parameters: { query?: infer Q } } ? Q : never;
type Parts<O> = O extends { parameters: { path: infer P } } ? P : Record<string, never>;

/** The paths that have a method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];
type Operation<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer O> ? O : never;

export interface Fault {
  code: string;
  field: string;
  rule: string;
}

/** A refusal or a fault, as the API answers it. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly faults: Fault[],
  ) {
    super(message);
  }

  /** What is wrong with a field; the text of a body's part ends in the field's own name. */
  at(field: string): string {
    return this.faults
      .filter((one) => one.field === field || one.field.endsWith(`.${field}`))
      .map((one) => one.rule)
      .join(";");
  }
}

/** The address of the API: the page lies in its folder `console`. */
export const API = location.pathname.replace(/\/console\/.*$/, "");

export function address(path: string, parts: object, query: object | undefined): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String((parts as Record<string, unknown>)[name])),
  );
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined && value !== null && value !== "") asked.set(name, String(value));
  return asked.size ? `${filled}?${asked}` : filled;
}

async function call(method: Method, url: string, body: unknown): Promise<Response> {
  const headers: Record<string, string> = { Authorization: `Bearer ${await token()}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer: Response;
  try {
    answer = await fetch(API + url, {
      method: method.toUpperCase(),
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refusal(0, "UNREACHABLE", "连接不到服务器,请检查网络后重试", []);
  }
  if (answer.ok) return answer;
  throw await refusal(answer);
}

async function refusal(answer: Response): Promise<Refusal> {
  const told = await answer.json().catch(() => ({}));
  if (!told.code)
    return new Refusal(answer.status, "UNAVAILABLE", answer.status === 401 ? "登录已过期,请重新登录" : "系统暂不可用,请稍后重试", []);
  const faults: Fault[] = told.faults?.length
    ? told.faults
    : told.field
      ? [{ code: told.code, field: told.field, rule: told.rule }]
      : [];
  return new Refusal(answer.status, told.code, told.message, faults);
}

export async function get<P extends PathOf<"get">>(
  path: P,
  parts: Parts<Operation<P, "get">>,
  query?: Query<Operation<P, "get">>,
): Promise<Answer<Operation<P, "get">>> {
  const answer = await call("get", address(path, parts as object, query as object | undefined), undefined);
  return (await answer.json()) as Answer<Operation<P, "get">>;
}

export async function post<P extends PathOf<"post">>(
  path: P,
  parts: Parts<Operation<P, "post">>,
  body: Sent<Operation<P, "post">>,
): Promise<Answer<Operation<P, "post">>> {
  const answer = await call("post", address(path, parts as object, undefined), body);
  return (await answer.json()) as Answer<Operation<P, "post">>;
}

/** A paper, opened in a tab of its own. */
export async function openPaper(url: string): Promise<void> {
  const file = await (await call("get", url, undefined)).blob();
  const place = URL.createObjectURL(file);
  window.open(place, "_blank", "noopener");
  setTimeout(() => URL.revokeObjectURL(place), 60_000);
}
