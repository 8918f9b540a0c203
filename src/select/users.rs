//! Where each value of a graph is read.

use super::ir::{Block, Graph, Value};
use smallvec::SmallVec;

/// Where a value is read.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum User {
    Node(Value),
    /// Argument `index` of edge number `edge` of a block.
    Argument {
        pred: Block,
        edge: usize,
        index: usize,
    },
    /// By the end of a block.
    Operand(Block),
}

/// For each value, its readers; one that reads it twice, twice.
pub fn users(graph: &Graph) -> Vec<SmallVec<[User; 4]>> {
    let mut users: Vec<SmallVec<[User; 4]>> = vec![SmallVec::new(); graph.nodes.len()];
    for block in graph.block_ids() {
        let data = graph.block(block);
        for &value in &data.body {
            for arg in &graph.node(value).args {
                users[arg.index()].push(User::Node(value));
            }
        }
        data.term.visit_operands(|value| users[value.index()].push(User::Operand(block)));
        for (n, edge) in data.term.edges().enumerate() {
            for (index, arg) in edge.args.iter().enumerate() {
                users[arg.index()].push(User::Argument { pred: block, edge: n, index });
            }
        }
    }
    users
}
