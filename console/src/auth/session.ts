// Sign-in by OpenID Connect (docs/adr/0116). Tokens live in this module's memory and nowhere else.
import { reactive } from "vue";
import { challengeOf, randomText } from "./pkce";

interface SignIn {
  authorize: string;
  token: string;
  sign_out: string;
  client: string;
}
interface Tokens {
  id: string;
  refresh: string;
  /** When the token ends, in milliseconds of performance.now(). */
  ends: number;
}

const LEFT = "medaid.sign-in";
/** Seconds before its end at which a token is renewed. */
const EARLY = 60;

let settings: SignIn | undefined;
let tokens: Tokens | undefined;
let renewing: Promise<void> | undefined;

export const session = reactive({ signedIn: false, ended: "" });

export const page = () => location.origin + location.pathname;

async function signIn(): Promise<SignIn> {
  settings ??= (await (await fetch("./settings.json")).json()) as SignIn;
  return settings;
}

/** Leaves for the issuer; comes back to the view that is open now. */
export async function leaveForSignIn(): Promise<void> {
  const { authorize, client } = await signIn();
  if (!authorize) {
    session.ended = "本系统尚未配置登录地址";
    return;
  }
  const left = { verifier: randomText(), state: randomText(16), view: location.hash };
  sessionStorage.setItem(LEFT, JSON.stringify(left));
  const asked = new URLSearchParams({
    client_id: client,
    redirect_uri: page(),
    response_type: "code",
    scope: "openid",
    state: left.state,
    code_challenge: await challengeOf(left.verifier),
    code_challenge_method: "S256",
  });
  location.assign(`${authorize}?${asked}`);
}

/** Where the issuer sent us back with a code: takes the tokens. Answers whether somebody is signed in. */
export async function comeBack(): Promise<boolean> {
  const sent = new URLSearchParams(location.search);
  const left = JSON.parse(sessionStorage.getItem(LEFT) ?? "null") as {
    verifier: string;
    state: string;
    view: string;
  } | null;
  sessionStorage.removeItem(LEFT);
  const code = sent.get("code");
  if (!code && !sent.has("error")) return false;
  // The view is a part of our own page: nothing in the address leads anywhere else.
  history.replaceState(null, "", page() + (left?.view.startsWith("#/") ? left.view : ""));
  if (!code || !left || sent.get("state") !== left.state) {
    session.ended = "登录没有完成,请重新登录";
    return false;
  }
  const { client } = await signIn();
  await take({
    grant_type: "authorization_code",
    client_id: client,
    code,
    redirect_uri: page(),
    code_verifier: left.verifier,
  });
  return session.signedIn;
}

async function take(form: Record<string, string>): Promise<void> {
  const { token: place } = await signIn();
  const answer = await fetch(place, { method: "POST", body: new URLSearchParams(form) });
  if (!answer.ok) {
    end("登录已过期,请重新登录");
    return;
  }
  const given = (await answer.json()) as {
    id_token: string;
    refresh_token?: string;
    expires_in: number;
  };
  tokens = {
    id: given.id_token,
    refresh: given.refresh_token ?? tokens?.refresh ?? "",
    ends: performance.now() + given.expires_in * 1000,
  };
  session.signedIn = true;
  session.ended = "";
}

/** The token of the next request, renewed where it is about to end. */
export async function token(): Promise<string> {
  if (tokens && tokens.ends - performance.now() < EARLY * 1000 && tokens.refresh) {
    const { client } = await signIn();
    renewing ??= take({
      grant_type: "refresh_token",
      client_id: client,
      refresh_token: tokens.refresh,
    }).finally(() => (renewing = undefined));
    await renewing;
  }
  return tokens?.id ?? "";
}

/** Nobody is signed in any more; `why` stands on the page that asks to sign in. */
export function end(why: string): void {
  tokens = undefined;
  session.signedIn = false;
  session.ended = why;
}

/** Ends the issuer's own session too, where it says how. */
export async function leaveIssuer(): Promise<void> {
  const { sign_out, client } = await signIn();
  if (!sign_out) return;
  const back = { client_id: client, logout_uri: page(), post_logout_redirect_uri: page() };
  location.assign(`${sign_out}?${new URLSearchParams(back)}`);
}
