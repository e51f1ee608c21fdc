// How much waits for the officer, as the API counts it.
import { reactive } from "vue";
import { get } from "../api/client";
import type { Shape } from "../api/types";
import { mayCall } from "../auth/me";

export const inbox = reactive<{ queues: Shape<"QueueOut">[]; error: string }>({ queues: [], error: "" });

export async function count(): Promise<void> {
  if (!mayCall("GET /reimbursement/queues")) return;
  try {
    inbox.queues = (await get("/reimbursement/queues", {})).rows;
    inbox.error = "";
  } catch (why) {
    inbox.error = (why as Error).message;
  }
}
