#include "sigmoid_table.h"

#include "ternel_tables.h"

const uint16_t ternel_sigmoid_table[] = {TERNEL_SIGMOID_VALUES};
_Static_assert(sizeof ternel_sigmoid_table == 1025 * sizeof(uint16_t), "T[1024] stands behind the last step");
