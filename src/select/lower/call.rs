//! Calls: arguments to their places, results from theirs.

use super::Lower;
use crate::isa::{Addr, Call, CallTarget, Class, FloatAddr, Inst, MemSize, RegSet, StackArea};
use crate::select::ir::{Callee, Place, Value};
use smallvec::SmallVec;

impl Lower<'_> {
    pub fn call(&mut self, value: Value, index: usize) {
        let graph = self.graph;
        let info = &graph.calls[index];
        // Cheap constants that code behind the call uses are built behind it.
        self.consts.flush_at_call(self.block);
        let mut values = graph.node(value).args.iter().copied();
        let target = match info.callee {
            Callee::Symbol(symbol) => CallTarget::Symbol(symbol),
            Callee::Pointer => {
                let pointer = values.next().expect("the address is the first operand");
                CallTarget::Register(self.reg(pointer))
            }
        };
        let mut args = SmallVec::new();
        let mut in_registers = Vec::new();
        for (value, &place) in values.zip(&info.args) {
            match place {
                Place::Reg(reg) => in_registers.push((value, reg)),
                Place::Stack(offset) if self.class(value) == Class::Single => {
                    let sd = self.single(value);
                    let addr = FloatAddr::Stack(StackArea::Outgoing, offset);
                    self.push(Inst::FloatStore { sd, addr });
                }
                Place::Stack(offset) => {
                    let rt = self.own_reg(value);
                    let addr = Addr::Stack(StackArea::Outgoing, offset);
                    self.push(Inst::Store { size: MemSize::Word, rt, addr });
                }
            }
        }
        for (value, reg) in in_registers {
            args.push((self.own(value, reg.class()), reg));
        }
        let mut results = SmallVec::new();
        for (n, &reg) in info.results.iter().enumerate() {
            let result = match reg.class() {
                Class::Core => self.result_reg(value, n as u32),
                Class::Single => self.singles.get(&(value, n as u32)).copied(),
            };
            results.extend(result.map(|result| (result, reg)));
        }
        let clobbers = RegSet::CALLER_SAVED;
        self.push(Inst::Call(Box::new(Call { target, args, results, clobbers })));
    }
}
