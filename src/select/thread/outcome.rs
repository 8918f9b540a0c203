//! What is known of values on one way through a graph: parameters are what the way passes for them, and the branches that
//! the way has taken say more.

use super::super::flow::Flow;
use super::super::fold::evaluate;
use super::super::ir::{BinOp, Block, Edge, Graph, Op, Term, UnOp, Value};
use crate::hash::HashMap;
use crate::isa::Cond;
use smallvec::SmallVec;

/// How many dominators of a way's begin are asked for what their branches say.
const DOMINATORS: usize = 12;

/// How many of a dominator's edges are searched for the way.
const EDGES: usize = 256;

/// How deep values are looked into.
const DEPTH: u32 = 6;

/// Values that are constants on a way, and comparisons whose outcome it knows.
type Facts = (SmallVec<[(Value, u32); 4]>, SmallVec<[Fact; 8]>);

/// A condition that holds, or does not.
#[derive(Copy, Clone)]
struct Fact {
    cond: Value,
    holds: bool,
}

/// Knowledge on a way that begins with one edge and is then followed block by block.
pub struct Way<'g> {
    graph: &'g Graph,
    flow: &'g Flow,
    from: Block,
    edge: usize,
    /// What stands for the parameters of the blocks on the way, in terms of values before it.
    params: HashMap<Value, Value>,
    /// Values that are known to be constants and conditions that are decided, found when first asked for.
    facts: Option<Facts>,
}

impl<'g> Way<'g> {
    /// The way that begins with edge number `edge` of a block.
    pub fn new(graph: &'g Graph, flow: &'g Flow, from: Block, edge: usize) -> Way<'g> {
        Way { graph, flow, from, edge, params: HashMap::default(), facts: None }
    }

    /// Follows an edge.
    pub fn enter(&mut self, edge: &Edge) {
        let args: SmallVec<[Value; 4]> = edge.args.iter().map(|&arg| self.resolve(arg)).collect();
        self.params.extend(self.graph.block(edge.target).params.iter().copied().zip(args));
    }

    fn resolve(&self, value: Value) -> Value {
        *self.params.get(&value).unwrap_or(&value)
    }

    /// The edge that a block's end takes, if that is known.
    pub fn decide(&mut self, term: &Term) -> Option<usize> {
        match term {
            Term::Jump(_) => Some(0),
            Term::Branch { cond, .. } => self.truth(*cond, DEPTH).map(|holds| usize::from(!holds)),
            // Where there is no default, no index leads there: a way on which one seems to is never taken.
            Term::Table { index, targets, .. } => {
                let edge = self.constant(*index, DEPTH).map(|index| (index as usize).min(targets.len()));
                edge.filter(|&edge| edge < term.edges().count())
            }
            Term::Return(_) | Term::TailCall { .. } | Term::Trap(_) => None,
        }
    }

    fn facts(&mut self) -> &Facts {
        let (graph, flow, from, edge) = (self.graph, self.flow, self.from, self.edge);
        self.facts.get_or_insert_with(|| {
            let mut facts = (SmallVec::new(), SmallVec::new());
            let mut said = |term: &Term, edge: usize| match *term {
                Term::Branch { cond, .. } => note(graph, cond, edge == 0, &mut facts),
                Term::Table { index, ref targets, .. } if edge < targets.len() => facts.0.push((index, edge as u32)),
                _ => {}
            };
            said(&graph.block(from).term, edge);
            let mut block = from;
            for _ in 0..DOMINATORS {
                if let &[pred] = flow.predecessors[block.index()].as_slice() {
                    let term = &graph.block(pred).term;
                    let edge = term.edges().take(EDGES).position(|edge| edge.target == block);
                    edge.into_iter().for_each(|edge| said(term, edge));
                }
                block = flow.dominator[block.index()];
            }
            facts
        })
    }

    /// The constant that a value is.
    fn constant(&mut self, value: Value, depth: u32) -> Option<u32> {
        let value = self.resolve(value);
        let graph = self.graph;
        let node = graph.node(value);
        if let Op::Const(c) = node.op {
            return Some(c);
        }
        if let Some(&(_, c)) = self.facts().0.iter().find(|known| known.0 == value) {
            return Some(c);
        }
        let depth = depth.checked_sub(1)?;
        match (node.op, node.args.as_slice()) {
            (Op::Binary(op), &[a, b]) => match (op, self.constant(a, depth), self.constant(b, depth)) {
                (op, Some(a), Some(b)) => evaluate(op, a, b),
                (BinOp::And, Some(0), None) | (BinOp::And, None, Some(0)) => Some(0),
                _ => None,
            },
            (Op::Unary(UnOp::Extend8S), &[a]) => {
                self.constant(a, depth).map(|c| i32::from(c.to_le_bytes()[0].cast_signed()).cast_unsigned())
            }
            (Op::Compare(_), _) => self.truth(value, depth).map(u32::from),
            (Op::Select, &[cond, a, b]) => match self.truth(cond, depth)? {
                true => self.constant(a, depth),
                false => self.constant(b, depth),
            },
            _ => None,
        }
    }

    /// Whether a value is not zero.
    fn truth(&mut self, value: Value, depth: u32) -> Option<bool> {
        let value = self.resolve(value);
        if let Some(c) = self.constant(value, 0) {
            return Some(c != 0);
        }
        if let Some(fact) = self.facts().1.iter().find(|fact| fact.cond == value) {
            return Some(fact.holds);
        }
        let deeper = depth.checked_sub(1)?;
        let graph = self.graph;
        let node = graph.node(value);
        match (node.op, node.args.as_slice()) {
            (Op::Compare(cond), &[a, b]) => self.comparison(cond, a, b, deeper),
            (Op::Binary(BinOp::Or), &[a, b]) => match (self.truth(a, deeper), self.truth(b, deeper)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            (Op::Select, &[cond, a, b]) => match self.truth(cond, deeper) {
                Some(true) => self.truth(a, deeper),
                Some(false) => self.truth(b, deeper),
                None => self.truth(a, deeper).filter(|&truth| self.truth(b, deeper) == Some(truth)),
            },
            _ => self.constant(value, depth).map(|c| c != 0),
        }
    }

    fn comparison(&mut self, cond: Cond, a: Value, b: Value, depth: u32) -> Option<bool> {
        let (a, b) = (self.resolve(a), self.resolve(b));
        let (x, y) = (self.constant(a, depth), self.constant(b, depth));
        if let (Some(x), Some(y)) = (x, y) {
            return Some(cond.holds(x, y));
        }
        if a == b {
            return Some(cond.holds(0, 0));
        }
        if let (Cond::Eq | Cond::Ne, Some(0)) = (cond, y) {
            return self.truth(a, depth).map(|truth| truth == (cond == Cond::Ne));
        }
        let graph = self.graph;
        self.facts().1.iter().find_map(|fact| {
            let node = graph.node(fact.cond);
            let Op::Compare(known) = node.op else { return None };
            let known = match *node.args.as_slice() {
                [left, right] if left == a && right == b => known,
                [left, right] if left == b && right == a => known.swapped(),
                _ => return None,
            };
            implied(if fact.holds { known } else { known.inverse() }, cond)
        })
    }
}

