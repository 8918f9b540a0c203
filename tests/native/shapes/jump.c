/* A function that returns twice. */
int setjmp(void *buffer) __attribute__((returns_twice));
int twice(void *buffer) { return setjmp(buffer) ? 2 : 1; }
