import type { CodeTable } from "./table.ts";

export const imageCodes = {} as const satisfies CodeTable;
