// Drives build/dram_bench/*/dram_bench (hw/soc/dram_bench.py): reads what to do from standard input, prints a
// line of JSON for each run.
//
//   run NAME                            begins a run
//   read ADDRESS WORDS INTERVAL PAUSE   the stream reader reads; a word is taken every INTERVAL cycles,
//   nothing for PAUSE cycles after the last weights ADDRESS WORDS PAUSE         the same with a word a cycle;
//   these words are counted apart write ADDRESS WORDS                 the control port writes, when
//   everything before has been taken list ADDRESS WORDS                  the control port reads, before the
//   next descriptor is given rival ADDRESS WORDS                 LiteDRAMDMAReader reads (words of DRAM) cpu
//   PERIOD                          a word of DRAM somewhere is read every PERIOD cycles end
// Addresses and words: port words of PORT_BYTES. Every word that is read is compared with what DRAM holds.
#include "Vdram_bench.h"
#include "Vdram_bench___024root.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

double sc_time_stamp() {
    return 0;
}

namespace {

struct Item {
    enum Kind { read, weights, write, list, rival } kind;
    uint32_t address, words, interval, pause;
};

bool isRead(const Item &item) {
    return item.kind == Item::read || item.kind == Item::weights;
}

struct Run {
    std::string name;
    std::vector<Item> items;
    uint32_t cpuPeriod = 0;
};

// How far the fetcher of commands runs ahead of the consumer, in items.
constexpr size_t fetchAhead = 16;

uint32_t hash(uint32_t value) {
    value ^= value >> 16;
    value *= 0x7feb352du;
    value ^= value >> 15;
    value *= 0x846ca68bu;
    return value ^ value >> 16;
}

class Bench {
  public:
    Bench() {
        auto &array = top.rootp->dram_bench__DOT__dram;
        dram = reinterpret_cast<uint8_t *>(&array[0]);
        dramBytes = sizeof array;
        expected.resize(dramBytes);
        for (size_t i = 0; i < dramBytes; i += 4) {
            uint32_t word = hash(static_cast<uint32_t>(i));
            memcpy(&expected[i], &word, 4);
        }
        memcpy(dram, expected.data(), dramBytes);
        top.rst = 1;
        for (int i = 0; i < 8; i++)
            edge();
        top.rst = 0;
        // The first refresh belongs to no run.
        for (int i = 0; i < 64; i++)
            edge();
    }

    void run(const Run &run);

  private:
    Vdram_bench top;
    uint8_t *dram;
    size_t dramBytes;
    std::vector<uint8_t> expected;
    uint64_t time = 0, lastRefresh = 0, longestGap = 0, refreshes = 0;

