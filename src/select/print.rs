//! Graphs as text, for `--dump ssa`.

use super::ir::{Block, CallInfo, Callee, Edge, Graph, Op, Term, Value};
use std::fmt::{self, Display};

impl Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "%{}", self.index())
    }
}

impl Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b{}", self.index())
    }
}

/// Items with commas between them.
fn commas(f: &mut fmt::Formatter<'_>, items: impl Iterator<Item = impl Display>) -> fmt::Result {
    for (n, item) in items.enumerate() {
        if n > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}

/// A value as an operand: constants and addresses by what they are.
struct Operand<'a>(&'a Graph, Value);

impl Display for Operand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.op(self.1) {
            Op::Const(c) if c < 1024 => write!(f, "{c}"),
            Op::Const(c) => write!(f, "{c:#x}"),
            Op::Address(symbol, 0) => write!(f, "&{symbol}"),
            Op::Address(symbol, addend) => write!(f, "&{symbol}{addend:+}"),
            _ => Display::fmt(&self.1, f),
        }
    }
}

struct Target<'a>(&'a Graph, &'a Edge);

impl Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Target(graph, edge) = *self;
        write!(f, "{}", edge.target)?;
        if !edge.args.is_empty() {
            f.write_str("(")?;
            commas(f, edge.args.iter().map(|&arg| Operand(graph, arg)))?;
            f.write_str(")")?;
        }
        Ok(())
    }
}

impl Graph {
    fn print_node(&self, f: &mut fmt::Formatter<'_>, value: Value) -> fmt::Result {
        let node = self.node(value);
        write!(f, "    ")?;
        if !matches!(node.op, Op::Store(_) | Op::TrapIf(_)) {
            write!(f, "{value} = ")?;
        }
        match node.op {
            Op::Call(index) | Op::Routine(index) => self.print_callee(f, index)?,
            op => write!(f, "{op:?}")?,
        }
        self.print_operands(f, &node.args)
    }

    fn print_callee(&self, f: &mut fmt::Formatter<'_>, index: u32) -> fmt::Result {
        match &self.calls[index as usize] {
            CallInfo { callee: Callee::Symbol(symbol), .. } => write!(f, "call {symbol}"),
            CallInfo { callee: Callee::Pointer, .. } => write!(f, "call_pointer"),
        }
    }

    fn print_operands(&self, f: &mut fmt::Formatter<'_>, args: &[Value]) -> fmt::Result {
        for (n, &arg) in args.iter().enumerate() {
            let separator = if n == 0 { " " } else { ", " };
            write!(f, "{separator}{}", Operand(self, arg))?;
        }
        writeln!(f)
    }

    fn print_term(&self, f: &mut fmt::Formatter<'_>, term: &Term) -> fmt::Result {
        let operand = |value: Value| Operand(self, value);
        let target = |edge| Target(self, edge);
        match term {
            Term::Jump(edge) => writeln!(f, "    jump {}", target(edge)),
            Term::Branch { cond, then, otherwise } => {
                writeln!(f, "    if {} {} else {}", operand(*cond), target(then), target(otherwise))
            }
            Term::Table { index, targets, default } => {
                write!(f, "    table {} [", operand(*index))?;
                commas(f, targets.iter().map(target))?;
                match default {
                    Some(default) => writeln!(f, "] else {}", target(default)),
                    None => writeln!(f, "]"),
                }
            }
            Term::Return(values) => {
                write!(f, "    return ")?;
                commas(f, values.iter().map(|&(value, _)| operand(value)))?;
                writeln!(f)
            }
            Term::TailCall { call, args } => {
                write!(f, "    tail ")?;
                self.print_callee(f, *call)?;
                self.print_operands(f, args)
            }
            Term::Trap(code) => writeln!(f, "    trap {code}"),
        }
    }
}

impl Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for block in self.block_ids() {
            let data = self.block(block);
            write!(f, "  {block}")?;
            if !data.params.is_empty() {
                f.write_str("(")?;
                commas(f, data.params.iter())?;
                f.write_str(")")?;
            }
            f.write_str(":\n")?;
            data.body.iter().try_for_each(|&value| self.print_node(f, value))?;
            self.print_term(f, &data.term)?;
        }
        Ok(())
    }
}
