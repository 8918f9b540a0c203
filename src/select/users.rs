//! Where the parameters and sums of a graph are read: what indices and pointers are made of.

use super::ir::{BinOp, Block, Graph, Op, Value};
use smallvec::SmallVec;

/// Where a value is read.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum User {
    Node(Value),
    /// Argument `index` of edge number `edge` of a block.
    Argument {
        pred: Block,
        edge: u32,
        index: u32,
    },
    /// By the end of a block.
    Operand(Block),
}

/// The readers of a value. Most parameters and sums have one.
pub type Users = SmallVec<[User; 1]>;

/// For each parameter and sum, its readers; one that reads it twice, twice. Of other values, none.
pub fn users(graph: &Graph) -> Vec<Users> {
    let mut users: Vec<Users> = graph.nodes.iter().map(|_| SmallVec::new()).collect();
    let mut note = |value: Value, user: User| {
        if matches!(graph.op(value), Op::Param | Op::Binary(BinOp::Add)) {
            users[value.index()].push(user);
        }
    };
    for block in graph.block_ids() {
        let data = graph.block(block);
        for &value in &data.body {
            graph.node(value).args.iter().for_each(|&arg| note(arg, User::Node(value)));
        }
        data.term.visit_operands(|value| note(value, User::Operand(block)));
        for (edge, data) in (0..).zip(data.term.edges()) {
            for (index, &arg) in (0..).zip(&data.args) {
                note(arg, User::Argument { pred: block, edge, index });
            }
        }
    }
    users
}
