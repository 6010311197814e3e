"""A link to a network namespace, with delay and loss, where the kernel has no netem: lossy-link.py NAME SUBNET DELAY_MS LOSS_PERCENT

Two TUN devices, of which one is in the namespace NAME; SUBNET.1 is this host, SUBNET.2 the other. Each packet is lost, or passed on after
the delay. Prints "up" once the link is there, and ends with its parent, who removes the namespace.
"""
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN_WITHOUT_HEADER = 0x0001 | 0x1000

name, subnet, delay_ms, loss_percent = sys.argv[1:5]
within = f"ip netns exec {name}"


def open_device(device):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH", device.encode(), IFF_TUN_WITHOUT_HEADER))
    return fd


def run(command):
    subprocess.run(command.split(), check=True)


here, there = open_device(f"{name}a"), open_device(f"{name}b")
run(f"ip netns add {name}")
run(f"ip link set {name}b netns {name}")
run(f"ip addr add {subnet}.1/30 dev {name}a")
run(f"ip link set {name}a up")
run(f"{within} ip addr add {subnet}.2/30 dev {name}b")
run(f"{within} ip link set {name}b up")
run(f"{within} ip link set lo up")
print("up", flush=True)

parent = os.getppid()
lost = random.Random(1)
travelling = []
number = 0
while os.getppid() == parent:
    wait = max(0, travelling[0][0] - time.monotonic()) if travelling else 0.2
    for fd in select.select([here, there], [], [], wait)[0]:
        packet = os.read(fd, 65536)
        if lost.random() * 100 < float(loss_percent):
            continue
        number += 1
        due = time.monotonic() + float(delay_ms) / 1000
        heapq.heappush(travelling, (due, number, there if fd == here else here, packet))
    while travelling and travelling[0][0] <= time.monotonic():
        _, _, fd, packet = heapq.heappop(travelling)
        os.write(fd, packet)
