#include "other_cores.h"

#include "processor.h"
#include "system.h"

enum { GATE_CLOSED = 1 << 30, MILLISECONDS_TO_COME = 1000 };

/// Under emulation PAUSE only now and then, for emulators that run one core after the other: a look takes
/// some nanoseconds. And a core that does not answer for 0.1 ms waits for its turn on the host's processors.
static const struct ternel_workers_platform emulated = {.pause_mask = (1 << 16) - 1, .stall_looks = 1 << 14};

static struct uefi_processors *processors;
static uefi_event finished; ///< when the firmware has all cores back
static struct ternel_workers *served;
/// The number of the core that comes next; GATE_CLOSED when nobody is waited for.
static _Atomic uint32_t next;
/// Workers are prepared: 0, or how many.
static _Atomic uint32_t ready;
/// What all cores have that came.
static _Atomic uint32_t features;

uint32_t other_cores_count(void) {
    void *found = NULL;
    size_t all = 0;
    size_t enabled = 0;
    if (uefi_failed(uefi->boot->locate_protocol(&uefi_processors_guid, NULL, &found))) {
        return 1;
    }
    processors = found;
    if (uefi_failed(processors->count(processors, &all, &enabled)) || enabled == 0) {
        return 1;
    }
    return enabled > TERNEL_WORKERS_MAX ? TERNEL_WORKERS_MAX : (uint32_t)enabled;
}

/// What each other core runs; its vector registers are its own to be allowed.
static void serve(void *context) {
    (void)context;
    atomic_fetch_and(&features, processor_enable_vectors());
    const uint32_t worker = atomic_fetch_add(&next, 1);
    if (worker >= GATE_CLOSED) {
        return;
    }
    while (atomic_load_explicit(&ready, memory_order_acquire) == 0) {
        __builtin_ia32_pause(); // not for long: the first core only counts who came
    }
    if (worker < atomic_load_explicit(&ready, memory_order_relaxed)) {
        ternel_workers_serve(served, worker);
    }
}

uint32_t other_cores_start(struct ternel_workers *workers, uint32_t count) {
    served = workers;
    atomic_store(&features, processor_enable_vectors());
    atomic_store(&next, 1);
    atomic_store(&ready, 0);
    finished = NULL;
    if (count > 1 && !uefi_failed(uefi->boot->create_event(0, 0, NULL, NULL, &finished))) {
        if (uefi_failed(processors->start_others(processors, serve, false, finished, 0, NULL, NULL))) {
            (void)uefi->boot->close_event(finished);
            finished = NULL;
        }
        for (int i = 0; finished != NULL && i < MILLISECONDS_TO_COME && atomic_load(&next) < count; i++) {
            (void)uefi->boot->stall(1000);
        }
    }
    const uint32_t came = atomic_exchange(&next, GATE_CLOSED);
    ternel_workers_init(workers, came < count ? came : count, processor_is_emulated() ? &emulated : NULL);
    atomic_store_explicit(&ready, workers->count, memory_order_release);
    return atomic_load(&features);
}

void other_cores_stop(void) {
    size_t index;
    if (finished != NULL) {
        ternel_workers_stop(served);
        (void)uefi->boot->wait_for_event(1, &finished, &index);
        (void)uefi->boot->close_event(finished);
        finished = NULL;
    }
}
