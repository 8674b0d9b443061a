"""responder.py NAME tcp:80,8080 udp:53: answers every TCP connection and UDP datagram, over both families, with
`NAME peer=ADDRESS:PORT local=ADDRESS:PORT`: so the peer tells what was translated on the way. Says `ready` when it listens."""
import socket, select, sys

name, poll, listeners = sys.argv[1], select.epoll(), {}
for argument in sys.argv[2:]:
    proto, ports = argument.split(":")
    for port in map(int, ports.split(",")):
        for family, any_address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            sock = socket.socket(family, socket.SOCK_STREAM if proto == "tcp" else socket.SOCK_DGRAM)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.bind((any_address, port))
            sock.setblocking(False)
            if proto == "tcp":
                sock.listen(512)
            poll.register(sock.fileno(), select.EPOLLIN)
            listeners[sock.fileno()] = (proto, sock)


def words(address):
    return ("[%s]:%d" if ":" in address[0] else "%s:%d") % address[:2]


# With the tick at which this process began: a container's log holds what it said before it was restarted.
with open("/proc/self/stat") as stat:
    print("ready", stat.read().rsplit(")", 1)[1].split()[19], flush=True)
while True:
    for number, _ in poll.poll():
        proto, sock = listeners[number]
        try:
            if proto == "tcp":
                conn, peer = sock.accept()
                conn.sendall(("%s peer=%s local=%s\n" % (name, words(peer), words(conn.getsockname()))).encode())
                conn.close()
            else:
                _, peer = sock.recvfrom(2048)
                sock.sendto(("%s peer=%s local=*:%d\n" % (name, words(peer), sock.getsockname()[1])).encode(), peer)
        except OSError:
            pass
