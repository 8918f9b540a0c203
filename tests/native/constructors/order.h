#include "../native.h"
extern int noted;
void note(int n);
int seen(int n);
int compute(int n);
int lazily();
