#include "uart_backends.h"

#include "error.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

void setNonBlocking(int descriptor) {
    fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

[[noreturn]] void cannotOpen(const std::string &what) {
    throw HarnessError(errors::fileUnreadable, what + ": " + std::strerror(errno));
}

} // namespace

// ---- Standard input and output
// ----------------------------------------------------------------------------------

StdioUart::StdioUart() {
    input = STDIN_FILENO;
    output = STDOUT_FILENO;
    termios current;
    if (isatty(input) == 0 || tcgetattr(input, &current) != 0)
        return;
    saved = current;
    cfmakeraw(&current);
    current.c_oflag |= OPOST | ONLCR; // the firmware ends its lines with a line feed
    tcsetattr(input, TCSANOW, &current);
    escapeByte = 0x1d;
    std::fputs("ternel-sim: Ctrl+] leaves\r\n", stderr);
}

StdioUart::~StdioUart() {
    if (saved)
        tcsetattr(STDIN_FILENO, TCSANOW, &*saved);
}

// ---- Pseudo-terminal
// --------------------------------------------------------------------------------------------

PtyUart::PtyUart() {
    terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0)
        cannotOpen("pseudo-terminal");
    const char *path = ptsname(terminal);
    const int other = path == nullptr ? -1 : open(path, O_RDWR | O_NOCTTY);
    termios raw;
    if (other < 0 || tcgetattr(other, &raw) != 0)
        cannotOpen("pseudo-terminal");
    cfmakeraw(&raw);
    tcsetattr(other, TCSANOW, &raw);
    close(other); // from now on a hang-up means that nobody has the terminal open
    setNonBlocking(terminal);
    std::fprintf(stderr, "ternel-sim: serial line on %s\n", path);
}

PtyUart::~PtyUart() {
    close(terminal);
}

void PtyUart::prepare() {
    pollfd state = {terminal, 0, 0};
    const bool closed = ::poll(&state, 1, 0) > 0 && (state.revents & POLLHUP) != 0;
    input = output = closed ? -1 : terminal;
}

// ---- TCP
// --------------------------------------------------------------------------------------------------------

TcpUart::TcpUart(uint16_t port) {
    const int enable = 1;
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    sockaddr *const generic = reinterpret_cast<sockaddr *>(&address);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &enable, sizeof enable) != 0 ||
        bind(listener, generic, sizeof address) != 0 || listen(listener, 1) != 0 ||
        getsockname(listener, generic, &length) != 0)
        cannotOpen("TCP port " + std::to_string(port));
    setNonBlocking(listener);
    std::fprintf(stderr, "ternel-sim: serial line on 127.0.0.1:%u\n",
                 static_cast<unsigned>(ntohs(address.sin_port)));
}

TcpUart::~TcpUart() {
    disconnect();
    close(listener);
}

void TcpUart::prepare() {
    if (output >= 0)
        return;
    const int connection = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (connection < 0)
        return;
    const int enable = 1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &enable, sizeof enable);
    input = output = connection;
}

void TcpUart::disconnect() {
    if (output >= 0)
        close(output);
    input = output = -1;
}
