import { createApp } from "vue";
import App from "./App.vue";
import { learnWhoIAm } from "./auth/me";
import { comeBack, end, leaveForSignIn } from "./auth/session";
import { useElements } from "./elements";
import { readRegions } from "./words/regions";
import { applyLook } from "./frame/look";
import { router } from "./router";
import "./styles.css";

const STAYS = "medaid.signed-in";

async function start(): Promise<void> {
  applyLook();
  let signedIn = await comeBack().catch(() => (end("连接不到登录系统,请稍后重试"), false));
  if (signedIn)
    await learnWhoIAm().catch((why: Error) => {
      end(why.message);
      signedIn = false;
    });
  if (signedIn) {
    sessionStorage.setItem(STAYS, "1");
    void readRegions();
  }
  else if (sessionStorage.getItem(STAYS)) {
    // A reload forgot the tokens: the issuer still knows its own session.
    sessionStorage.removeItem(STAYS);
    await leaveForSignIn();
    return;
  }
  const app = createApp(App);
  useElements(app);
  app.use(router);
  await router.isReady();
  app.mount("#app");
}

void start();
