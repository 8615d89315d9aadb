"""A pseudo-terminal whose far end is this program's standard input and output; its path is the first line on standard error."""

import os
import pty
import select
import sys
import tty


def main() -> None:
    far, near = pty.openpty()
    tty.setraw(near)
    print(os.ttyname(near), file=sys.stderr, flush=True)
    # While it stays open here, the far end does not hang up between two programs that open the near end.
    while True:
        ready, _, _ = select.select([0, far], [], [])
        if 0 in ready:
            data = os.read(0, 4096)
            if not data:
                return
            os.write(far, data)
        if far in ready:
            os.write(1, os.read(far, 4096))


main()
