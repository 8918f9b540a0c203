int replaced(void) { return 100; }
int setting = 20;
int present(int x) { return x + 1000; }
int weak_name(int x) { return x * 7; }
int calls_weak(int x) { return weak_name(x) + replaced(); }
