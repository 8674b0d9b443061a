"""Sends a batch of packets at once and tells accept, TCP reset, ICMP error and silence apart.

In:  a line {"timeout": ms}, one JSON object per line {"proto": "tcp|udp|icmp", "dst": ..., "port": ..., "src", "sport",
     "read"}, and an empty line, which ends the batch.
Out: one JSON object per probe, in the same order: {"verdict": accept|reject|drop|error, "how", "from", "reply", "ms"},
     and an empty line.
ICMP errors are read from the sockets' error queues, since errno alone tells neither their code nor their sender.
"""
import sys, json, socket, select, struct, errno, time, os

IP_RECVERR, IPV6_RECVERR, MSG_ERRQUEUE = 11, 25, 0x2000
ORIGIN_LOCAL, ORIGIN_ICMP, ORIGIN_ICMP6 = 1, 2, 3


def icmp_error(sock):
    """(origin, type, code, sender) at the head of the error queue, or None."""
    try:
        _, ancillary, _, _ = sock.recvmsg(512, 512, MSG_ERRQUEUE)
    except OSError:
        return None
    for level, kind, data in ancillary:
        if (level, kind) not in ((socket.IPPROTO_IP, IP_RECVERR), (socket.IPPROTO_IPV6, IPV6_RECVERR)):
            continue
        _, origin, type_, code, _, _, _ = struct.unpack("=IBBBBII", data[:16])
        offender = data[16:]
        if origin == ORIGIN_ICMP:
            return origin, type_, code, socket.inet_ntop(socket.AF_INET, offender[4:8])
        if origin == ORIGIN_ICMP6:
            return origin, type_, code, socket.inet_ntop(socket.AF_INET6, offender[8:24])
        return origin, type_, code, None
    return None


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


class Flight:
    """One probe on its way."""

    def __init__(self, probe):
        self.probe, self.result, self.connected = probe, None, False
        self.v6, self.proto = ":" in probe["dst"], probe["proto"]
        family = socket.AF_INET6 if self.v6 else socket.AF_INET
        icmp = socket.IPPROTO_ICMPV6 if self.v6 else socket.IPPROTO_ICMP
        kind = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM, "icmp": socket.SOCK_RAW}[self.proto]
        self.sock = socket.socket(family, kind, icmp if self.proto == "icmp" else 0)
        self.sock.setblocking(False)
        level, option = (socket.IPPROTO_IPV6, IPV6_RECVERR) if self.v6 else (socket.IPPROTO_IP, IP_RECVERR)
        self.sock.setsockopt(level, option, 1)
        self.start = time.monotonic()
        try:
            self.send()
        except BlockingIOError:
            pass
        except OSError as error:
            self.fail(error.errno)

    def send(self):
        probe = self.probe
        if probe.get("src") or probe.get("sport"):
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.sock.bind((probe.get("src") or ("::" if self.v6 else "0.0.0.0"), probe.get("sport") or 0))
        if self.proto == "icmp":
            self.token = os.urandom(4)
            self.sock.connect((probe["dst"], 0))
            head = struct.pack("!BBH", 128 if self.v6 else 8, 0, 0)
            if not self.v6:  # the kernel fills in ICMPv6's checksum
                head = struct.pack("!BBH", 8, 0, checksum(head + self.token))
            self.sock.send(head + self.token)
            return
        self.sock.connect((probe["dst"], probe["port"]))
        if self.proto == "udp":
            self.sock.send(b"probe\n")

    def end(self, verdict, how, sender=None, reply=None):
        self.result = {"verdict": verdict, "how": how, "ms": round((time.monotonic() - self.start) * 1000, 1)}
        if sender is not None:
            self.result["from"] = sender
        if reply is not None:
            self.result["reply"] = reply.decode(errors="replace").strip()
        self.sock.close()

    def fail(self, number):
        error = icmp_error(self.sock)
        name = errno.errorcode.get(number, str(number))
        if error and error[0] in (ORIGIN_ICMP, ORIGIN_ICMP6):
            return self.end("reject", "icmp:%d/%d" % error[1:3], error[3])
        # Nothing answers at an on-link address: the neighbour is silent, nobody rejected.
        if error and number == errno.EHOSTUNREACH:
            return self.end("drop", "no neighbour")
        if error or number in (errno.EPERM, errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EADDRINUSE, errno.EACCES):
            return self.end("error", "local:" + name)
        if self.proto == "tcp" and number in (errno.ECONNREFUSED, errno.ECONNRESET):
            return self.end("reject", "rst")
        self.end("reject", name)

    def ready(self, events):
        """Handles an event of the socket. True if it waits for data from now on."""
        error = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error or (events & select.EPOLLERR and self.proto != "tcp"):
            return self.fail(error)
        if self.proto == "tcp" and not self.connected:
            if not events & select.EPOLLOUT:
                return
            self.connected = True
            return True if self.probe.get("read") else self.end("accept", "syn-ack")
        try:
            data = self.sock.recv(4096)
        except BlockingIOError:
            return
        except OSError as failure:
            return self.fail(failure.errno)
        if self.proto != "icmp":
            return self.end("accept", "data", None, data)
        if not self.v6:
            data = data[(data[0] & 15) * 4 :]
        if data[0] == (129 if self.v6 else 0) and data[4:8] == self.token:
            self.end("accept", "echo-reply")

    def land(self):
        """The time is over."""
        if self.result is None:
            self.end("accept" if self.connected else "drop", "syn-ack" if self.connected else "timeout")


def fly(probes, timeout):
    poll, by_number = select.epoll(), {}
    flights = [Flight(probe) for probe in probes]
    for flight in flights:
        if flight.result is None:
            number = flight.sock.fileno()
            poll.register(number, select.EPOLLIN | (select.EPOLLOUT if flight.proto == "tcp" else 0))
            by_number[number] = flight
    deadline = time.monotonic() + timeout / 1000
    while by_number and (left := deadline - time.monotonic()) > 0:
        for number, events in poll.poll(left):
            flight = by_number[number]
            if flight.ready(events):
                poll.modify(number, select.EPOLLIN)
            if flight.result is not None:
                del by_number[number]  # close() took it out of the poll
    for flight in flights:
        flight.land()
        print(json.dumps(flight.result))
    print(flush=True)
    poll.close()


batch, timeout = [], 200
for line in sys.stdin:
    if line.strip():
        entry = json.loads(line)
        if "timeout" in entry:
            timeout = entry["timeout"]
        else:
            batch.append(entry)
    else:
        fly(batch, timeout)
        batch = []
