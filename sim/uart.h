// The far end of the SoC's serial line.
#pragma once

#include "options.h"

#include <cstdint>
#include <memory>
#include <string>

// Bytes in and out through file descriptors that never block the simulation. Every backend is
// byte-transparent.
class Uart {
  public:
    virtual ~Uart();
    Uart(const Uart &) = delete;
    Uart &operator=(const Uart &) = delete;

    // A byte from the SoC. It is sent on when the buffer is full or at the next poll().
    void put(uint8_t byte) {
        outgoing.push_back(static_cast<char>(byte));
        if (outgoing.size() >= bufferBytes)
            flush();
    }
    // Whether a byte for the SoC waits, and which; take() goes on to the next one.
    bool available() const {
        return position < incoming.size();
    }
    uint8_t peek() const {
        return static_cast<uint8_t>(incoming[position]);
    }
    void take() {
        position++;
    }
    // Sends what was put and looks for new bytes: a system call or two, so once in some thousand cycles.
    void poll();
    // Sends what was put, waiting for a slow reader.
    void flush();
    // Whether the person at the terminal wants to leave.
    bool escaped() const {
        return leave;
    }

  protected:
    Uart() = default;
    // Called by poll() before anything else: accept connections, notice hang-ups.
    virtual void prepare() {}
    // The reader has gone.
    virtual void hungUp() {
        output = -1;
    }
    // The writer has gone.
    virtual void ended() {
        input = -1;
    }

    int input = -1;
    int output = -1;
    int escapeByte = -1; // leaves the simulation when it comes in; -1: none does

  private:
    static constexpr size_t bufferBytes = 4096;
    static constexpr size_t keptBytes = 16 * bufferBytes;
    void receive();

    std::string outgoing;
    std::string incoming;
    size_t position = 0;
    bool leave = false;
};

// The backend that the options ask for; it says on standard error where to connect. A HarnessError when it
// cannot be opened.
std::unique_ptr<Uart> openUart(const Options &options);
