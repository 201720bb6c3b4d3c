#!/run/vm/bin/busybox sh
# Runs the command in the machine whose root is now the host's, and reports how it ended. Comes after init.sh: as PID 1, or as a service of systemd.
busybox=/run/vm/bin/busybox
PATH=/run/vm/bin
[ "$1" = inside ] && INSIDE=yes
. /run/vm/job

# run_command: become the command, in its group, its directory and a session of its own.
run_command() {
  echo 0 >"$group/cgroup.procs"
  cd "$DIRECTORY" || exit 126
  program=$(program_path "$1") || exit
  shift
  set -- "$program" "$@"
  if [ -n "$ACCOUNT" ]; then set -- $busybox su -p -s /run/vm/as -- "$ACCOUNT" "$@"; fi
  [ -n "$TERMINAL" ] || set -- $busybox setsid "$@"
  in_environment "$@"
}
# program_path NAME: where it is in PATH. The command is given by its path, since busybox would take its own `date` before the host's.
program_path() {
  case $1 in */*) echo "$1" && return ;; esac
  IFS=:
  for folder in $SEARCH; do
    [ -f "$folder/$1" ] && [ -x "$folder/$1" ] && echo "$folder/$1" && return
  done
  echo "ocilab vm: $1: there is no such program in PATH" >&2
  return 127
}
group=/sys/fs/cgroup/job${ACCOUNT:+/command}
if [ "$INSIDE" = yes ]; then
  if [ -n "$TERMINAL" ]; then
    stty rows "$ROWS" cols "$COLUMNS"
    [ -z "$ACCOUNT" ] || chown "$ACCOUNT" "$(tty)"
  fi
  echo $$ >/run/vm/command
  echo running >&3
  exec 3>&-
  run_command "$@"
fi

exec 3<>/dev/vm/control
# We and the pumps below stay out of the groups that are killed at the end.
echo $$ >/sys/fs/cgroup/init.scope/cgroup.procs

# 1. An ordinary user gets a group of its own to rule: the kernel lets it make groups below and move its processes within
#    (kernel: Documentation/admin-guide/cgroup-v2.rst, "Delegation"). The command sits in a leaf, so that its parent can hand controllers on.
if [ -n "$ACCOUNT" ]; then
  mkdir -p "$group" "/run/user/$ACCOUNT_ID"
  parent=/sys/fs/cgroup/job
  read -r controllers <$parent/cgroup.controllers
  for controller in $controllers; do echo "+$controller" >$parent/cgroup.subtree_control; done
  for each in $parent "$group"; do
    chown "$ACCOUNT" "$each" "$each/cgroup.procs" "$each/cgroup.threads" "$each/cgroup.subtree_control"
  done
  chown "$ACCOUNT" "/run/user/$ACCOUNT_ID"
  chmod 700 "/run/user/$ACCOUNT_ID"
  printf '#!/run/vm/bin/busybox sh\nexec "$@"\n' >/run/vm/as
  chmod 755 /run/vm/as
fi

# 2. Standard streams: pipes to the command, pumps to the ports. A program may open a pipe again (/dev/stdout), a port only once.
#    After the last byte of a stream comes $END, by which the host knows that nothing is still on its way.
stdin=/run/vm/in stdout=/run/vm/out stderr=/run/vm/err
mkfifo -m 600 $stdin $stdout $stderr
[ -z "$ACCOUNT" ] || chown "$ACCOUNT" $stdin $stdout $stderr
{ cat <$stdout; printf %s "$END"; } >/dev/vm/out 3>&- &
pumps=$!
{ cat <$stderr; printf %s "$END"; } >/dev/vm/err 3>&- &
pumps="$pumps $!"
cat </dev/vm/in >$stdin 3>&- &

# 3. What the host says meanwhile: a signal to pass on, a new size of the terminal. When the host is gone, so are we.
{
  while read -r word first second; do
    read -r command </run/vm/command
    case $word in
      signal) kill -s "$first" -- "-$command" ;;
      size) stty -F /dev/pts/0 rows "$first" cols "$second" ;;
    esac
  done
  poweroff -f
} <&3 2>/dev/null &

# 4. The command: this file once more, which becomes it. In the foreground, since a shell has what it starts with & ignore Ctrl-C.
#    A terminal is made by script(1), which copies between it and the pipes.
inside="$busybox sh /run/vm/job.sh inside"
if [ -n "$TERMINAL" ]; then
  SHELL=/bin/sh $(program_path script) -qefc "$inside" /dev/null <$stdin >$stdout 2>$stderr
else
  $inside <$stdin >$stdout 2>$stderr
fi
code=$?

# 5. The end: whatever the command left behind would hold its streams open, so every other group is killed. Then the host may switch us off.
for each in /sys/fs/cgroup/*/cgroup.kill; do
  case $each in */init.scope/*) ;; *) echo 1 >"$each" ;; esac
done
wait $pumps
written
echo "exit $code" >&3
while :; do sleep 1000; done
