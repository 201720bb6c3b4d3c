import type { Cause } from "./cause.ts";

/** The program that the container should run. */
export const commandCauses: readonly Cause[] = [
  {
    name: "args-empty",
    code: "runtime.config",
    says: "process.args names no program: it is empty, or its first word is",
    tries:
      "put a program into /process/args; of an image, both Entrypoint and Cmd are empty then, and the command has to be given",
    shows: "process.args",
    words: [
      {
        by: "runc",
        pattern: /args must not be empty/,
        example: "runc create failed: args must not be empty",
      },
      {
        by: "runc",
        pattern: /exec: "": executable file not found/,
        example:
          'runc create failed: unable to start container process: exec: "": executable file not found in $PATH',
      },
      {
        by: "crun",
        pattern: /open executable: Invalid argument/,
        example: "open executable: Invalid argument",
      },
      {
        by: "crun",
        pattern: /cannot find `` in/,
        example: "cannot find `` in $PATH: No such file or directory",
      },
      {
        by: "runsc",
        pattern: /Spec\.Process\.Arg must be defined/,
        example: "reading spec: Spec.Process.Arg must be defined: &{Terminal:false",
      },
      {
        by: "runsc",
        pattern: /error finding executable "" in PATH/,
        example:
          'starting container: starting root container: starting sandbox: error finding executable "" in PATH [/bin]: no such file or directory',
      },
    ],
  },
  {
    name: "command-not-found",
    code: "runtime.command-missing",
    says: "there is no program {name} in the container's root filesystem, where the directories of PATH (/process/env) are searched",
    tries: "name a program that is there, give its whole path, or add its directory to PATH in /process/env",
    shows: "the PATH that was searched, the nearest name in it and the shells there are",
    words: [
      {
        by: "runc",
        pattern: /exec: "(?<name>[^"]+)": (executable file not found|stat [^:]*: no such file)/,
        example:
          'runc create failed: unable to start container process: exec: "bsh": executable file not found in $PATH',
      },
      {
        by: "runc",
        pattern: /exec: "(?<name>[^"]+)": stat/,
        example:
          'runc create failed: unable to start container process: exec: "/bin/bsh": stat /bin/bsh: no such file or directory',
      },
      {
        by: "crun",
        pattern: /executable file `(?<name>[^`]+)` not found(?!.*missing dynamic library)/,
        example: "executable file `bsh` not found in $PATH: No such file or directory",
      },
      {
        by: "runsc",
        pattern: /error finding executable "(?<name>[^"]+)" in PATH/,
        example:
          'starting container: starting root container: starting sandbox: error finding executable "bsh" in PATH [/usr/bin /bin]: no such file or directory',
      },
    ],
  },
  {
    name: "interpreter-missing",
    code: "runtime.command-missing",
    says: "the kernel could not load {name}: either it is not there, or the file that it needs to run is not, which its first line (#!) or its ELF header names",
    tries:
      "`ocilab check BUNDLE` reads the file and names what is missing: the interpreter, its name with a carriage return (Windows line ends), or the ELF loader",
    shows: "the interpreter that the #! line or PT_INTERP names, and whether it is in the rootfs",
    words: [
      {
        by: "runc",
        pattern: /^exec (?<name>\/\S+): no such file or directory/m,
        example: "exec /app/start.sh: no such file or directory",
      },
      {
        by: "crun",
        pattern: /`(?<name>[^`]+)`.*missing dynamic library/,
        example:
          "executable file `/app/start.sh` not found: No such file or directory (missing dynamic library?)",
      },
      {
        by: "crun",
        pattern: /exec container process (\(missing dynamic library\?\) )?`(?<name>[^`]+)`: No such file/,
        example: "exec container process `/app/start.sh`: No such file or directory",
      },
      {
        by: "runsc",
        pattern: /failed to load (?<name>\S+): no such file/,
        example:
          "starting container: starting root container: starting sandbox: creating process: failed to load /app/start.sh: no such file or directory",
      },
    ],
  },
  {
    name: "command-format",
    code: "runtime.command-format",
    says: "the kernel cannot execute {name}: it is a program for another processor, or a script without #! on its first line",
    tries: "use the image's variant for this machine (--platform), or begin the script with #!/bin/sh",
    shows: "what the file's first bytes say: the ELF header's machine, or text",
    words: [
      {
        by: "runc",
        pattern: /exec (?<name>\/\S+): exec format error/,
        example: "exec /app/start.sh: exec format error",
      },
      {
        by: "crun",
        pattern: /exec container process `(?<name>[^`]+)`: Exec format error/,
        example: "exec container process `/app/start.sh`: Exec format error",
      },
      {
        by: "runsc",
        pattern: /failed to load (?<name>\S+): exec format error/,
        example:
          "starting container: starting root container: starting sandbox: creating process: failed to load /app/start.sh: exec format error",
      },
      {
        by: "any program",
        pattern: /exec format error/i,
        example: "exec user process caused: exec format error",
      },
    ],
  },
  {
    name: "command-denied",
    code: "runtime.command-denied",
    says: "{name} is there, and the container's user may not execute it: it is a directory, no mode bit allows it, or its mount has noexec",
    tries:
      "chmod +x the file in the rootfs, name a program and no directory, or take noexec from its mount in /mounts",
    shows: "mode, owner and type of the file, and the flags of the mount that holds it",
    words: [
      {
        by: "runc",
        pattern: /exec:? "?(?<name>\/[^":\s]*)"?: (permission denied|is a directory)/,
        example:
          'runc create failed: unable to start container process: exec: "/app/start.sh": permission denied',
      },
      {
        by: "crun",
        pattern: /open executable: (Permission denied|Operation not permitted)/,
        example: "open executable: Permission denied",
      },
      {
        by: "crun",
        pattern: /the path `(?<name>[^`]+)` (exists but it is not executable|is not a regular file)/,
        example: "the path `/app/start.sh` exists but it is not executable: Operation not permitted",
      },
      {
        by: "runsc",
        pattern: /failed to load (?<name>\S+): permission denied/,
        example:
          "starting container: starting root container: starting sandbox: creating process: failed to load /app/start.sh: permission denied",
      },
    ],
  },
  {
    name: "cwd-relative",
    code: "runtime.config",
    says: "the working directory (/process/cwd) is no absolute path",
    tries: "begin /process/cwd with a slash (crun runs it all the same)",
    shows: "the directory that was asked for",
    words: [
      {
        by: "runc",
        pattern: /Cwd must be an absolute path/,
        example: "runc create failed: Cwd must be an absolute path",
      },
    ],
  },
  {
    name: "cwd-no-directory",
    code: "runtime.config",
    says: "the working directory (/process/cwd) cannot be entered: something on its way is no directory, or the user may not pass",
    tries: "name a directory in /process/cwd; runtimes make one that is missing, not one below a file",
    shows: "the directory that was asked for, and the first part of it that is no directory",
    words: [
      {
        by: "runc",
        pattern: /init: mkdir (?<path>[^:]+): not a directory|chdir to cwd \("(?<path>[^"]+)"\)/,
        example:
          "runc create failed: unable to start container process: error during container init: mkdir /etc/passwd: not a directory",
      },
      {
        by: "crun",
        pattern: /^chdir (to )?`(?<path>[^`]+)`/m,
        example: "chdir `/etc/passwd/x`: Not a directory",
      },
      {
        by: "runsc",
        pattern: /setting up root FS: resolving symlinks to "(?<path>[^"]+)"/,
        example:
          'Error setting up root FS: resolving symlinks to "/etc/passwd/x": lstat /proc/fs/root/etc/passwd/x: not a directory',
      },
    ],
  },
];
