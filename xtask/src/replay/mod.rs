//! Recordings of what happened on the emulated core, replayed on images that real linkers make, in qemu.
//!
//! Whoever runs objects on the oracle's machine records the objects, the calls and how they ended. `table` makes data of
//! them, `engine.c` makes each call again with the same registers and stack and compares what comes back: results, traps,
//! preserved registers, calls of imports with their arguments. What qemu has and the emulated core lacks: the linker's
//! placement and veneers, the C library, faults of unaligned accesses of several words, the unit for floats turned off
//! after reset.
//!
//! Two NaNs of one kind (canonical or not) are equal. References are compared with null.

mod table;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use object::{Object, ObjectSection, SectionKind};
use synth::options::Target;

use crate::boards;
use crate::image::{Image, run};
use crate::oracle::abi::Standard;
use crate::oracle::machine::Outcome;
use crate::oracle::value::{Type, Value};

/// Bytes of data for which the board has room, besides what the C library and the engine take.
const RAM: u64 = 15 << 20;

/// A call of an undefined function.
#[derive(Clone, Debug)]
pub struct Import {
    /// Of the object's imports.
    pub number: u32,
    pub arguments: Vec<Value>,
    pub results: Vec<Value>,
}

#[derive(Clone, Debug)]
pub enum Kind {
    /// Ends as it ended on the emulated core, which is not without an end or broken.
    Call { arguments: Vec<Value>, results: Vec<Type>, outcome: Outcome },
    /// Of a variable.
    Write(u32),
    /// What a variable holds.
    Value(Value),
    /// What a memory holds, by the FNV-1a hash of its first bytes.
    Bytes { count: u32, hash: u32 },
}

/// Something that happened to an object.
#[derive(Clone, Debug)]
pub struct Step {
    /// Number of the object.
    pub object: usize,
    pub symbol: String,
    pub kind: Kind,
    pub imports: Vec<Import>,
    /// How messages call it.
    pub label: String,
}

/// An object under test.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    pub bytes: Vec<u8>,
    /// Undefined symbols, and what they are called where they are defined.
    pub renamed: BTreeMap<String, String>,
    /// Functions that it imports and steps answer, with their numbers.
    pub imports: Vec<(u32, String)>,
    /// Data that it imports.
    pub data: Vec<(String, Vec<u8>)>,
    /// Objects that it needs; what it needs is recorded before it.
    pub needs: Vec<usize>,
}

/// What one emulated core did.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    pub objects: Vec<Recorded>,
    pub steps: Vec<Step>,
}

/// What is different in qemu, and what there was no room for.
#[derive(Clone, Debug, Default)]
pub struct Replayed {
    /// Labels of steps and what is wrong with them.
    pub failures: Vec<(String, String)>,
    pub steps: usize,
    pub images: usize,
    /// Labels of steps of objects that need more memory than the board has.
    pub too_large: Vec<String>,
}

impl Recording {
    /// Adds a step unless how it ended cannot be repeated.
    pub fn push(&mut self, step: Step) {
        let repeatable = match &step.kind {
            Kind::Call { outcome, .. } => matches!(outcome, Outcome::Returned(_) | Outcome::Trapped(_)),
            Kind::Write(_) | Kind::Value(_) | Kind::Bytes { .. } => true,
        };
        if repeatable {
            self.steps.push(step);
        }
    }

    /// Adds all of another recording, whose object 0 is not this one's.
    pub fn append(&mut self, other: Recording) {
        let first = self.objects.len();
        self.objects.extend(other.objects.into_iter().map(|mut object| {
            object.needs.iter_mut().for_each(|needed| *needed += first);
            object
        }));
        self.steps.extend(other.steps.into_iter().map(|step| Step { object: step.object + first, ..step }));
    }

