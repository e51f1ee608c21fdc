import { ElMessage } from "element-plus";

/** Tells what came of something that has no place of its own on the page. */
export async function tried(what: Promise<unknown>): Promise<void> {
  try {
    await what;
  } catch (why) {
    failed((why as Error).message);
  }
}

export function failed(says: string): void {
  ElMessage.error({ message: says, showClose: true, duration: 8000 });
}

export const done = (says: string) => ElMessage.success(says);
