#include "kern.h"
/* An interpreter of a stack machine. */
enum { PUSH, ADD, SUB, MUL, DUP, SWAP, LT, JZ, JMP, LOAD, STORE, CALL, RET, HALT, AND, SHR };
static i32 exec(const u8 *code, i32 *mem, u32 budget) {
  i32 st[32]; u32 sp = 0; u16 rs[8]; u32 rp = 0; u32 pc = 0;
  while (budget--) {
    switch (code[pc++]) {
      case PUSH: st[sp++] = (signed char)code[pc++]; break;
      case ADD: sp--; st[sp - 1] += st[sp]; break;
      case SUB: sp--; st[sp - 1] -= st[sp]; break;
      case MUL: sp--; st[sp - 1] *= st[sp]; break;
      case DUP: st[sp] = st[sp - 1]; sp++; break;
      case SWAP: { i32 t = st[sp - 1]; st[sp - 1] = st[sp - 2]; st[sp - 2] = t; break; }
      case LT: sp--; st[sp - 1] = st[sp - 1] < st[sp]; break;
      case JZ: { u8 t = code[pc++]; if (!st[--sp]) pc = t; break; }
      case JMP: pc = code[pc]; break;
      case LOAD: st[sp - 1] = mem[st[sp - 1] & 15]; break;
      case STORE: sp -= 2; mem[st[sp + 1] & 15] = st[sp]; break;
      case CALL: rs[rp++ & 7] = pc + 1; pc = code[pc]; break;
      case RET: pc = rs[--rp & 7]; break;
      case AND: sp--; st[sp - 1] &= st[sp]; break;
      case SHR: sp--; st[sp - 1] = (u32)st[sp - 1] >> (st[sp] & 31); break;
      default: return st[sp - 1];
    }
  }
  return -1;
}
/* Sums what a function of the first hundred numbers returns. */
static const u8 prog[] = {
  PUSH, 0, PUSH, 0, STORE, PUSH, 1, PUSH, 1, STORE,
  /* 10 */ PUSH, 0, LOAD, PUSH, 100, LT, JZ, 41, PUSH, 0, LOAD, CALL, 50, PUSH, 1, LOAD, ADD, PUSH, 1, STORE,
  PUSH, 0, LOAD, PUSH, 1, ADD, PUSH, 0, STORE, JMP, 10,
  /* 41 */ PUSH, 1, LOAD, HALT, 0, 0, 0, 0, 0,
  /* 50 */ DUP, MUL, PUSH, 7, AND, DUP, PUSH, 3, MUL, SWAP, PUSH, 1, SHR, SUB, RET};
i32 vm(const u8 *s, u32 n, i32 *mem) {
  u8 code[80]; for (u32 i = 0; i < sizeof prog; i++) code[i] = prog[i];
  for (u32 i = 0; i < 16; i++) mem[i] = s[i];
  return exec(code, mem, n);
}
