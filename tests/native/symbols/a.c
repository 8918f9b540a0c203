/* Weak definitions, aliases, hidden and static names that are the same in several files, sections by name, addresses of addresses. */
#include "../native.h"
static int state = 5;
static const char *const name = "a";
int weak_one(void) { return 100 + state; }
__attribute__((weak)) int weak_both(void) { return 7; }
__attribute__((visibility("hidden"))) int hidden(int n) { return n * state; }
int real(int n) { return n - 1; }
int alias(int n) __attribute__((alias("real")));
int value = 77;
extern int value_alias __attribute__((alias("value")));
int table[4] __attribute__((section(".data.tables"))) = {1, 2, 3, 4};
int *const into[] = {&table[3], &table[0], &value, &state};
int **const *next = (int **const *)&into[2];
const char *file_a(void) { state++; return name; }
__attribute__((weak)) extern int missing_data;
__attribute__((weak)) int missing_function(int);
int is_missing(void) { return &missing_data == 0 && missing_function == 0; }
int call_missing(int n) { return missing_function ? missing_function(n) : -n; }
