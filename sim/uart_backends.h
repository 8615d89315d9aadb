// The three places where the serial line can end.
#pragma once

#include "uart.h"

#include <optional>
#include <termios.h>

// Standard input and output. A terminal is switched to raw mode, so that every key reaches the firmware;
// Ctrl+] leaves.
class StdioUart : public Uart {
  public:
    StdioUart();
    ~StdioUart() override;

  private:
    std::optional<termios> saved;
};

// A new pseudo-terminal, whose path is printed on standard error.
class PtyUart : public Uart {
  public:
    PtyUart();
    ~PtyUart() override;

  private:
    void prepare() override;
    void ended() override {}
    int terminal = -1;
};

// A TCP port on 127.0.0.1, for one connection at a time; port 0 lets the system choose. The port is printed
// on standard error.
class TcpUart : public Uart {
  public:
    explicit TcpUart(uint16_t port);
    ~TcpUart() override;

  private:
    void prepare() override;
    void hungUp() override {
        disconnect();
    }
    void ended() override {
        disconnect();
    }
    void disconnect();
    int listener = -1;
};
