//! Strength reduction of indices: a pointer takes the place of a base and an index that are added in each round.
//!
//! ```text
//!     loop i = 0:  … [a + i] … [a + i, #4] …          loop p = a:  … [p] … [p, #4] …
//!         i' = i + 8; goes on while i' != 64     ⇒        p' = p + 8; goes on while p' != a + 64
//! ```
//!
//! This is exact, since sums modulo 2^32 differ where their summands do, if the index serves nothing but addresses and tests
//! for equality. The first base's pointer is tested in place of the index ("linear function test replacement", Cooper, Simpson
//! and Vick, "Operator Strength Reduction", 2001); each further base has a pointer of its own. What is read of the index
//! behind the loop is how far the first pointer has come from its base.

use super::flow::{Flow, flow};
use super::ir::{BinOp, Block, BlockData, Edge, Graph, Op, Term, Value};
use super::users::{User, Users, users};
use crate::isa::Cond;
use smallvec::{SmallVec, smallvec};

/// How many bases one index may have.
const BASES: usize = 3;

/// How many may read it behind the loop.
const READERS_BEHIND: usize = 16;

/// Rewrites a graph whose blocks stand in order. If anything has changed, returns the order of blocks.
pub fn reduce(graph: &mut Graph) -> Option<Vec<Block>> {
    if !graph.has_loops() {
        return None;
    }
    let (flow, users) = (flow(graph), users(graph));
    let count = graph.blocks.len();
    let mut state = Reduction { graph, flow, users, exits: vec![SmallVec::new(); count] };
    let mut changed = false;
    for index in (0..count).rev() {
        let header = Block::new(index);
        if state.flow.header[index] != Some(header) {
            continue;
        }
        for n in 0..state.graph.block(header).params.len() {
            if let Some(plan) = state.plan(header, n).filter(Plan::is_worth) {
                state.apply(header, n, &plan);
                changed = true;
            }
        }
    }
    changed.then(|| {
        let exits = state.exits.into_iter().enumerate();
        exits.flat_map(|(n, exits)| exits.into_iter().chain([Block::new(n)])).collect()
    })
}

struct Reduction<'g> {
    graph: &'g mut Graph,
    flow: Flow,
    users: Vec<Users>,
    /// For each block, blocks on edges that lead out of loops to stand before it.
    exits: Vec<SmallVec<[Block; 1]>>,
}

/// What reads an index.
struct Plan {
    /// The index and its sums with constants, with these.
    family: SmallVec<[(Value, u32); 4]>,
    /// What each pointer starts from.
    bases: SmallVec<[Base; BASES]>,
    /// Sums with a base that are addresses: the sum, what is added to the index, the number of the base.
    addresses: SmallVec<[(Value, u32, usize); 4]>,
    /// Comparisons for equality, and which operand is not the index.
    comparisons: SmallVec<[(Value, usize); 2]>,
    /// Blocks that branch on whether a value of the family is zero.
    tests: SmallVec<[(Block, Value); 2]>,
    /// How many of both compare with zero.
    zeros: usize,
    /// Who reads a value of the family behind the loop.
    behind: SmallVec<[(User, Value); 2]>,
}

struct Base {
    value: Value,
    accesses: usize,
    /// Sums that no address of an access can hold.
    sums: usize,
}

impl Plan {
    /// Whether a round takes fewer instructions.
    fn is_worth(&self) -> bool {
        let tests = self.comparisons.len() + self.tests.len();
        let sums: usize = self.bases.iter().map(|base| base.sums).sum();
        // A comparison with zero is made by the step.
        let before = 1 + tests - self.zeros + sums;
        // A single access steps its address.
        let steps = self.bases.iter().filter(|base| base.accesses > 1).count();
        !self.bases.is_empty() && before > tests + steps
    }
}

