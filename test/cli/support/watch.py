"""Runs a command on a pty of its own: waits for its picture, makes the terminal narrow, waits for another, presses q. Prints what was seen."""
import fcntl, json, os, pty, select, struct, sys, termios


def size(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def is_cooked(fd):
    return bool(termios.tcgetattr(fd)[3] & termios.ICANON)


pid, master = pty.fork()
if pid == 0:
    size(0, 24, 120)
    os.execv(sys.argv[1], sys.argv[1:])
seen = b""


def until(text):
    """Read until the text has come since the last call, at most a minute; what came."""
    global seen
    got = b""
    while text not in got:
        ready, _, _ = select.select([master], [], [], 60)
        if not ready:
            raise SystemExit(f"waited for {text!r} in vain: {got[-500:]!r}")
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        got += piece
    seen += got
    return got


bars = "\u2581".encode()
first = until(b"q leaves") + until(bars)
raw = not is_cooked(master)
size(master, 24, 50)
second = until(b"q leaves")
os.write(master, b"q")
until(b"\x1b[?1049l")
_, status = os.waitpid(pid, 0)
print(
    json.dumps(
        {
            "exit": os.waitstatus_to_exitcode(status),
            "entered": b"\x1b[?1049h" in first,
            "left": b"\x1b[?25h\x1b[?1049l" in seen,
            "raw": raw,
            "cooked": is_cooked(master),
            "narrow": b"\x1b[2J" in second and bars not in second[second.index(b"\x1b[2J") :],
        }
    )
)
