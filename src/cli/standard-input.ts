import { addAbortSignal } from "node:stream";
import { text } from "node:stream/consumers";
import type { Cancel } from "../base/brand.ts";

/** All of our standard input as UTF-8, once. Waits for its end without keeping signals from being handled; rejects when `signal` aborts. */
export async function readStandardInput({ signal }: Cancel): Promise<string> {
  const { stdin } = process;
  if (signal !== undefined) addAbortSignal(signal, stdin);
  return await text(stdin);
}
