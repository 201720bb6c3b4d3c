import { command as explain } from "../explain.ts";

/** `explain` by its other name. */
export const command = { ...explain, name: "spec explain" };
