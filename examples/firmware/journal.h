/* What journal.c has, and what it needs of the board. */
#include <stdint.h>

void journal_add(uint32_t event, int32_t value);
/* Calls `line` with the last events, as text; returns how many. */
uint32_t journal_print(void (*line)(const char *));

uint32_t board_time(void);
