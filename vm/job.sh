#!/run/vm/busybox sh
# Runs the command in the machine whose root is now the host's, and reports how it ended. Comes after init.sh: as PID 1, or as a service of systemd.
busybox=/run/vm/busybox
PATH=/run/vm/bin
. /run/vm/job
exec 3<>/dev/vm/control
# We and the pumps below stay out of the groups that are killed at the end.
echo $$ >/sys/fs/cgroup/init.scope/cgroup.procs

# 1. An ordinary user gets a group of its own to rule: the kernel lets it make groups below and move its processes within
#    (kernel: Documentation/admin-guide/cgroup-v2.rst, "Delegation"). The command sits in a leaf, so that its parent can hand controllers on.
group=/sys/fs/cgroup/job
if [ -n "$ACCOUNT" ]; then
  mkdir -p "$group/command" "/run/user/$ACCOUNT_ID"
  for controller in $($busybox cat "$group/cgroup.controllers"); do echo "+$controller" >"$group/cgroup.subtree_control"; done
  for each in "$group" "$group/command"; do
    chown "$ACCOUNT" "$each" "$each/cgroup.procs" "$each/cgroup.threads" "$each/cgroup.subtree_control"
  done
  chown "$ACCOUNT" "/run/user/$ACCOUNT_ID"
  $busybox chmod 700 "/run/user/$ACCOUNT_ID"
  group=$group/command
  printf '#!/run/vm/busybox sh\nexec "$@"\n' >/run/vm/as
  $busybox chmod 755 /run/vm/as
fi

# 2. Standard streams: pipes to the command, pumps to the ports. A program may open a pipe again (/dev/stdout), a port only once.
#    After the last byte of a stream comes $END, by which the host knows that nothing is still on its way.
if [ -n "$TERMINAL" ]; then
  stdin=/dev/vm/terminal stdout=/dev/vm/terminal stderr=/dev/vm/terminal
  stty -F /dev/vm/terminal sane rows "$ROWS" cols "$COLUMNS"
  [ -z "$ACCOUNT" ] || chown "$ACCOUNT" /dev/hvc0
else
  stdin=/run/vm/in stdout=/run/vm/out stderr=/run/vm/err
  mkfifo -m 600 $stdin $stdout $stderr
  [ -z "$ACCOUNT" ] || chown "$ACCOUNT" $stdin $stdout $stderr
  { cat <$stdout; printf %s "$END"; } >/dev/vm/out 3>&- &
  pumps=$!
  { cat <$stderr; printf %s "$END"; } >/dev/vm/err 3>&- &
  pumps="$pumps $!"
  cat </dev/vm/in >$stdin 3>&- &
fi

# 3. The command, in its group, its directory and a session of its own. It is looked for in PATH here and given by its path,
#    since busybox would take its own `date` before the host's.
program_path() {
  case $1 in */*) echo "$1" && return ;; esac
  IFS=:
  for folder in $PATH; do
    [ -f "$folder/$1" ] && [ -x "$folder/$1" ] && echo "$folder/$1" && return
  done
  echo "ocilab vm: $1: there is no such program in PATH" >&2
  return 127
}
(
  echo 0 >"$group/cgroup.procs"
  cd "$DIRECTORY" || exit 126
  environment
  program=$(program_path "$1") || exit
  shift
  set -- "$program" "$@"
  if [ -n "$ACCOUNT" ]; then set -- $busybox su -p -s /run/vm/as "$ACCOUNT" "$@"; fi
  exec $busybox setsid ${TERMINAL:+-c} "$@"
) <$stdin >$stdout 2>$stderr 3>&- &
command=$!
echo running >&3

# 4. What the host says meanwhile: a signal to pass on, a new size of the terminal. When the host is gone, so are we.
{
  while read -r word first second; do
    case $word in
      signal) kill -s "$first" -- "-$command" ;;
      size) stty -F /dev/vm/terminal rows "$first" cols "$second" ;;
    esac
  done
  poweroff -f
} <&3 2>/dev/null &

# 5. The end: whatever the command left behind would hold its streams open, so every other group is killed. Then the host may switch us off.
wait $command
code=$?
for each in /sys/fs/cgroup/*/cgroup.kill; do
  case $each in */init.scope/*) ;; *) echo 1 >"$each" ;; esac
done
if [ -n "$TERMINAL" ]; then printf %s "$END" >/dev/vm/terminal; else wait $pumps; fi
written
echo "exit $code" >&3
while :; do sleep 1000; done
