/* What the images need besides: the end of standard output, and of a C++ runtime what the programs use. */
#include <stdio.h>
#include <stdlib.h>
void fflush_all(void) { fflush(stdout); }
void __cxa_pure_virtual(void) { abort(); }
/* operator new(unsigned), operator delete(void *), operator delete(void *, unsigned) */
void *_Znwj(unsigned size) { return malloc(size); }
void *_Znwm(unsigned long size) { return malloc(size); }
void _ZdlPv(void *block) { free(block); }
void _ZdlPvj(void *block, unsigned size) { (void)size; free(block); }
void _ZdlPvm(void *block, unsigned long size) { (void)size; free(block); }
/* Nothing ends the programs. */
int __cxa_atexit(void (*function)(void *), void *argument, void *dso) { (void)function, (void)argument, (void)dso; return 0; }
int __aeabi_atexit(void *argument, void (*function)(void *), void *dso) { (void)function, (void)argument, (void)dso; return 0; }
int __cxa_guard_acquire(char *guard) { return !(*guard & 1); }
void __cxa_guard_release(char *guard) { *guard = 1; }
void *__gxx_personality_v0;
