//! Which functions can be running when they are called, and an order of all in which callees come before their callers: the
//! strongly connected components of the graph of direct calls.

use super::inline::{Census, Site};

/// A function.
pub struct Member {
    pub function: u32,
    /// Whether a chain of direct calls leads back to it.
    pub recursive: bool,
}

pub struct Components {
    /// Callees before their callers, where neither calls back.
    pub members: Vec<Member>,
    /// `Member::recursive` by function.
    pub recursive: Vec<bool>,
}

/// The strongly connected components of the call graph, by Tarjan's algorithm ("Depth-first search and linear graph
/// algorithms", 1972), without recursion of its own.
pub fn components(census: &Census, reached: &[bool]) -> Components {
    let count = census.functions();
    // The number of each function in the search, from 1 on, and the least that it is known to lead back to.
    let (mut number, mut low) = (vec![0u32; count], vec![0u32; count]);
    let mut closed = vec![false; count];
    let mut found = Components { members: Vec::new(), recursive: vec![false; count] };
    let (mut open, mut path): (Vec<u32>, Vec<(u32, u32)>) = (Vec::new(), Vec::new());
    let mut visited = 0;
    for root in (0..count as u32).filter(|&root| reached[root as usize]) {
        if number[root as usize] == 0 {
            path.push((root, 0));
        }
        while let Some((function, next)) = path.pop() {
            let index = function as usize;
            if next == 0 {
                visited += 1;
                (number[index], low[index]) = (visited, visited);
                open.push(function);
            }
            if let Some(&Site { callee, .. }) = census.sites(function).get(next as usize) {
                path.push((function, next + 1));
                found.recursive[index] |= callee == function;
                match number[callee as usize] {
                    0 => path.push((callee, 0)),
                    seen if !closed[callee as usize] => low[index] = low[index].min(seen),
                    _ => {}
                }
                continue;
            }
            if let Some(&(caller, _)) = path.last() {
                low[caller as usize] = low[caller as usize].min(low[index]);
            }
            if low[index] == number[index] {
                let start = open.iter().rposition(|&member| member == function).expect("a root is open");
                let several = open.len() - start > 1;
                for function in open.drain(start..) {
                    closed[function as usize] = true;
                    found.recursive[function as usize] |= several;
                    let recursive = found.recursive[function as usize];
                    found.members.push(Member { function, recursive });
                }
            }
        }
    }
    found
}
