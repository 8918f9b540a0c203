//! Imported functions: both sides log each call and answer with the same hash of it; on the emulated side they and the
//! run-time library are the [`Host`] of a machine.

use std::collections::HashMap;

use super::abi::{self, Results};
use super::functions::Functions;
use super::interface::{ImportKind, Interface, Signature};
use super::library;
use super::link::Image;
use super::machine::{Answer, Host, Machine};
use super::value::{self, Type, Value};

/// Entries that a log keeps; calls past them are still counted and answered.
const KEPT: usize = 100_000;

/// A call of import number `import`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    pub import: usize,
    pub arguments: Vec<Value>,
}

/// The calls of imports by one instance, in order.
#[derive(Default)]
pub struct Log {
    pub calls: Vec<Call>,
    pub count: u64,
}

impl Log {
    pub fn answer(&mut self, import: usize, arguments: Vec<Value>, results: &[Type]) -> Vec<Value> {
        let answers = value::answer(import, self.count, &arguments, results);
        self.count += 1;
        if self.calls.len() < KEPT {
            self.calls.push(Call { import, arguments });
        }
        answers
    }

    /// Where two logs part, in words.
    pub fn difference(&self, reference: &Log) -> Option<String> {
        let pairs = self.calls.iter().zip(&reference.calls);
        let same = |a: &Call, b: &Call| {
            let mut arguments = a.arguments.iter().zip(&b.arguments);
            a.import == b.import && arguments.all(|(a, b)| a.agrees(*b))
        };
        for (index, (ours, theirs)) in pairs.enumerate() {
            if !same(ours, theirs) {
                return Some(format!("import call {index}: {ours:?}, expected {theirs:?}"));
            }
        }
        (self.count != reference.count).then(|| {
            let missing = reference.calls.get(self.calls.len());
            let extra = self.calls.get(reference.calls.len());
            format!("{} import calls, expected {}; missing {missing:?}, extra {extra:?}", self.count, reference.count)
        })
    }
}

/// The surroundings of an object on the emulated core.
pub struct Surroundings {
    functions: HashMap<String, (usize, Signature)>,
    pub log: Log,
    references: Functions,
}

/// Ends a call when the object was compiled to call out on traps.
const TRAP: &str = "synth_trap";

impl Surroundings {
    pub fn new(interface: &Interface) -> Surroundings {
        let mut functions = HashMap::new();
        for (index, import) in interface.imports.iter().enumerate() {
            if let ImportKind::Function(signature) = &import.kind {
                functions.insert(import.symbol.clone(), (index, signature.clone()));
            }
        }
        Surroundings { functions, log: Log::default(), references: Functions::default() }
    }

    /// Makes the functions of the linked object known.
    pub fn know(&mut self, image: &Image, interface: &Interface) {
        self.references = Functions::new(image, interface);
    }

    pub fn references(&self) -> &Functions {
        &self.references
    }

    /// Whether an undefined symbol is a function of these surroundings.
    pub fn provides(&self, name: &str) -> bool {
        self.functions.contains_key(name) || name == TRAP || library::provides(name)
    }
}

impl Host for Surroundings {
    fn call(&mut self, name: &str, machine: &mut Machine) -> Result<Answer, String> {
        let Some((import, signature)) = self.functions.get(name) else {
            if name == TRAP {
                let code = machine.word(0);
                let code = u8::try_from(code).map_err(|_| format!("{TRAP}({code:#x})"))?;
                return Ok(Answer::Trap(code));
            }
            let answer = library::call(name, machine);
            return answer.unwrap_or_else(|| Err(format!("{name} was called and does not exist")));
        };
        let returned = abi::results(machine.standard(), &signature.results);
        let pointer = machine.word(0);
        let arguments = machine.take_arguments(machine.standard(), &signature.parameters, returned.are_hidden())?;
        let arguments = arguments.into_iter().map(|value| self.references.from_core(value)).collect();
        let answers = self.log.answer(*import, arguments, &signature.results);
        let answers: Vec<Value> = answers.into_iter().map(|value| self.references.to_core(value)).collect();
        let Results::Memory(layout) = returned else {
            return Ok(Answer::Values(answers));
        };
        if !pointer.is_multiple_of(layout.align) {
            return Err(format!("{name}: the results' struct is at {pointer:#x}, unaligned"));
        }
        for (answer, offset) in answers.iter().zip(&layout.offsets) {
            machine.write(pointer.wrapping_add(*offset), &answer.to_bytes())?;
        }
        Ok(Answer::Words(Vec::new()))
    }
}
