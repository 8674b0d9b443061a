# Sends UDP packets as fast as the kernel takes them, and tells what one costs, in nanoseconds. They leave by a packet
# socket: over a veth the kernel walks the receiver's whole network stack, rules and all, before `send` returns.
#
#     packets-sender.py INTERFACE SOURCE_MAC DESTINATION_MAC DESTINATION SECONDS <PAIRS
#
# A pair is a line `ADDRESS PORT`: the source and the destination port of a packet. Batches are timed by themselves, and
# what other programs disturbed is left out by taking the tenth of a hundred, from below.
import socket, struct, sys, time

interface, source_mac, destination_mac, destination, seconds = sys.argv[1:6]
pairs = [line.split() for line in sys.stdin]


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame(address, port):
    mac = bytes.fromhex((destination_mac + source_mac).replace(":", ""))
    payload = b"packet cost"
    udp = struct.pack("!HHH", 40000, int(port), 8 + len(payload))
    if ":" in address:
        ends = socket.inet_pton(socket.AF_INET6, address) + socket.inet_pton(socket.AF_INET6, destination)
        pseudo = ends + struct.pack("!II", 8 + len(payload), 17)
        header = struct.pack("!IHBB", 6 << 28, 8 + len(payload), 17, 64) + ends
        kind = b"\x86\xdd"
    else:
        ends = socket.inet_aton(address) + socket.inet_aton(destination)
        pseudo = ends + struct.pack("!HH", 17, 8 + len(payload))
        header = struct.pack("!BBHHHBB", 0x45, 0, 28 + len(payload), 0, 0, 64, 17)
        header += struct.pack("!H", checksum(header + ends)) + ends
        kind = b"\x08\x00"
    whole = udp + b"\0\0" + payload + b"\0" * (len(payload) % 2)
    return mac + kind + header + udp + struct.pack("!H", checksum(pseudo + whole)) + payload


frames = [frame(*pair) for pair in pairs]
packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
packets.bind((interface, 0))
send, clock = packets.send, time.perf_counter_ns
costs, sent, end = [], 0, time.monotonic() + float(seconds)
while time.monotonic() < end or len(costs) < 10:
    started = clock()
    for one in frames:
        send(one)
    costs.append((clock() - started) / len(frames))
    sent += len(frames)
costs.sort()
print(sent, costs[len(costs) // 10])
