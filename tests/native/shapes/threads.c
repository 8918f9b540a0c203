/* Data of each thread. */
_Thread_local int mine = 1;
int *place(void) { return &mine; }
