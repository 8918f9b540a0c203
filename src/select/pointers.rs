//! Addressing in the static memory model: a wasm pointer becomes a machine pointer as far out as it can.
//!
//! Two rewrites, both exact, since machine addresses are sums modulo 2^32:
//!
//! - A loop's parameter that serves only to form addresses of one symbol, besides its own steps and tests for equality,
//!   counts from the symbol on, and so do the parameters of blocks in the loop that it and its steps are passed to: the
//!   symbol's address is added once to what enters the loop.
//! - In `(x + y) + symbol`, where x is invariant in a loop and y is not, the address joins x and is added before the
//!   loop; likewise in `x + symbol`.

use super::flow::{Flow, flow};
use super::ir::{BinOp, Block, Graph, Node, Op, Value};
use super::users::{User, Users, users};
use crate::isa::{Cond, Symbol};
use smallvec::{SmallVec, smallvec};

struct Pointers<'g> {
    graph: &'g mut Graph,
    flow: Flow,
    users: Vec<Users>,
}

/// Rewrites a graph whose blocks stand in order.
pub fn pointers(graph: &mut Graph) {
    if !graph.has_loops() {
        return;
    }
    let (flow, users) = (flow(graph), users(graph));
    let mut state = Pointers { graph, flow, users };
    // Inner loops first: what enters them is then an address, and may be one of the outer loop's.
    for index in (0..state.graph.blocks.len()).rev() {
        let header = Block::new(index);
        if state.flow.header[index] == Some(header) {
            for n in 0..state.graph.block(header).params.len() {
                state.convert_param(header, n);
            }
        }
    }
    for block in state.graph.block_ids() {
        let Some(header) = state.flow.header[block.index()] else { continue };
        // What this adds to blocks, it adds before loops.
        for n in 0..state.graph.block(block).body.len() {
            state.regroup(header, state.graph.block(block).body[n]);
        }
    }
}

/// How the users of a loop's parameter have to change.
#[derive(Default)]
struct Plan {
    /// The parameter, its sums with constants, and the parameters of the loop's blocks that these are passed to.
    members: SmallVec<[Value; 4]>,
    symbol: Option<Symbol>,
    /// Sums with the symbol's address, which lose it.
    addresses: Vec<Value>,
    /// Indices that are added to members before the symbol's address is.
    indices: SmallVec<[Value; 2]>,
    /// Comparisons for equality, whose other operand gains it.
    comparisons: Vec<Value>,
    /// Readers behind the loop, which get the parameter or its step without the address.
    outside: Vec<(Value, User)>,
}

impl Plan {
    /// Another value that counts from the symbol, if there are not too many.
    fn add(&mut self, member: Value) -> Option<()> {
        if !self.members.contains(&member) {
            self.members.push(member);
        }
        (self.members.len() <= MEMBERS).then_some(())
    }
}

/// How many readers behind a loop are worth it.
const OUTSIDE: usize = 4;

/// How many values may count from a symbol together.
const MEMBERS: usize = 24;

