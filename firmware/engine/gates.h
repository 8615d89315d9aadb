// What a layer does element by element between its matrices (docs/numerics.md, sections 4 and 5). Every
// vector has `count` elements; fractions are 0..20, shifts 0..40.
#pragma once

#include <stdint.h>

/// The logistic function of z * 2^-fraction as Q16, 0..65536; largest error 2^-14.
uint32_t ternel_sigmoid(int32_t z, uint32_t fraction);

/// gate = sigmoid(gate), Q16; where a lower bound (Q16) is given: bound + (1 - bound) * sigmoid(gate).
void ternel_forget_gate(int32_t *gate, uint32_t count, uint32_t fraction, const uint16_t *lower_bound);

/// state = forget * state + (1 - forget) * SiLU(candidate)
void ternel_update_state(int32_t *restrict state, const int32_t *forget, const int32_t *candidate,
                         uint32_t count, uint32_t fraction);

/// out = normed * SiLU(state) * 2^-shift; `fraction` is the state's
void ternel_gate_output(int32_t *restrict out, const int32_t *normed, const int32_t *state, uint32_t count,
                        uint32_t fraction, uint32_t shift);

/// gate = SiLU(gate) * up * 2^-shift; `fraction` is that of both
void ternel_gate_linear_unit(int32_t *restrict gate, const int32_t *up, uint32_t count, uint32_t fraction,
                             uint32_t shift);

/// residual = residual + update, saturated to 24 bits
void ternel_add_residual(int32_t *restrict residual, const int32_t *update, uint32_t count);
