extern struct far { int head; char gap[100000]; int tail; short end[3]; } far_data;
struct far far_data = {77, {0}, 1, {1, 2, 3}};
int grid[50][60];
int sum_row(int row) { int sum = 0; for (int i = 0; i < 60; i++) sum += grid[row][i]; return sum; }
__attribute__((constructor)) static void fill(void) { for (int i = 0; i < 60; i++) grid[9][i] = i + 100; }