/// Adds what a decided condition says.
fn note(graph: &Graph, cond: Value, holds: bool, facts: &mut Facts) {
    facts.1.push(Fact { cond, holds });
    if !holds {
        facts.0.push((cond, 0));
    }
    let node = graph.node(cond);
    let Op::Compare(comparison @ (Cond::Eq | Cond::Ne)) = node.op else {
        return;
    };
    let Some(c) = graph.constant(node.args[1]) else {
        return;
    };
    match (comparison == Cond::Eq) == holds {
        true => facts.0.push((node.args[0], c)),
        false if c == 0 => facts.1.push(Fact { cond: node.args[0], holds: true }),
        false => {}
    }
}

/// What a comparison that holds says of another one of the same operands.
fn implied(known: Cond, asked: Cond) -> Option<bool> {
    /// The orders that a comparison allows: whether operands may be equal, below and above each other.
    fn allowed(cond: Cond) -> Option<(bool, [bool; 3])> {
        let [below, equal, above] = match cond {
            Cond::Lo | Cond::Lt => [true, false, false],
            Cond::Ls | Cond::Le => [true, true, false],
            Cond::Hi | Cond::Gt => [false, false, true],
            Cond::Hs | Cond::Ge => [false, true, true],
            Cond::Eq => [false, true, false],
            Cond::Ne => [true, false, true],
            Cond::Mi | Cond::Pl | Cond::Vs | Cond::Vc => return None,
        };
        Some((matches!(cond, Cond::Lt | Cond::Le | Cond::Gt | Cond::Ge), [below, equal, above]))
    }
    let ((known_signed, known_allows), (asked_signed, asked_allows)) = (allowed(known)?, allowed(asked)?);
    let either = |cond| matches!(cond, Cond::Eq | Cond::Ne);
    if known_signed != asked_signed && !either(known) && !either(asked) {
        return None;
    }
    let mut both = known_allows.iter().zip(asked_allows).filter(|(known, _)| **known).map(|(_, asked)| asked);
    let first = both.next()?;
    both.all(|other| other == first).then_some(first)
}
