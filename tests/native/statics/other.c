extern int special;
static int value = 1000;
static int helper(void) { return value += 1; }
int other(void) { return helper(); }
int get_special(void) { special++; return special * 2; }
