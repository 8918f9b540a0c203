/* Sections by name, and what nothing refers to. */
int kept_over_reset __attribute__((section(".noinit")));
int first __attribute__((section(".data.first"))) = 1;
const int constant __attribute__((section(".rodata.fixed"))) = 2;
__attribute__((used)) static int for_debuggers(int n) { return n + first; }
static inline int for_nobody(int n) { return n; }
int zeroes[8];
