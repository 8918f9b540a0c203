//! Dominators and loops of a graph.
//!
//! Dominators by the iteration of Cooper, Harvey and Kennedy ("A Simple, Fast Dominance Algorithm", 2001), which needs
//! one round, since wasm's control flow is reducible and blocks come in an order that respects forward edges.

use super::ir::{Block, Graph, Op, Value};
use smallvec::SmallVec;

/// What is known of a graph's shape. Blocks are indexed by position.
pub struct Flow {
    pub predecessors: Vec<SmallVec<[Block; 2]>>,
    /// The immediate dominator; the entry's is itself.
    pub dominator: Vec<Block>,
    tree: Tree,
    /// For each block, its number in a walk over the dominator tree, and the largest number below it: a
    /// block dominates those whose interval lies in its own.
    pub intervals: Vec<(u32, u32)>,
    /// The header of the innermost loop around the block.
    pub header: Vec<Option<Block>>,
    /// For each header, the header of the loop around its loop.
    pub outer: Vec<Option<Block>>,
    /// How many loops contain the block.
    pub depth: Vec<u32>,
}

impl Flow {
    pub fn dominates(&self, a: Block, b: Block) -> bool {
        let (a, b) = (self.intervals[a.index()], self.intervals[b.index()]);
        a.0 <= b.0 && b.1 <= a.1
    }

    /// Whether a block belongs to the loop of a header.
    pub fn is_inside(&self, header: Block, block: Block) -> bool {
        let mut around = self.header[block.index()];
        while let Some(inner) = around.filter(|&inner| inner != header) {
            around = self.outer[inner.index()];
        }
        around.is_some()
    }

    /// Whether a value is there before the loop of a header, and stays the same in it.
    pub fn is_invariant(&self, graph: &Graph, header: Block, value: Value) -> bool {
        match graph.op(value) {
            Op::Const(_) | Op::Address(..) => true,
            _ => {
                let block = graph.node(value).block;
                block != header && self.dominates(block, header)
            }
        }
    }

    /// Adds a block that stands on an edge which leads forward out of a loop of `pred`. It is said to dominate nothing.
    pub fn add_exit(&mut self, pred: Block, block: Block, target: Block) {
        let heads = self.header[target.index()] == Some(target);
        let around = if heads { self.outer[target.index()] } else { self.header[target.index()] };
        self.predecessors.push(SmallVec::from_slice(&[pred]));
        self.dominator.push(pred);
        self.intervals.push((u32::MAX, 0));
        self.header.push(around);
        self.outer.push(None);
        self.depth.push(around.map_or(0, |header| self.depth[header.index()]));
        if let Some(of) = self.predecessors[target.index()].iter_mut().find(|of| **of == pred) {
            *of = block;
        }
    }

    /// The nearest block that dominates both.
    pub fn common_dominator(&self, a: Block, b: Block) -> Block {
        self.tree.meet(a, b)
    }
}

/// A tree of blocks in which the nearest common ancestor is found in logarithmic time (Myers, "An Applicative
/// Random-Access Stack", 1983): besides its parent, each block knows an ancestor farther up.
struct Tree {
    parent: Vec<Block>,
    far: Vec<Block>,
    depth: Vec<u32>,
}

impl Tree {
    /// The root alone, of a tree of so many blocks.
    fn new(count: usize) -> Tree {
        let list = || Vec::with_capacity(count);
        let mut tree = Tree { parent: list(), far: list(), depth: Vec::with_capacity(count) };
        tree.parent.push(Block::ENTRY);
        tree.far.push(Block::ENTRY);
        tree.depth.push(0);
        tree
    }

    /// Adds the next block.
    fn push(&mut self, parent: Block) {
        let depth = |block: Block| self.depth[block.index()];
        let far = self.far[parent.index()];
        let farther = self.far[far.index()];
        let even = depth(parent) - depth(far) == depth(far) - depth(farther);
        self.depth.push(depth(parent) + 1);
        self.far.push(if even { farther } else { parent });
        self.parent.push(parent);
    }

