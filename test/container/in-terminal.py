# Drives a program in a terminal of its own: in-terminal.py SCRIPT COMMAND...; prints one JSON object. SCRIPT is a JSON list of steps:
# ["expect", text] (30 s, else it fails), ["send", text], ["size", rows, columns], ["hangup"], ["signal", number].
import fcntl, json, os, pty, select, struct, sys, termios, time

def size(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

def read(fd, seconds):
    ready, _, _ = select.select([fd], [], [], seconds)
    try:
        return os.read(fd, 65536) if ready else None
    except OSError:
        return b""

def main():
    steps, command = json.loads(sys.argv[1]), sys.argv[2:]
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    number = struct.unpack("I", fcntl.ioctl(fd, 0x80045430, bytes(4)))[0]  # TIOCGPTN
    slave = os.open(f"/dev/pts/{number}", os.O_RDWR | os.O_NOCTTY)
    before, output, from_here, hung = termios.tcgetattr(slave), b"", 0, False
    raw, missed = False, []
    for step in steps:
        if step[0] == "expect":
            end = time.time() + 30
            while step[1].encode() not in output[from_here:] and time.time() < end:
                data = read(fd, 0.1)
                if data == b"":
                    break
                output += data or b""
            found = output.find(step[1].encode(), from_here)
            if found < 0:
                missed.append(step[1])
            from_here = found + len(step[1]) if found >= 0 else from_here
            raw = raw or termios.tcgetattr(slave)[3] & termios.ICANON == 0
        elif step[0] == "send":
            os.write(fd, step[1].encode())
        elif step[0] == "size":
            size(fd, step[1], step[2])
        elif step[0] == "signal":
            os.kill(pid, step[1])
        elif step[0] == "hangup":
            os.close(slave)
            os.close(fd)
            hung = True
    end = time.time() + 30
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended or time.time() > end:
            break
        output += (None if hung else read(fd, 0.05)) or b""
        if hung:
            time.sleep(0.05)
    restored = hung or termios.tcgetattr(slave) == before
    code = os.waitstatus_to_exitcode(status) if ended else None
    print(json.dumps({"output": output.decode("utf8", "replace"), "code": code, "restored": restored, "raw": raw}))
    if missed:
        sys.exit(f"never printed: {missed}")

main()
