#!/bin/sh
# PID 1 of the machine, from the kernel's first step into user space until the host's root takes over (then: job.sh).
# It runs in the initramfs, a file system in memory that holds busybox, this script and the few modules in /modules.
# Read it beside docs/vm.md.

# When PID 1 dies the kernel panics, so every failure says its reason on the console and powers the machine off.
die() {
  echo "ocilab vm: init: $*" >/dev/console
  poweroff -f
}

# 1. The file systems by which the kernel shows itself: devices, processes, the tree of drivers and buses. Then those that every Linux has
#    for terminals, shared memory, message queues, and what lasts until power-off.
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mkdir -p /dev/pts /dev/shm /dev/mqueue /dev/vm /run /tmp /lower /ram /root
mount -t devpts -o gid=5,mode=620,ptmxmode=666 pts /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t mqueue mqueue /dev/mqueue
mount -t tmpfs -o mode=755 run /run
mount -t tmpfs -o mode=1777,size=75% tmp /tmp
mount -t tmpfs -o size=75% ram /ram
ln -s /proc/self/fd /dev/fd
ln -s fd/0 /dev/stdin
ln -s fd/1 /dev/stdout
ln -s fd/2 /dev/stderr

# 2. cgroup v2, and nothing but: every controller is handed on to the groups below the root. We ourselves sit in a leaf.
mount -t cgroup2 -o nsdelegate,memory_recursiveprot cgroup2 /sys/fs/cgroup
mkdir /sys/fs/cgroup/init.scope /sys/fs/cgroup/job
echo 1 >/sys/fs/cgroup/init.scope/cgroup.procs
read -r controllers </sys/fs/cgroup/cgroup.controllers
for controller in $controllers; do wanted="$wanted +$controller"; done
echo "$wanted" >/sys/fs/cgroup/cgroup.subtree_control

# 3. Drivers that this kernel has as modules: the virtio bus, its serial ports, the 9p file system, overlay. The file names are in load order.
for module in /modules/*.ko; do
  insmod "$module" || die "the module ${module##*/} does not load"
done

# 4. The serial ports that QEMU offers, under the names it gave them: control, job, in, out, err. The loopback network, a name for the machine.
for port in /sys/class/virtio-ports/*; do
  read -r name <"$port/name" && ln -s "/dev/${port##*/}" "/dev/vm/$name"
done
ifconfig lo 127.0.0.1 up
hostname vm
# When memory runs out as a whole, panic, so that the host learns of it; in a cgroup with a limit of its own only that group suffers.
echo 1 >/proc/sys/vm/panic_on_oom
# What job.sh needs once the initramfs is gone.
mkdir /run/vm /run/lock
cp -a /bin /job.sh /run/vm
printf '#!/run/vm/bin/busybox sh\nexec /run/vm/bin/busybox modprobe "$@"\n' >/run/vm/modprobe
chmod 755 /run/vm/modprobe

# 5. Say that we are here and wait. A snapshot is taken at this very point: a restored machine goes on with the next line.
#    Nothing of the host is mounted yet, since a mounted 9p file system cannot be saved.
exec 3<>/dev/vm/control
echo ready >&3
read -r word now <&3 && [ "$word" = go ] || die "the host is gone"
date -s "@$now" >/dev/null

# 6. The job: shell variables that say what to run and how. `set --` in it gives the command and its arguments.
cat /dev/vm/job >/run/vm/job
. /run/vm/job
# A restored machine would else draw the same random numbers as all its sisters.
echo "$SEED" >/dev/urandom

# 7. The host's root, read-only, and a layer in memory on top that takes every write.
options=trans=virtio,version=9p2000.L,msize=512000
mount -t 9p -o "ro,$options,cache=loose" root /lower || die "cannot mount the host's root"
# layer NAME DIRECTORY: DIRECTORY of the host on the same path, writes kept in memory
layer() {
  mkdir -p "/ram/$1.upper" "/ram/$1.work" "/root$2"
  mount -t overlay -o "lowerdir=/lower$2,upperdir=/ram/$1.upper,workdir=/ram/$1.work" "$1" "/root$2" || die "cannot overlay $2"
}
# through TAG DIRECTORY ro|rw: DIRECTORY of the host on the same path, writes go to the host
through() {
  mkdir -p "/root$2"
  mount -t 9p -o "$3,$options,cache=mmap" "$1" "/root$2" || die "cannot mount $2"
}
layer root ""
cd /root && mkdir -p dev proc sys run tmp
for each in dev proc sys run tmp; do mount --move "/$each" "$each"; done

# 8. The current directory and the shares. Only what lies below our own /tmp, /run or /dev/shm, or is written through, needs a mount.
case $WRITE,$DIRECTORY/ in
  yes,*) through project "$DIRECTORY" rw ;;
  ,/tmp/?* | ,/run/?* | ,/dev/shm/?*) layer project "$DIRECTORY" ;;
esac
shares

# 9. Modules on demand: when the kernel wants one, it runs the program named in /proc/sys/kernel/modprobe.
if [ -n "$MODULES" ]; then
  modules=lib/modules/$(uname -r)
  mkdir -p "$modules"
  mount --bind "/lower$MODULES" "$modules"
  echo /run/vm/modprobe >proc/sys/kernel/modprobe
  # By hand as well: the host's own modprobe, if it has one, does not read an index in text form.
  rm -f usr/sbin/modprobe && cp run/vm/modprobe usr/sbin
fi

# 10. A network card, if one was asked for. The addresses are those of QEMU's user-mode network.
if [ -n "$NETWORK" ]; then
  chroot /root /run/vm/modprobe virtio_net
  ifconfig eth0 10.0.2.15 netmask 255.255.255.0 up && route add default gw 10.0.2.2 || die "no network card"
  rm -f etc/resolv.conf && echo nameserver 10.0.2.3 >etc/resolv.conf
fi

# 11. Hand over: the new root becomes /, and PID 1 becomes job.sh, or systemd, which starts job.sh as a service.
exec 3>&-
[ "$INIT" = systemd ] || exec switch_root /root /run/vm/bin/busybox sh /run/vm/job.sh
mkdir -p run/systemd/system
for unit in systemd-udevd systemd-udev-trigger systemd-udev-settle systemd-modules-load systemd-hwdb-update systemd-journal-flush; do
  ln -s /dev/null "run/systemd/system/$unit.service"
done
cat >run/systemd/system/ocilab-vm.service <<'UNIT'
[Unit]
Description=the command of ocilab vm
Wants=dbus.service
Requires=basic.target
After=basic.target dbus.service
[Service]
Type=simple
ExecStart=/run/vm/bin/busybox sh /run/vm/job.sh
Delegate=yes
UNIT
for systemd in lib/systemd/systemd usr/lib/systemd/systemd; do
  [ -x "$systemd" ] && exec switch_root /root "/$systemd" --unit=ocilab-vm.service
done
die "the host has no systemd"