    /// Replays on images of each linker.
    ///
    /// # Errors
    /// An image that cannot be made.
    pub fn replay(&self, target: Target) -> Result<Replayed, String> {
        let mut replayed = Replayed::default();
        let (groups, too_large) = self.groups()?;
        let outside = |step: &&Step| too_large.contains(&step.object);
        replayed.too_large = self.steps.iter().filter(outside).map(|step| step.label.clone()).collect();
        for group in groups {
            let steps: Vec<&Step> = self.steps.iter().filter(|step| group.contains(&step.object)).collect();
            let image = Image::new(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")), target);
            image.compile_c(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/replay/engine.c")), "engine.o");
            image.write("table.o", &table::object(&steps, Standard::of(target))?);
            for &number in &group {
                self.add(&image, number);
            }
            self.add_imports(&image, &group);
            for (name, mut linker) in boards::linkers() {
                let outcome = boards::qemu(&image.link_by(&mut linker, name));
                replayed.images += 1;
                verdict(&mut replayed, name, &steps, &outcome.output);
            }
            replayed.steps += steps.len();
        }
        Ok(replayed)
    }

    /// Writes an object under the names that others define.
    fn add(&self, image: &Image, number: usize) {
        let object = &self.objects[number];
        let path = image.write(&format!("module{number}.o"), &object.bytes);
        if !object.renamed.is_empty() {
            let mut objcopy = Command::new("arm-none-eabi-objcopy");
            for (old, new) in &object.renamed {
                objcopy.arg("--redefine-sym").arg(format!("{old}={new}"));
            }
            run(objcopy.arg(path));
        }
    }

    /// Defines what objects import: a function leads to the engine with its number.
    fn add_imports(&self, image: &Image, group: &[usize]) {
        let mut text = String::from(".syntax unified\n.thumb\n.text\n");
        for &object in group {
            let object = &self.objects[object];
            for (symbol, bytes) in &object.data {
                text += &definition(symbol, bytes);
            }
            text += ".text\n";
            for (number, symbol) in &object.imports {
                text += &format!(
                    ".global \"{symbol}\"\n.thumb_func\n\"{symbol}\":\nldr r12, ={number}\nb.w replay_import\n"
                );
            }
        }
        let source = image.write("imports.s", text.as_bytes());
        image.compile_c(&source, "imports.o");
    }

    /// Objects that go into one image, and those for which none has room. What needs each other is together, behind
    /// object 0, which is in each.
    fn groups(&self) -> Result<(Vec<Vec<usize>>, Vec<usize>), String> {
        let size = |object: &Recorded| {
            let data: u64 = object.data.iter().map(|(_, bytes)| bytes.len() as u64 + 8).sum();
            Ok::<u64, String>(data_size(&object.bytes)? + data)
        };
        let sizes: Vec<u64> = self.objects.iter().map(size).collect::<Result<_, _>>()?;
        let mut cluster: Vec<usize> = (0..self.objects.len()).collect();
        for (number, object) in self.objects.iter().enumerate() {
            for &needed in object.needs.iter().filter(|&&needed| needed > 0) {
                let (a, b) = (cluster[needed], cluster[number]);
                cluster.iter_mut().filter(|other| **other == a.max(b)).for_each(|other| *other = a.min(b));
            }
        }
        let (mut groups, mut too_large): (Vec<(u64, Vec<usize>)>, Vec<usize>) = (Vec::new(), Vec::new());
        for first in 1..self.objects.len() {
            let members: Vec<usize> = (first..cluster.len()).filter(|&number| cluster[number] == first).collect();
            let size: u64 = members.iter().map(|&number| sizes[number]).sum();
            let base = sizes[0];
            if members.is_empty() {
                continue;
            }
            if size + base > RAM {
                too_large.extend(members);
            } else if let Some(group) = groups.iter_mut().find(|group| group.0 + size <= RAM) {
                group.0 += size;
                group.1.extend(members);
            } else {
                groups.push((base + size, [vec![0], members].concat()));
            }
        }
        Ok((groups.into_iter().map(|group| group.1).collect(), too_large))
    }
}

impl Replayed {
    pub fn add(&mut self, other: Replayed) {
        self.failures.extend(other.failures);
        self.too_large.extend(other.too_large);
        self.steps += other.steps;
        self.images += other.images;
    }

    /// Failures, what needs more memory, and a line of sums.
    pub fn report(&self) -> String {
        let failures = self.failures.iter();
        let mut lines: Vec<String> = failures.map(|(label, message)| format!("{label}: failed: {message}")).collect();
        if !self.too_large.is_empty() {
            lines.push(format!("skipped for want of memory: {}", self.too_large.join(", ")));
        }
        let (steps, images) = (self.steps, self.images);
        let (failed, skipped) = (self.failures.len(), self.too_large.len());
        lines.push(format!("qemu: {steps} steps on {images} images, {failed} failed, {skipped} skipped"));
        lines.join("\n") + "\n"
    }
}

/// The 32-bit FNV-1a hash.
pub fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Data as assembly.
fn definition(symbol: &str, bytes: &[u8]) -> String {
    let used = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    let section = if used == 0 { ".bss" } else { ".data" };
    let list: Vec<String> = bytes[..used].iter().map(|byte| byte.to_string()).collect();
    let list = if used == 0 { String::new() } else { format!(".byte {}\n", list.join(",")) };
    format!("{section}\n.balign 8\n.global \"{symbol}\"\n\"{symbol}\":\n{list}.zero {}\n", bytes.len() - used)
}

/// Bytes of RAM that an object takes.
fn data_size(object: &[u8]) -> Result<u64, String> {
    let file = object::File::parse(object).map_err(|error| error.to_string())?;
    let is_data = |kind| matches!(kind, SectionKind::Data | SectionKind::UninitializedData);
    let data = file.sections().filter(|section| is_data(section.kind()));
    Ok(data.map(|section| section.size().next_multiple_of(8)).sum())
}

/// Reads what an image printed: lines of steps that differ, and at the end how many steps there were.
fn verdict(replayed: &mut Replayed, linker: &str, steps: &[&Step], output: &str) {
    let mut ended = false;
    for line in output.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (number, what) = rest.split_at_checked(8).unwrap_or((rest, ""));
        let number = usize::from_str_radix(number, 16).ok();
        match (word, number) {
            ("steps", Some(number)) if number == steps.len() => ended = true,
            ("step", Some(number)) if number < steps.len() => {
                let failure = (steps[number].label.clone(), format!("{linker}, qemu:{what}"));
                replayed.failures.push(failure);
            }
            _ => replayed.failures.push(("image".to_string(), format!("{linker}, qemu: {line}"))),
        }
    }
    if !ended {
        let last = steps.first().map_or("", |step| step.label.as_str());
        replayed.failures.push((last.to_string(), format!("{linker}, qemu: the image did not come to its end")));
    }
}