impl Reduction<'_> {
    fn leads_around(&self, header: Block, position: usize, pred: Block, edge: u32, index: u32) -> bool {
        let target = self.graph.block(pred).term.edge(edge as usize).target;
        target == header && index as usize == position && self.flow.is_inside(header, pred)
    }

    /// Everything that reads a parameter of the loop; `None` if that is more than addresses and tests, or in a loop behind it.
    fn plan(&self, header: Block, position: usize) -> Option<Plan> {
        let index = self.graph.block(header).params[position];
        let mut plan = Plan {
            family: smallvec![(index, 0)],
            bases: SmallVec::new(),
            addresses: SmallVec::new(),
            comparisons: SmallVec::new(),
            tests: SmallVec::new(),
            zeros: 0,
            behind: SmallVec::new(),
        };
        let mut at = 0;
        while let Some(&(value, added)) = plan.family.get(at) {
            for &user in &self.users[value.index()] {
                match user {
                    _ if self.is_behind(header, user) => {
                        plan.behind.push((user, value));
                        (plan.behind.len() <= READERS_BEHIND).then_some(())?;
                    }
                    User::Argument { pred, edge, index } => {
                        self.leads_around(header, position, pred, edge, index).then_some(())?;
                    }
                    User::Operand(block) => {
                        let branches = matches!(self.graph.block(block).term, Term::Branch { .. });
                        (branches && self.flow.is_inside(header, block)).then_some(())?;
                        plan.tests.push((block, value));
                        plan.zeros += 1;
                    }
                    User::Node(node) => self.plan_node(&mut plan, header, node, value, added)?,
                }
            }
            at += 1;
        }
        let steps = |arg: &Value| plan.family.iter().any(|(value, _)| value == arg);
        self.around(header, position).iter().all(|(_, _, arg)| steps(arg)).then_some(plan)
    }

    /// Whether a reader of a value of the loop stands behind it, and in no other loop there.
    fn is_behind(&self, header: Block, user: User) -> bool {
        let block = match user {
            User::Argument { pred, edge, .. } if self.flow.is_inside(header, pred) => {
                let target = self.graph.block(pred).term.edge(edge as usize).target;
                return target > pred && !self.flow.is_inside(header, target);
            }
            User::Argument { pred, .. } => pred,
            User::Operand(block) => block,
            User::Node(node) => self.graph.node(node).block,
        };
        !self.flow.is_inside(header, block) && self.flow.depth[block.index()] < self.flow.depth[header.index()]
    }

    /// The edges from inside a loop to its header, and the argument of each.
    fn around(&self, header: Block, position: usize) -> SmallVec<[(Block, u32, Value); 2]> {
        self.edges(header, position).into_iter().filter(|(pred, ..)| self.flow.is_inside(header, *pred)).collect()
    }

    fn edges(&self, header: Block, position: usize) -> SmallVec<[(Block, u32, Value); 4]> {
        let mut preds = self.flow.predecessors[header.index()].clone();
        preds.dedup();
        let of = |pred: Block| {
            let edges = (0..).zip(self.graph.block(pred).term.edges());
            let to = edges.filter(move |(_, edge)| edge.target == header);
            to.map(move |(n, edge)| (pred, n, edge.args[position])).collect::<SmallVec<[_; 2]>>()
        };
        preds.into_iter().flat_map(of).collect()
    }

    fn plan_node(&self, plan: &mut Plan, header: Block, user: Value, value: Value, added: u32) -> Option<()> {
        let node = self.graph.node(user);
        self.flow.is_inside(header, node.block).then_some(())?;
        let &[a, _] = node.args.as_slice() else { return None };
        let n = usize::from(a == value);
        let other = node.args[n];
        (other != value && self.flow.is_invariant(self.graph, header, other)).then_some(())?;
        match node.op {
            Op::Compare(Cond::Eq | Cond::Ne) => {
                plan.comparisons.push((user, n));
                plan.zeros += usize::from(self.graph.constant(other) == Some(0));
            }
            Op::Binary(BinOp::Add) => match self.graph.constant(other) {
                Some(c) => plan.family.push((user, added.wrapping_add(c))),
                None => self.plan_address(plan, header, user, other, added)?,
            },
            _ => return None,
        }
        Some(())
    }

    fn plan_address(&self, plan: &mut Plan, header: Block, sum: Value, base: Value, added: u32) -> Option<()> {
        let mut foldable = true;
        let readers = &self.users[sum.index()];
        for &user in readers {
            let User::Node(access) = user else { return None };
            let node = self.graph.node(access);
            let (Op::Load(how) | Op::Store(how)) = node.op else { return None };
            let is_address = node.args[0] == sum && !node.args[1..].contains(&sum);
            (is_address && self.flow.is_inside(header, node.block)).then_some(())?;
            foldable &= how.offset == 0;
        }
        let number = plan.bases.iter().position(|known| known.value == base).unwrap_or_else(|| {
            plan.bases.push(Base { value: base, accesses: 0, sums: 0 });
            plan.bases.len() - 1
        });
        let known = &mut plan.bases[number];
        known.accesses += readers.len();
        known.sums += usize::from(readers.len() > 1 || !foldable);
        plan.addresses.push((sum, added, number));
        (plan.bases.len() <= BASES).then_some(())
    }

    fn apply(&mut self, header: Block, position: usize, plan: &Plan) {
        let edges = self.edges(header, position);
        let mut pointers: SmallVec<[Value; BASES]> = smallvec![self.graph.block(header).params[position]];
        for _ in &plan.bases[1..] {
            let param = self.new_node(Op::Param, &[], header);
            self.graph.blocks[header.index()].params.push(param);
            pointers.push(param);
        }
        for (pred, edge, arg) in edges {
            let step = plan.family.iter().find(|(value, _)| *value == arg).map(|&(_, added)| added);
            let step = step.filter(|_| self.flow.is_inside(header, pred));
            for (n, base) in plan.bases.iter().enumerate() {
                match step {
                    Some(_) if n == 0 => {}
                    Some(step) => {
                        let step = self.constant(step);
                        let next = self.sum_at_end(pred, pointers[n], step);
                        self.push_argument(pred, edge, next);
                    }
                    None => {
                        let start = self.sum_at_end(pred, arg, base.value);
                        match n {
                            0 => self.set_argument(pred, edge, position, start),
                            _ => self.push_argument(pred, edge, start),
                        }
                    }
                }
            }
        }
        for &(sum, added, number) in &plan.addresses {
            let constant = self.constant(added);
            let args = [pointers[number], constant];
            self.set_args(sum, &args);
        }
        let first = plan.bases[0].value;
        for &(comparison, other) in &plan.comparisons {
            let mut args = self.graph.node(comparison).args.clone();
            args[other] = self.sum_at_end(self.flow.dominator[header.index()], args[other], first);
            self.set_args(comparison, &args);
        }
        for &(block, value) in &plan.tests {
            let test = self.new_node(Op::Compare(Cond::Ne), &[value, first], block);
            self.graph.blocks[block.index()].body.push(test);
            self.graph.blocks[block.index()].term.visit_operands_mut(|operand| *operand = test);
            self.users[value.index()].retain(|user| *user != User::Operand(block));
            self.users[test.index()].push(User::Operand(block));
        }
        for &(user, value) in &plan.behind {
            self.read_behind(header, user, value, first);
        }
    }

    /// Behind the loop, makes of what the first pointer is what the index was.
    fn read_behind(&mut self, header: Block, user: User, value: Value, base: Value) {
        match user {
            User::Node(node) => {
                let index = self.new_node(Op::Binary(BinOp::Sub), &[value, base], self.graph.node(node).block);
                let body = &mut self.graph.blocks[self.graph.nodes[node.index()].block.index()].body;
                let at = body.iter().position(|&other| other == node).expect("a node stands in its block");
                body.insert(at, index);
                let args = self.graph.node(node).args.iter().map(|&arg| if arg == value { index } else { arg });
                let args: SmallVec<[Value; 4]> = args.collect();
                self.set_args(node, &args);
            }
            User::Operand(block) => {
                let index = self.difference_at_end(block, value, base);
                let replace = |operand: &mut Value| *operand = if *operand == value { index } else { *operand };
                self.graph.blocks[block.index()].term.visit_operands_mut(replace);
                self.users[value.index()].retain(|other| *other != user);
                self.users[index.index()].push(user);
            }
            User::Argument { pred, edge, index } => {
                let (pred, edge) =
                    if self.flow.is_inside(header, pred) { (self.exit(pred, edge), 0) } else { (pred, edge) };
                let difference = self.difference_at_end(pred, value, base);
                self.set_argument(pred, edge, index as usize, difference);
            }
        }
    }

    /// The block on an edge that leads out of a loop, which another value that leaves there may have made.
    fn exit(&mut self, pred: Block, edge: u32) -> Block {
        let target = self.graph.block(pred).term.edge(edge as usize).target;
        if target.index() >= self.exits.len() {
            return target;
        }
        let block = Block::new(self.graph.blocks.len());
        let from = self.graph.blocks[pred.index()].term.edge_mut(edge as usize);
        let moved = std::mem::replace(from, Edge { target: block, args: Default::default() });
        for (index, arg) in (0..).zip(&moved.args) {
            for user in &mut self.users[arg.index()] {
                if *user == (User::Argument { pred, edge, index }) {
                    *user = User::Argument { pred: block, edge: 0, index };
                }
            }
        }
        let cold = self.graph.block(pred).cold;
        let data = BlockData { params: Vec::new(), body: Vec::new(), term: Term::Jump(moved), cold };
        self.graph.blocks.push(data);
        self.exits[target.index()].push(block);
        self.flow.add_exit(pred, block, target);
        block
    }

    fn new_node(&mut self, op: Op, args: &[Value], block: Block) -> Value {
        let value = self.graph.new_node(op, args, block);
        self.users.push(SmallVec::new());
        args.iter().for_each(|arg| self.users[arg.index()].push(User::Node(value)));
        value
    }

    fn constant(&mut self, c: u32) -> Value {
        self.new_node(Op::Const(c), &[], Block::ENTRY)
    }

    /// The sum of two values, made at the end of a block where neither is zero.
    fn sum_at_end(&mut self, block: Block, a: Value, b: Value) -> Value {
        match (self.graph.constant(a), self.graph.constant(b)) {
            (Some(0), _) => b,
            (_, Some(0)) => a,
            _ => {
                let sum = self.new_node(Op::Binary(BinOp::Add), &[a, b], block);
                self.graph.blocks[block.index()].body.push(sum);
                sum
            }
        }
    }

    fn difference_at_end(&mut self, block: Block, a: Value, b: Value) -> Value {
        let difference = self.new_node(Op::Binary(BinOp::Sub), &[a, b], block);
        self.graph.blocks[block.index()].body.push(difference);
        difference
    }

    fn set_args(&mut self, node: Value, args: &[Value]) {
        for arg in std::mem::take(&mut self.graph.nodes[node.index()].args) {
            self.users[arg.index()].retain(|user| *user != User::Node(node));
        }
        args.iter().for_each(|arg| self.users[arg.index()].push(User::Node(node)));
        self.graph.nodes[node.index()].args = SmallVec::from_slice(args);
    }

    fn set_argument(&mut self, pred: Block, edge: u32, index: usize, value: Value) {
        let old =
            std::mem::replace(&mut self.graph.blocks[pred.index()].term.edge_mut(edge as usize).args[index], value);
        let user = User::Argument { pred, edge, index: index as u32 };
        self.users[old.index()].retain(|other| *other != user);
        self.users[value.index()].push(user);
    }

    fn push_argument(&mut self, pred: Block, edge: u32, value: Value) {
        let args = &mut self.graph.blocks[pred.index()].term.edge_mut(edge as usize).args;
        args.push(value);
        let index = args.len() as u32 - 1;
        self.users[value.index()].push(User::Argument { pred, edge, index });
    }
}
