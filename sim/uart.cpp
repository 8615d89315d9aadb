#include "uart.h"

#include "error.h"
#include "uart_backends.h"

#include <cerrno>
#include <poll.h>
#include <unistd.h>

Uart::~Uart() = default;

void Uart::poll() {
    prepare();
    flush();
    if (position == incoming.size())
        receive();
}

void Uart::flush() {
    if (output < 0) { // nobody listens (yet): keep what was said last
        if (outgoing.size() > keptBytes)
            outgoing.erase(0, outgoing.size() - keptBytes);
        return;
    }
    size_t sent = 0;
    while (output >= 0 && sent < outgoing.size()) {
        const ssize_t count = ::write(output, outgoing.data() + sent, outgoing.size() - sent);
        if (count >= 0) {
            sent += static_cast<size_t>(count);
        } else if (errno == EAGAIN) { // a slow reader: wait for it, as a serial line's flow control would
            pollfd ready = {output, POLLOUT, 0};
            ::poll(&ready, 1, 100);
        } else if (errno != EINTR) {
            hungUp();
        }
    }
    outgoing.clear();
}

void Uart::receive() {
    if (input < 0)
        return;
    pollfd ready = {input, POLLIN, 0};
    if (::poll(&ready, 1, 0) <= 0)
        return;
    char buffer[bufferBytes];
    const ssize_t count = ::read(input, buffer, sizeof buffer);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
        ended();
        return;
    }
    if (count < 0)
        return;
    incoming.assign(buffer, static_cast<size_t>(count));
    position = 0;
    if (escapeByte >= 0 && incoming.find(static_cast<char>(escapeByte)) != std::string::npos)
        leave = true;
}

std::unique_ptr<Uart> openUart(const Options &options) {
    switch (options.uart) {
    case Options::Uart::pty:
        return std::make_unique<PtyUart>();
    case Options::Uart::tcp:
        return std::make_unique<TcpUart>(options.tcpPort);
    case Options::Uart::stdio:
        break;
    }
    return std::make_unique<StdioUart>();
}
