#include "../native.h"
inline void *operator new(size_t, void *place) { return place; }
void note(const char *what);
struct Logger { const char *name; Logger(const char *name); ~Logger(); };
template <class T> struct Box {
  T *items; unsigned count, room;
  static unsigned copies;
  Box() : items(new T[2]), count(0), room(2) {}
  Box(const Box &other) : items(new T[other.room]), count(other.count), room(other.room) { copies++; for (unsigned n = 0; n < count; n++) items[n] = other.items[n]; }
  Box(Box &&other) : items(other.items), count(other.count), room(other.room) { other.items = nullptr; other.count = 0; }
  ~Box() { delete[] items; }
  void push(const T &item) {
    if (count == room) { T *more = new T[room *= 2]; for (unsigned n = 0; n < count; n++) more[n] = items[n]; delete[] items; items = more; }
    items[count++] = item;
  }
  template <class F> auto fold(F f, int from) const { auto r = from; for (unsigned n = 0; n < count; n++) r = f(r, items[n]); return r; }
};
template <class T> unsigned Box<T>::copies = 0;
inline int &shared() { static int value = 40; return value; }
struct Animal { virtual int legs() const { return 4; } virtual const char *noise() const = 0; int cost(int n) const { return n * legs(); } virtual ~Animal() { note("~Animal"); } };
struct Winged { int span = 3; virtual int wings() const { return 2; } virtual ~Winged() {} };
struct Bird : Animal, virtual Winged { int legs() const override { return 2; } const char *noise() const override { return "tweet"; } ~Bird() override { note("~Bird"); } };
Animal *make(int kind);
extern Logger first_logger;
