#!/bin/sh
# RUNTIME [ARG...]: every cgroup v2 controller through a container, each line "NAME: what the kernel says". Runs in a machine of `ocilab vm`.
set -eu
work=$(mktemp -d)
mkdir -p "$work/rootfs/bin" "$work/rootfs/proc" "$work/rootfs/dev" "$work/rootfs/sys"
cp /bin/busybox "$work/rootfs/bin"
for applet in sh cat sleep tail head dd; do ln -s busybox "$work/rootfs/bin/$applet"; done
cd "$work"

# config ARGS RESOURCES: write config.json
config() {
  ids='' user=''
  if [ "$(id -u)" != 0 ]; then
    user='{"type": "user"},'
    ids="\"uidMappings\": [{\"containerID\": 0, \"hostID\": $(id -u), \"size\": 1}], \"gidMappings\": [{\"containerID\": 0, \"hostID\": $(id -g), \"size\": 1}],"
  fi
  path=''
  [ -z "${CGROUP:-}" ] || path="\"cgroupsPath\": \"$CGROUP\","
  cat >config.json <<JSON
{"ociVersion": "1.0.2", "process": {"user": {"uid": 0, "gid": 0}, "args": $1, "env": ["PATH=/bin"], "cwd": "/"},
 "root": {"path": "rootfs"}, "hostname": "test",
 "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"},
   {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["mode=755"]}],
 "linux": {$ids $path "namespaces": [$user {"type": "pid"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}],
  "resources": $2}}
JSON
}

config '["sleep", "600"]' '{"memory": {"limit": 33554432}, "pids": {"limit": 21}, "cpu": {"quota": 50000, "period": 100000, "shares": 512}}'
if [ "$(id -u)" = 0 ]; then
  config '["sleep", "600"]' '{"memory": {"limit": 33554432}, "pids": {"limit": 21}, "cpu": {"quota": 50000, "period": 100000, "shares": 512, "cpus": "0", "mems": "0"},
    "blockIO": {"weight": 200}, "rdma": {}, "hugepageLimits": [{"pageSize": "2MB", "limit": 4194304}]}'
fi
"$@" run --detach box </dev/null >box.log 2>&1 || { cat box.log; exit 1; }
pid=$("$@" state box | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p')
group=/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
for file in memory.max pids.max cpu.max cpu.weight cpuset.cpus hugetlb.2MB.max; do
  [ ! -e "$group/$file" ] || echo "$file: $(cat "$group/$file")"
done
echo "controllers: $(cat "$group/cgroup.controllers")"
"$@" pause box && echo "frozen: $(sed -n 's/^frozen //p' "$group/cgroup.events")"
"$@" resume box
"$@" update --pids-limit 9 box && echo "updated: $(cat "$group/pids.max")"
"$@" exec box cat /proc/1/comm | sed 's/^/exec: /'
"$@" kill box KILL
for _ in 1 2 3 4 5 6 7 8 9 10; do "$@" delete box 2>/dev/null && break || sleep 0.2; done
[ -e "$group" ] && echo "cgroup: left" || echo "cgroup: gone"

config '["sh", "-c", "tail /dev/zero"]' '{"memory": {"limit": 50331648, "swap": 50331648}}'
code=0
"$@" run hog </dev/null >hog.log 2>&1 || code=$?
echo "oom: $code"
