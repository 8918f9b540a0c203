/* A byte-code machine: a dispatch loop over a dense switch, with a stack, locals and subroutines. */
#include "corpus.h"
enum op { HALT, PUSH, POP, DUP, SWAP, ADD, SUB, MUL, DIV, MOD, AND, OR, XOR, SHL, SHR, NOT, NEG, LT, EQ, JMP, JZ, JNZ, LOAD, STORE, CALL, RET, OUT, OVER, ROT };
struct vm { i32 stack[32]; i32 locals[8]; u16 calls[16]; u32 sp, cp, pc, steps, out; i32 fault; };
static struct vm machine;
static i32 execute(const u8 *code, u32 size, u32 limit) {
  struct vm *m = &machine;
  m->sp = m->cp = m->pc = m->steps = m->fault = 0;
  m->out = 0;
  for (u32 i = 0; i < 8; i++) m->locals[i] = 0;
#define NEED(n) if (m->sp < (n)) { m->fault = 1; return -1; }
#define ROOM(n) if (m->sp + (n) > COUNT(m->stack)) { m->fault = 2; return -2; }
#define TOP m->stack[m->sp - 1]
#define BINARY(e) NEED(2) { i32 b = m->stack[--m->sp], a = TOP; TOP = (e); } break
  while (m->pc < size) {
    if (++m->steps > limit) { m->fault = 3; return -3; }
    u8 op = code[m->pc++], arg = m->pc < size ? code[m->pc] : 0;
    switch (op) {
    case HALT: return m->sp ? TOP : 0;
    case PUSH: ROOM(1) m->stack[m->sp++] = (i8)arg; m->pc++; break;
    case POP: NEED(1) m->sp--; break;
    case DUP: NEED(1) ROOM(1) m->stack[m->sp] = TOP; m->sp++; break;
    case SWAP: NEED(2) { i32 t = TOP; TOP = m->stack[m->sp - 2]; m->stack[m->sp - 2] = t; } break;
    case ADD: BINARY((i32)((u32)a + (u32)b));
    case SUB: BINARY((i32)((u32)a - (u32)b));
    case MUL: BINARY((i32)((u32)a * (u32)b));
    case DIV: NEED(2) if (TOP == 0 || TOP == -1) { m->fault = 4; return -4; } BINARY(a / b);
    case MOD: NEED(2) if (TOP == 0 || TOP == -1) { m->fault = 4; return -4; } BINARY(a % b);
    case AND: BINARY(a & b);
    case OR: BINARY(a | b);
    case XOR: BINARY(a ^ b);
    case SHL: BINARY((i32)((u32)a << (b & 31)));
    case SHR: BINARY(a >> (b & 31));
    case NOT: NEED(1) TOP = ~TOP; break;
    case NEG: NEED(1) TOP = (i32)(0 - (u32)TOP); break;
    case LT: BINARY(a < b);
    case EQ: BINARY(a == b);
    case JMP: m->pc = arg; break;
    case JZ: NEED(1) m->pc = m->stack[--m->sp] ? m->pc + 1 : arg; break;
    case JNZ: NEED(1) m->pc = m->stack[--m->sp] ? arg : m->pc + 1; break;
    case LOAD: ROOM(1) m->stack[m->sp++] = m->locals[arg & 7]; m->pc++; break;
    case STORE: NEED(1) m->locals[arg & 7] = m->stack[--m->sp]; m->pc++; break;
    case CALL: if (m->cp == COUNT(m->calls)) { m->fault = 5; return -5; } m->calls[m->cp++] = (u16)(m->pc + 1); m->pc = arg; break;
    case RET: if (!m->cp) return m->sp ? TOP : 0; m->pc = m->calls[--m->cp]; break;
    case OUT: NEED(1) m->out = mix(m->out, (u32)m->stack[--m->sp]); break;
    case OVER: NEED(2) ROOM(1) m->stack[m->sp] = m->stack[m->sp - 2]; m->sp++; break;
    case ROT: NEED(3) { i32 *s = &m->stack[m->sp - 3], t = s[0]; s[0] = s[1]; s[1] = s[2]; s[2] = t; } break;
    default: m->fault = 6; return -6;
    }
  }
  return m->sp ? TOP : 0;
}
/* n! by a loop, then the sum of squares by a subroutine */
static const u8 factorial[] = {STORE, 0, PUSH, 1, STORE, 1, LOAD, 0, JZ, 23, LOAD, 1, LOAD, 0, MUL, STORE, 1, LOAD, 0, PUSH, 1, JMP, 27, LOAD, 1, RET, HALT, SUB, STORE, 0, JMP, 6};
static const u8 squares[] = {PUSH, 0, STORE, 1, PUSH, 9, STORE, 0, LOAD, 0, CALL, 25, LOAD, 1, ADD, STORE, 1, LOAD, 0, PUSH, 1, SUB, JMP, 29, 0, DUP, MUL, OUT, RET, STORE, 0, LOAD, 0, JNZ, 8, LOAD, 1, HALT};
static u8 program[128];
EXPORT(random_program) i32 random_program(u32 seed, u32 size) {
  rng_seed(seed);
  size = size % COUNT(program) + 1;
  for (u32 i = 0; i < size; i++) program[i] = (u8)(i < 12 ? (i & 1 ? rng() : PUSH) : rng() % 4 ? rng() % (ROT + 1) : rng() % size);
  i32 r = execute(program, size, 500);
  return (i32)mix((u32)r, machine.out ^ machine.steps << 8 ^ machine.pc);
}
EXPORT(fault_of) i32 fault_of(u32 a, u32 b, u32 c) {
  program[0] = PUSH; program[1] = (u8)a; program[2] = PUSH; program[3] = (u8)b;
  program[4] = (u8)(c % 32); program[5] = 0; program[6] = HALT;
  return execute(program, 7, 50);
}
EXPORT(run) u32 run(void) {
  u32 h = 0;
  for (u32 n = 0; n < 10; n++) {
    program[0] = PUSH; program[1] = (u8)n;
    for (u32 i = 0; i < COUNT(factorial); i++) program[i + 2] = factorial[i];
    for (u32 i = 2; i < COUNT(factorial) + 2; i++)
      if (program[i] == JZ || program[i] == JMP) { program[i + 1] += 2; i++; }
    h = mix(h, (u32)execute(program, COUNT(factorial) + 2, 1000));
  }
  h = mix(h, (u32)execute(squares, COUNT(squares), 1000));
  h = mix(h, machine.out);
  for (u32 i = 1; i < 40; i++) h = mix(h, (u32)random_program(i * 7919, 100));
  return h;
}