    fn meet(&self, mut a: Block, mut b: Block) -> Block {
        let depth = |block: Block| self.depth[block.index()];
        if depth(a) < depth(b) {
            (a, b) = (b, a);
        }
        while depth(a) > depth(b) {
            let far = self.far[a.index()];
            a = if depth(far) >= depth(b) { far } else { self.parent[a.index()] };
        }
        // At equal depths the far ancestors have equal depths too.
        while a != b {
            let (x, y) = (self.far[a.index()], self.far[b.index()]);
            (a, b) = if x == y { (self.parent[a.index()], self.parent[b.index()]) } else { (x, y) };
        }
        a
    }
}

/// Analyses a graph whose blocks stand so that every forward edge goes to a later one, all of them reachable.
pub fn flow(graph: &Graph) -> Flow {
    let predecessors = graph.predecessors();
    let tree = dominators(&predecessors);
    let dominator = tree.parent.clone();
    let intervals = intervals(&dominator);
    let mut flow = Flow {
        header: vec![None; predecessors.len()],
        outer: vec![None; predecessors.len()],
        depth: vec![0; predecessors.len()],
        predecessors,
        dominator,
        tree,
        intervals,
    };
    find_loops(&mut flow);
    flow
}

fn dominators(predecessors: &[SmallVec<[Block; 2]>]) -> Tree {
    let mut tree = Tree::new(predecessors.len());
    for (block, predecessors) in predecessors.iter().enumerate().skip(1) {
        let forward = predecessors.iter().filter(|pred| pred.index() < block);
        let nearest = forward.copied().reduce(|a, b| tree.meet(a, b));
        tree.push(nearest.expect("a reachable block has a forward edge to it"));
    }
    tree
}

fn intervals(dominator: &[Block]) -> Vec<(u32, u32)> {
    // Sizes of subtrees bottom up, then places top down: children come after their parents.
    let count = dominator.len();
    let mut size = vec![1u32; count];
    for block in (1..count).rev() {
        size[dominator[block].index()] += size[block];
    }
    let mut next: Vec<u32> = vec![1; count];
    let mut intervals = vec![(0, 0); count];
    intervals[0] = (0, size[0]);
    for block in 1..count {
        let parent = dominator[block].index();
        let start = next[parent];
        next[parent] = start + size[block];
        next[block] = start + 1;
        intervals[block] = (start, start + size[block]);
    }
    intervals
}

/// Natural loops, the innermost first: each walks back from the sources of its back edges, over inner loops as single
/// blocks (Havlak, "Nesting of Reducible and Irreducible Loops", 1997).
fn find_loops(flow: &mut Flow) {
    let count = flow.predecessors.len();
    // The header of the outermost loop found so far around a block, by links.
    let mut link: Vec<usize> = (0..count).collect();
    fn find(link: &mut [usize], mut block: usize) -> usize {
        while link[block] != block {
            link[block] = link[link[block]];
            block = link[block];
        }
        block
    }
    let mut work = Vec::new();
    for header in (0..count).rev() {
        let sources = flow.predecessors[header].iter().map(|pred| pred.index());
        work.extend(sources.filter(|&pred| pred >= header));
        if work.is_empty() {
            continue;
        }
        flow.header[header] = Some(Block::new(header));
        while let Some(block) = work.pop() {
            let inner = find(&mut link, block);
            if inner == header {
                continue;
            }
            link[inner] = header;
            match flow.header[inner] {
                None => flow.header[inner] = Some(Block::new(header)),
                Some(_) => flow.outer[inner] = Some(Block::new(header)),
            }
            work.extend(flow.predecessors[inner].iter().map(|pred| pred.index()));
        }
    }
    for block in 0..count {
        flow.depth[block] = match (flow.header[block], flow.outer[block]) {
            (None, _) => 0,
            (Some(header), outer) if header.index() == block => outer.map_or(1, |outer| flow.depth[outer.index()] + 1),
            (Some(header), _) => flow.depth[header.index()],
        };
    }
}