    void edge() {
        top.clk = 0;
        top.eval();
        rise();
    }
    void rise() {
        if (top.dram_refreshes) {
            longestGap = std::max(longestGap, time - lastRefresh);
            lastRefresh = time;
            refreshes++;
        }
        time++;
        top.clk = 1;
        top.eval();
    }
    void check(const void *word, uint64_t address, size_t bytes, const char *what) {
        if (memcmp(word, &expected[address], bytes) == 0)
            return;
        fprintf(stderr, "dram_bench: %s at byte %llx differs\n", what,
                static_cast<unsigned long long>(address));
        exit(1);
    }
};

void Bench::run(const Run &run) {
    const std::vector<Item> &items = run.items;
    size_t fetched = 0, taken = 0;
    uint32_t listAsked = 0, listCame = 0, words = 0, wait = 0, written = 0, rivalAsked = 0;
    uint64_t cycles = 0, weights = 0, beats = 0, reads = 0, writes = 0, refresh = 0, turn = 0, row = 0,
             unasked = 0, cpuReads = 0;
    uint32_t busy = 0, cpuAddress = 0, random = 1;
    uint64_t stalledByCommand = 0, stalledByRoom = 0, stalledByData = 0, last = 0;
    bool cpuWaits = false;

    while (taken < items.size() || !top.control_idle || !top.reader_idle || fetched < items.size()) {
        if (cycles > 100000000) {
            fprintf(stderr, "dram_bench: %s stands still at item %zu of %zu\n", run.name.c_str(), taken,
                    items.size());
            exit(1);
        }
        // The fetcher: list words, then the descriptor.
        const Item *fetch =
            fetched < items.size() && fetched < taken + fetchAhead ? &items[fetched] : nullptr;
        bool lists = fetch && fetch->kind == Item::list;
        top.list_valid = lists && listAsked < fetch->words;
        top.list_address = lists ? fetch->address + listAsked : 0;
        top.descriptor_valid = fetch && isRead(*fetch);
        top.descriptor_address = top.descriptor_valid ? fetch->address : 0;
        top.descriptor_words = top.descriptor_valid ? fetch->words : 0;
        // The consumer.
        const Item *take = taken < items.size() ? &items[taken] : nullptr;
        bool takesRead = take && isRead(*take) && wait == 0;
        top.word_ready = takesRead;
        bool takesWrite = take && take->kind == Item::write && wait == 0;
        top.write_valid = takesWrite && written < take->words;
        size_t writeAt = takesWrite ? size_t(take->address + written) * PORT_BYTES : 0;
        top.write_address = takesWrite ? take->address + written : 0;
        top.write_mask = static_cast<std::decay_t<decltype(top.write_mask)>>(~0ull >> (64 - PORT_BYTES));
        for (size_t i = 0; top.write_valid && i < PORT_BYTES; i++) {
            reinterpret_cast<uint8_t *>(&top.write_data)[i] =
                uint8_t(hash(uint32_t(writeAt + i)) ^ uint8_t(cycles));
        }
        bool takesRival = take && take->kind == Item::rival;
        top.rival_valid = takesRival && rivalAsked < take->words;
        top.rival_address = takesRival ? take->address + rivalAsked : 0;
        top.rival_word_ready = 1;
        if (run.cpuPeriod && cycles % run.cpuPeriod == 0)
            cpuWaits = true, cpuAddress = hash(random++) % uint32_t(dramBytes / DRAM_WORD_BYTES);
        top.cpu_valid = cpuWaits;
        top.cpu_address = cpuAddress;
        top.cpu_word_ready = 1;
        top.clk = 0;
        top.eval();

        // What happens in this cycle.
        if (lists) {
            if (top.list_valid && top.list_ready)
                listAsked++;
            if (top.list_word_valid)
                check(&top.list_word, uint64_t(fetch->address + listCame++) * PORT_BYTES, PORT_BYTES,
                      "list word");
            if (listCame == fetch->words)
                fetched++, listAsked = listCame = 0;
        } else if (fetch && (!isRead(*fetch) || top.descriptor_ready)) {
            fetched++;
        }
        if (wait > 0)
            wait--;
        if (top.word_valid && top.word_ready) {
            check(&top.word, uint64_t(take->address + words) * PORT_BYTES, PORT_BYTES, "word");
            words++, beats++;
            last = cycles + 1;
            if (take->kind == Item::weights)
                weights++;
            wait = take->interval - 1;
            if (words == take->words)
                wait += take->pause, words = 0, taken++;
        } else if (top.write_valid && top.write_ready) {
            memcpy(&expected[writeAt], &top.write_data, PORT_BYTES);
            if (++written == take->words)
                written = 0, taken++;
        } else if (takesRival) {
            if (top.rival_valid && top.rival_ready)
                rivalAsked++;
            if (top.rival_word_valid) {
                check(&top.rival_word, uint64_t(take->address + words) * DRAM_WORD_BYTES, DRAM_WORD_BYTES,
                      "rival's word");
                beats += DRAM_WORD_BYTES / PORT_BYTES, weights += DRAM_WORD_BYTES / PORT_BYTES;
                last = cycles + 1;
                if (++words == take->words)
                    words = rivalAsked = 0, taken++;
            }
        } else if (take && take->kind == Item::list && fetched > taken) {
            taken++;
        }
        if (top.cpu_valid && top.cpu_ready)
            cpuWaits = false, cpuReads++;
        // Where the cycle went. A word of DRAM takes DRAM_WORD_BYTES / PORT_BYTES cycles.
        if (top.dram_read || top.dram_write)
            busy = DRAM_WORD_BYTES / PORT_BYTES;
        reads += top.dram_read;
        writes += top.dram_write;
        if (busy > 0)
            busy--;
        else if (top.dram_refresh)
            refresh++;
        else if (top.dram_turn)
            turn++;
        else if (top.dram_queued)
            row++;
        else
            unasked++;
        stalledByCommand += top.stalled_by_command;
        stalledByRoom += top.stalled_by_room;
        stalledByData += top.stalled_by_data;
        cycles++;
        rise();
    }
    for (int i = 0; i < 200; i++)
        edge();
    if (memcmp(dram, expected.data(), dramBytes) != 0) {
        fprintf(stderr, "dram_bench: DRAM does not hold what was written in %s\n", run.name.c_str());
        exit(1);
    }
    auto number = [](uint64_t value) { return static_cast<unsigned long long>(value); };
    printf("{\"run\": \"%s\", \"cycles\": %llu, \"beats\": %llu, \"weights\": %llu, \"reads\": %llu, "
           "\"writes\": %llu, \"refresh\": %llu, "
           "\"turn\": %llu, \"row\": %llu, \"unasked\": %llu, \"cpu_reads\": %llu, \"stalled_by_command\": "
           "%llu, \"stalled_by_room\": %llu, "
           "\"stalled_by_data\": %llu, \"time\": %llu, \"refreshes\": %llu, \"longest_gap\": %llu}\n",
           run.name.c_str(), number(last ? last : cycles), number(beats), number(weights), number(reads),
           number(writes), number(refresh), number(turn), number(row), number(unasked), number(cpuReads),
           number(stalledByCommand), number(stalledByRoom), number(stalledByData), number(time),
           number(refreshes), number(longestGap));
    fflush(stdout);
}

} // namespace

int main(int argc, char **argv) {
    Verilated::commandArgs(argc, argv);
    Bench bench;
    Run run;
    char line[256], name[128];
    while (fgets(line, sizeof line, stdin)) {
        Item item{};
        if (sscanf(line, "run %127[^\n]", name) == 1)
            run = Run{}, run.name = name;
        else if (sscanf(line, "read %u %u %u %u", &item.address, &item.words, &item.interval, &item.pause) ==
                 4)
            item.kind = Item::read, run.items.push_back(item);
        else if (sscanf(line, "weights %u %u %u", &item.address, &item.words, &item.pause) == 3)
            item.kind = Item::weights, item.interval = 1, run.items.push_back(item);
        else if (sscanf(line, "write %u %u", &item.address, &item.words) == 2)
            item.kind = Item::write, run.items.push_back(item);
        else if (sscanf(line, "list %u %u", &item.address, &item.words) == 2)
            item.kind = Item::list, run.items.push_back(item);
        else if (sscanf(line, "rival %u %u", &item.address, &item.words) == 2)
            item.kind = Item::rival, run.items.push_back(item);
        else if (sscanf(line, "cpu %u", &run.cpuPeriod) == 1)
            continue;
        else if (strncmp(line, "end", 3) == 0)
            bench.run(run);
        else
            return fprintf(stderr, "dram_bench: cannot read: %s", line), 2;
    }
    return 0;
}