impl Pointers<'_> {
    /// The other summand, if the node is a sum with this value.
    fn summand(&self, node: Value, value: Value) -> Option<Value> {
        let node = self.graph.node(node);
        match (node.op, node.args.as_slice()) {
            (Op::Binary(BinOp::Add), &[a, b]) if a == value => Some(b),
            (Op::Binary(BinOp::Add), &[a, b]) if b == value => Some(a),
            _ => None,
        }
    }

    /// Takes note of a sum with an address, where it is of the plan's symbol.
    fn plan_address(&self, plan: &mut Plan, sum: Value, other: Value) -> bool {
        let Op::Address(symbol, _) = self.graph.op(other) else {
            return false;
        };
        let same = *plan.symbol.get_or_insert(symbol) == symbol;
        if same {
            plan.addresses.push(sum);
        }
        same
    }

    /// Takes note of a comparison for equality with what the loop does not change and no immediate holds.
    fn plan_comparison(&self, plan: &mut Plan, header: Block, node: Value, value: Value) -> bool {
        let comparison = self.graph.node(node);
        let Op::Compare(Cond::Eq | Cond::Ne) = comparison.op else {
            return false;
        };
        let other = comparison.args[usize::from(comparison.args[0] == value)];
        let suitable =
            other != value && self.graph.constant(other).is_none() && self.flow.is_invariant(self.graph, header, other);
        if suitable {
            plan.comparisons.push(node);
        }
        suitable
    }

    /// What has to change so that a parameter can count from a symbol on; `None` if something else needs it.
    fn plan(&self, header: Block, param: Value) -> Option<Plan> {
        let mut plan = Plan { members: smallvec![param], ..Plan::default() };
        let mut at = 0;
        while let Some(&value) = plan.members.get(at) {
            for &user in &self.users[value.index()] {
                if self.plan_outside(&mut plan, header, value, user) {
                    continue;
                }
                match user {
                    User::Argument { pred, edge, index } => {
                        let target = self.graph.block(pred).term.edge(edge as usize).target;
                        plan.add(self.graph.block(target).params[index as usize])?;
                    }
                    User::Node(node) => self.plan_node(&mut plan, header, node, value)?,
                    User::Operand(_) => return None,
                }
            }
            at += 1;
        }
        let here = plan.addresses.iter().any(|&sum| self.flow.is_inside(header, self.graph.node(sum).block));
        let once = plan.indices.iter().all(|index| !plan.members.contains(index));
        let suitable = plan.symbol.is_some() && here && once && plan.outside.len() <= OUTSIDE;
        (suitable && plan.members[1..].iter().all(|&member| self.is_fed(&plan, member))).then_some(plan)
    }

    /// Takes note of a node of the loop that reads a member.
    fn plan_node(&self, plan: &mut Plan, header: Block, node: Value, value: Value) -> Option<()> {
        let suitable = match self.summand(node, value) {
            None => self.plan_comparison(plan, header, node, value),
            Some(other) if self.graph.constant(other).is_some() => return plan.add(node),
            Some(other) if matches!(self.graph.op(other), Op::Address(..)) => self.plan_address(plan, node, other),
            // The sum with an index, which has to become an address in turn.
            Some(other) => {
                plan.indices.push(other);
                self.users[node.index()].iter().all(|&user| match user {
                    User::Node(outer) => {
                        self.summand(outer, node).is_some_and(|address| self.plan_address(plan, outer, address))
                    }
                    _ => false,
                })
            }
        };
        suitable.then_some(())
    }

    /// Whether a member that is no parameter of the header gets nothing but members.
    fn is_fed(&self, plan: &Plan, member: Value) -> bool {
        let node = self.graph.node(member);
        if node.op != Op::Param {
            return true;
        }
        let position = self.graph.block(node.block).params.iter().position(|&param| param == member);
        let position = position.expect("a parameter is one of its block");
        self.flow.predecessors[node.block.index()].iter().all(|&pred| {
            let edges = self.graph.block(pred).term.edges();
            let mut args = edges.filter(|edge| edge.target == node.block).map(|edge| edge.args[position]);
            args.all(|arg| plan.members.contains(&arg))
        })
    }

    /// Takes note of a reader behind the loop, if it is one and no address.
    fn plan_outside(&self, plan: &mut Plan, header: Block, value: Value, user: User) -> bool {
        let outside = match user {
            User::Operand(block) => !self.flow.is_inside(header, block),
            User::Argument { pred, edge, .. } => {
                let target = self.graph.block(pred).term.edge(edge as usize).target;
                !self.flow.is_inside(header, pred) || !self.flow.is_inside(header, target)
            }
            User::Node(node) => {
                let other = self.summand(node, value);
                let address = other.is_some_and(|other| matches!(self.graph.op(other), Op::Address(..)));
                !address && !self.flow.is_inside(header, self.graph.node(node).block)
            }
        };
        if outside {
            plan.outside.push((value, user));
        }
        outside
    }

    /// Whether every value that enters the loop may be a pointer: a constant is where an index starts.
    fn starts_as_pointer(&self, header: Block, position: usize) -> bool {
        self.flow.predecessors[header.index()].iter().all(|&pred| {
            let edges = self.graph.block(pred).term.edges();
            let mut args = edges.filter(|edge| edge.target == header).map(|edge| edge.args[position]);
            args.all(|arg| self.graph.constant(arg).is_none())
        })
    }

    fn convert_param(&mut self, header: Block, position: usize) {
        let param = self.graph.block(header).params[position];
        if !self.starts_as_pointer(header, position) {
            return;
        }
        let Some(plan) = self.plan(header, param) else {
            return;
        };
        let symbol = plan.symbol.expect("a plan has a symbol");
        let base = self.address(symbol);
        // A sum with the address is what the sum without it is now.
        for &sum in &plan.addresses {
            let node = self.graph.node(sum).clone();
            let (n, addend) = self.address_operand(&node).expect("planned as a sum with an address");
            let constant = self.constant(addend);
            self.graph.nodes[sum.index()].args[n] = constant;
        }
        for &comparison in &plan.comparisons {
            let node = self.graph.node(comparison).clone();
            let n = usize::from(self.flow.is_invariant(self.graph, header, node.args[1]));
            let other = self.hoisted_sum(header, node.args[n], base);
            self.graph.nodes[comparison.index()].args[n] = other;
        }
        for &(value, user) in &plan.outside {
            self.without_address(value, user, base);
        }
        let mut preds: Vec<Block> = self.flow.predecessors[header.index()].to_vec();
        preds.dedup();
        for pred in preds {
            self.convert_edges(header, pred, position, base, &plan.members);
        }
    }

    /// Subtracts the base again for a reader.
    fn without_address(&mut self, value: Value, user: User, base: Value) {
        let block = match user {
            User::Node(node) => self.graph.node(node).block,
            User::Argument { pred, .. } => pred,
            User::Operand(block) => block,
        };
        let plain = self.new_node(Op::Binary(BinOp::Sub), smallvec![value, base], block);
        let body = &mut self.graph.blocks[block.index()].body;
        let place = match user {
            User::Node(node) => body.iter().position(|&other| other == node),
            User::Argument { .. } | User::Operand(_) => None,
        };
        body.insert(place.unwrap_or(body.len()), plain);
        match user {
            User::Node(node) => {
                let args = &mut self.graph.nodes[node.index()].args;
                args.iter_mut().filter(|arg| **arg == value).for_each(|arg| *arg = plain);
            }
            User::Argument { edge, index, .. } => {
                self.graph.blocks[block.index()].term.edge_mut(edge as usize).args[index as usize] = plain;
            }
            User::Operand(_) => self.graph.blocks[block.index()].term.visit_operands_mut(|operand| {
                if *operand == value {
                    *operand = plain;
                }
            }),
        }
        self.users[value.index()].retain(|other| *other != user);
        self.users[plain.index()].push(user);
    }

    /// Adds the base to what a block passes for a parameter, unless that counts from the symbol already.
    fn convert_edges(&mut self, header: Block, pred: Block, position: usize, base: Value, members: &[Value]) {
        let args: Vec<(u32, Value)> = {
            let edges = self.graph.block(pred).term.edges();
            let edges = (0..).zip(edges).filter(|(_, edge)| edge.target == header);
            edges.map(|(n, edge)| (n, edge.args[position])).collect()
        };
        for (edge, arg) in args {
            if members.contains(&arg) {
                continue;
            }
            let sum = self.sum_at_end(pred, arg, base);
            self.graph.blocks[pred.index()].term.edge_mut(edge as usize).args[position] = sum;
            let gone = User::Argument { pred, edge, index: position as u32 };
            self.users[arg.index()].retain(|user| *user != gone);
            self.users[sum.index()].push(gone);
        }
    }

    /// The address among the operands of a sum: which one, and its addend.
    fn address_operand(&self, node: &Node) -> Option<(usize, i32)> {
        node.args.iter().enumerate().find_map(|(n, &arg)| match self.graph.op(arg) {
            Op::Address(_, addend) => Some((n, addend)),
            _ => None,
        })
    }

    fn new_node(&mut self, op: Op, args: SmallVec<[Value; 4]>, block: Block) -> Value {
        let value = self.graph.new_node(op, &args, block);
        for arg in &args {
            self.users[arg.index()].push(User::Node(value));
        }
        self.users.push(SmallVec::new());
        value
    }

    fn address(&mut self, symbol: Symbol) -> Value {
        self.new_node(Op::Address(symbol, 0), SmallVec::new(), Block::ENTRY)
    }

    fn constant(&mut self, addend: i32) -> Value {
        self.new_node(Op::Const(addend.cast_unsigned()), SmallVec::new(), Block::ENTRY)
    }

    fn sum_at_end(&mut self, block: Block, a: Value, b: Value) -> Value {
        let sum = self.new_node(Op::Binary(BinOp::Add), smallvec![a, b], block);
        self.graph.blocks[block.index()].body.push(sum);
        sum
    }

    /// The sum of two values that a loop does not change, made before the loop, and before outer ones as far as they do
    /// not change them either.
    fn hoisted_sum(&mut self, header: Block, a: Value, b: Value) -> Value {
        let mut outermost = header;
        while let Some(outer) = self.flow.outer[outermost.index()] {
            if !self.flow.is_invariant(self.graph, outer, a) {
                break;
            }
            outermost = outer;
        }
        self.sum_at_end(self.flow.dominator[outermost.index()], a, b)
    }

    /// Moves an address to the summand that the loop of this header, around the value, does not change.
    fn regroup(&mut self, header: Block, value: Value) {
        let node = self.graph.node(value);
        if node.op != Op::Binary(BinOp::Add) || !matches!(self.graph.op(node.args[1]), Op::Address(..)) {
            return;
        }
        let (sum, base) = (node.args[0], node.args[1]);
        if self.flow.is_invariant(self.graph, header, sum) {
            let hoisted = self.hoisted_sum(header, sum, base);
            let zero = self.constant(0);
            self.graph.nodes[value.index()].args = smallvec![hoisted, zero];
            return;
        }
        let inner = self.graph.node(sum).clone();
        if inner.op != Op::Binary(BinOp::Add) || self.users[sum.index()].len() != 1 {
            return;
        }
        for (x, y) in [(inner.args[0], inner.args[1]), (inner.args[1], inner.args[0])] {
            if self.flow.is_invariant(self.graph, header, x) && self.graph.constant(x).is_none() {
                let hoisted = self.hoisted_sum(header, x, base);
                self.graph.nodes[value.index()].args = smallvec![hoisted, y];
                return;
            }
        }
    }
}
