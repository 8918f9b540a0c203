#include "parts.h"
void *operator new[](size_t size) { return malloc(size); }
void operator delete[](void *place) noexcept { free(place); }
void operator delete[](void *place, size_t) noexcept { free(place); }
static int notes;
void note(const char *what) { printf("%d:%s ", notes++, what); }
Logger::Logger(const char *name) : name(name) { note(name); shared()++; }
Logger::~Logger() { note("gone"); }
Logger late __attribute__((init_priority(2000)))("late");
Logger first_logger __attribute__((init_priority(200)))("first");
Logger usual("usual");
__attribute__((constructor(150))) static void before() { note("constructor 150"); }
namespace { struct Dog : Animal { const char *noise() const override { return "woof"; } }; struct Big : Bird { int legs() const override { return Bird::legs() + 10; } int wings() const override { return 4; } }; }
Animal *make(int kind) {
  switch (kind) { case 0: return new Dog; case 1: return new Bird; default: return new Big; }
}
template struct Box<double>;
int sum_of(const Box<int> &b) { return b.fold([](int a, int x) { return a + x; }, 0); }
