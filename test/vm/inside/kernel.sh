#!/bin/sh
# What the machine's kernel can do, each line "NAME: what it says". Runs in a machine of `ocilab vm`.
echo "cgroup: $(stat -fc %T /sys/fs/cgroup)"
echo "controllers: $(cat /sys/fs/cgroup/cgroup.subtree_control)"
ip link add v0 type veth peer name v1 && ip link add br0 type bridge && ip link set v0 master br0 && echo "links: $(ls /sys/class/net | paste -sd' ')"
nft add table inet t && nft add chain inet t c '{ type filter hook input priority 0; }' && nft add rule inet t c ct state established counter accept &&
  echo "nftables: $(nft list table inet t | grep -c 'ct state')"
mkdir -p /tmp/o/lower /tmp/o/upper /tmp/o/work /tmp/o/merged
mount -t overlay -o lowerdir=/tmp/o/lower,upperdir=/tmp/o/upper,workdir=/tmp/o/work o /tmp/o/merged && echo "overlay: mounted"
modprobe dummy && ip link add d0 type dummy && echo "modprobe: dummy"
echo "lo: $(cat /sys/class/net/lo/operstate)"
echo "rlimit: $(sh -c 'ulimit -n 500000 && ulimit -n')"
unshare -Ur true && echo "user namespaces: yes"
echo "clock: $(date +%s)"
