/* Position-independent: addresses come from a table that a loader fills. */
extern int elsewhere;
int *place(void) { return &elsewhere; }
