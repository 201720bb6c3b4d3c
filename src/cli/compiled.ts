import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Script } from "node:vm";

/** What dist/cli.cjs and dist/verbs.cjs (verbs.ts) export. */
type CommandLine = { main(argv: readonly string[]): Promise<void> };

/** A script that is not run yet: `run` gives its exports. */
export type CompiledScript = { readonly script: Script; run(): CommandLine };

/**
 * dist/NAME.cjs, compiled, with the code that V8 made of it when dist/ was built (NAME.cache, see scripts/compile.ts): compiling takes half of a
 * short command's time. Where that code is of another V8, or missing, it is compiled anew: slower, and the same. node:vm, Script, cachedData.
 */
export function compileCommandLine(directory: string, name: "cli" | "verbs"): CompiledScript {
  const filename = join(directory, `${name}.cjs`);
  const cachedData = bytesOf(join(directory, `${name}.cache`));
  // esbuild writes ASCII: read as Latin-1, V8 takes the bytes as they are.
  const source = readFileSync(filename, "latin1");
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  return {
    script,
    run() {
      const module = { exports: {} as CommandLine };
      const require = createRequire(filename);
      script.runInThisContext()(module.exports, require, module, filename, dirname(filename));
      return module.exports;
    },
  };
}

function bytesOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
