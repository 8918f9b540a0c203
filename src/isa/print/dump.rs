//! Functions, blocks and instructions over any registers as text, for dumps.

use super::{Printer, Suffix};
use crate::isa::{BlockId, Call, CallTarget, Edge, Func, Inst, Reg, StackArea, Symbol, Term, TrapCode};
use std::fmt::{self, Display, Formatter, Write};

impl Display for BlockId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, ".L{}", self.index())
    }
}

/// The name of a symbol in a dump, where the object's names are not known.
impl Display for Symbol {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Symbol::Function(n) => write!(f, "function{n}"),
            Symbol::FunctionReference(n) => write!(f, "reference{n}"),
            Symbol::Memory(n) => write!(f, "memory{n}"),
            Symbol::MemorySize(n) => write!(f, "memory{n}.size"),
            Symbol::MemoryMax(n) => write!(f, "memory{n}.max"),
            Symbol::Table(n) => write!(f, "table{n}"),
            Symbol::TableSize(n) => write!(f, "table{n}.size"),
            Symbol::TableMax(n) => write!(f, "table{n}.max"),
            Symbol::Global(n) => write!(f, "global{n}"),
            Symbol::Data(n) => write!(f, "data{n}"),
            Symbol::DataSize(n) => write!(f, "data{n}.size"),
            Symbol::Element(n) => write!(f, "element{n}"),
            Symbol::ElementSize(n) => write!(f, "element{n}.size"),
            Symbol::Signature(n) => write!(f, "signature{n}"),
            Symbol::Library(name) | Symbol::Routine(name) => f.write_str(name.text()),
            Symbol::Linked(n) => write!(f, "symbol{n}"),
            Symbol::Init => f.write_str("init"),
            Symbol::TailReturn => f.write_str("tail_return"),
            Symbol::Trap => f.write_str("trap"),
            Symbol::StackLimit => f.write_str("stack_limit"),
        }
    }
}

impl Display for TrapCode {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.number())
    }
}

impl Display for StackArea {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StackArea::Outgoing => "outgoing",
            StackArea::Locals => "locals",
            StackArea::Slots => "slots",
            StackArea::Incoming => "incoming",
            StackArea::Passed => "passed",
        })
    }
}

impl<R: Copy + Display> Display for Inst<R> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (inst, cond) = match self {
            Inst::If { cond, inst, .. } => (&**inst, Some(*cond)),
            _ => (self, None),
        };
        let s = match *inst {
            Inst::Alu { s, .. } | Inst::Mov { s, .. } | Inst::Mvn { s, .. } => s,
            Inst::Shift { s, .. } => s,
            _ => false,
        };
        let suffix = Suffix { s, cond, wide: false };
        let names = |symbol: Symbol| symbol.to_string();
        let mut printer = Printer { out: f, suffix, names: &names };
        printer.inst(inst)?;
        match self {
            Inst::If { old, .. } => write!(f, " else {old}"),
            _ => Ok(()),
        }
    }
}

impl<R: Copy + Display> Display for Term<R> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Term::Jump(edge) => write!(f, "b {edge}"),
            Term::Branch { cond, then, otherwise } => write!(f, "b{cond} {then} else {otherwise}"),
            Term::BranchZero { rn, zero, nonzero } => {
                write!(f, "cbz {rn}, {zero} else {nonzero}")
            }
            Term::Table { rn, targets } => {
                write!(f, "table {rn}")?;
                targets.iter().try_for_each(|edge| write!(f, ", {edge}"))
            }
            Term::Return { values } => {
                write!(f, "return")?;
                fixed(f, values)
            }
            Term::TailCall(call) => write!(f, "tail {call}"),
            Term::Trap(code) => write!(f, "trap {code}"),
        }
    }
}

impl<R: Display> Display for Edge<R> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.target)?;
        parameters(f, &self.args)
    }
}

impl<R: Copy + Display> Display for Call<R> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.target {
            CallTarget::Symbol(symbol) => write!(f, "bl {symbol}")?,
            CallTarget::Register(r) => write!(f, "blx {r}")?,
        }
        fixed(f, &self.args)?;
        if !self.results.is_empty() {
            f.write_str(" ->")?;
            fixed(f, &self.results)?;
        }
        Ok(())
    }
}

impl<R: Copy + Display> Display for Func<R> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "entry")?;
        fixed(f, &self.entry)?;
        let (outgoing, locals, slots) = (self.outgoing, self.locals, self.slots);
        writeln!(f, "; outgoing {outgoing}, locals {locals}, slots {slots}")?;
        for id in self.block_ids() {
            let block = self.block(id);
            write!(f, "{id}")?;
            parameters(f, &block.params)?;
            f.write_char(':')?;
            if block.loop_depth > 0 {
                write!(f, " ; loop depth {}", block.loop_depth)?;
            }
            if block.cold {
                f.write_str(" ; cold")?;
            }
            writeln!(f)?;
            for inst in &block.insts {
                writeln!(f, "    {inst}")?;
            }
            writeln!(f, "    {}", block.term)?;
        }
        Ok(())
    }
}

fn parameters<R: Display>(f: &mut Formatter<'_>, regs: &[R]) -> fmt::Result {
    let Some((first, rest)) = regs.split_first() else {
        return Ok(());
    };
    write!(f, "({first}")?;
    rest.iter().try_for_each(|reg| write!(f, ", {reg}"))?;
    f.write_char(')')
}

/// Values in the registers that a convention names; the register alone where they are the same.
fn fixed<R: Display>(f: &mut Formatter<'_>, values: &[(R, Reg)]) -> fmt::Result {
    for (n, (value, reg)) in values.iter().enumerate() {
        let comma = if n == 0 { "" } else { "," };
        let value = value.to_string();
        if value == reg.to_string() {
            write!(f, "{comma} {value}")?;
        } else {
            write!(f, "{comma} {reg}={value}")?;
        }
    }
    Ok(())
}
