//! Runs a workload on the emulated Cortex-M4.

use super::kernels::{Arg, MEMORY, Returns, Workload};
use super::machine::{Image, Machine};
use super::mix::Mix;
use super::reference::Observed;

/// What a workload cost and did.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    pub cycles: u64,
    pub instructions: u64,
    pub mix: Mix,
    pub observed: Observed,
}

/// Runs `workload` on the function `name` of `image`, whose linear memory starts at `base`; `init`,
/// where there is one, runs before it and costs nothing.
///
/// # Errors
/// A run that fails (see `Machine::call`).
pub fn measure(
    image: &Image,
    name: &str,
    init: Option<&str>,
    base: u32,
    workload: &Workload,
) -> Result<Measured, String> {
    let mut machine = Machine::new(image)?;
    if let Some(init) = init {
        machine.initialise(init)?;
    }
    let mut measured = Measured::default();
    for invocation in &workload.invocations {
        for (at, bytes) in &invocation.writes {
            machine.write(base + at, bytes)?;
        }
        let (registers, stack) = place(&invocation.args);
        let run = machine.call(name, &registers, &stack)?;
        measured.cycles += run.cycles;
        measured.instructions += run.instructions;
        measured.mix.add(&run.profile);
        let [low, high] = run.result;
        measured.observed.results.push(match workload.returns {
            Returns::Nothing => 0,
            Returns::Word => u64::from(low),
            Returns::Pair => u64::from(high) << 32 | u64::from(low),
        });
    }
    measured.observed.log = machine.log().to_vec();
    measured.observed.memory = machine.read(base, MEMORY as usize)?;
    Ok(measured)
}

/// Where AAPCS32 (6.4) passes arguments: the words of r0–r3 and of the stack.
fn place(args: &[Arg]) -> (Vec<u32>, Vec<u32>) {
    let (mut registers, mut stack) = (Vec::new(), Vec::new());
    for arg in args {
        let (words, align): (&[u32], usize) = match *arg {
            Arg::I32(v) => (&[v], 1),
            Arg::I64(v) => (&[v as u32, (v >> 32) as u32], 2),
        };
        let start = registers.len().next_multiple_of(align);
        if stack.is_empty() && start + words.len() <= 4 {
            registers.resize(start, 0);
            registers.extend(words);
        } else {
            registers.resize(4, 0);
            stack.resize(stack.len().next_multiple_of(align), 0);
            stack.extend(words);
        }
    }
    (registers, stack)
}

impl Observed {
    /// The first difference of a run to this one, the reference. `from` is the first address of
    /// memory that is compared.
    pub fn difference(&self, run: &Observed, from: usize) -> Option<String> {
        for (n, (want, got)) in self.results.iter().zip(&run.results).enumerate() {
            if want != got {
                return Some(format!("call {n} returns {got:#x}, not {want:#x}"));
            }
        }
        if self.log != run.log {
            return Some(format!("imported calls {:x?}, not {:x?}", run.log, self.log));
        }
        let different = (from..self.memory.len()).find(|&a| self.memory[a] != run.memory[a])?;
        let (got, want) = (run.memory[different], self.memory[different]);
        Some(format!("memory at {different:#x} holds {got:#x}, not {want:#x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_arguments_take_even_registers_and_never_go_back() {
        let args = [Arg::I32(1), Arg::I64(0x3_0000_0002), Arg::I64(5), Arg::I32(7)];
        assert_eq!(place(&args), (vec![1, 0, 2, 3], vec![5, 0, 7]));
        let args = [Arg::I32(1), Arg::I32(2), Arg::I32(3), Arg::I64(4), Arg::I32(5)];
        assert_eq!(place(&args), (vec![1, 2, 3, 0], vec![4, 0, 5]));
    }
}
