struct node { struct node *next; int value; };
int numbers[8] = {10, 11, 12, 13, 14, 15, 16, 17};
int *const third_number = numbers + 2;
static struct node third, second = {&third, 2};
struct node first = {&second, 1};
static struct node third = {&first, 3};
