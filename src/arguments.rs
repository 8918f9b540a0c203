//! The arguments of the command line, and the options that they stand for.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::{Path, PathBuf};
use synth::Stage;
use synth::options::{Alignment, Bounds, Memory, Optimize, Options, Target, Trap, check_template};

/// An ahead-of-time compiler from WebAssembly to Cortex-M4 objects
#[derive(Parser)]
#[command(name = "synth", version)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    Compile(Box<Compile>),
    Report(Compare),
}

/// Say how two reports of compilations differ; the exit status is 1 if in sum there are more bytes, instructions or bounds
/// checks, or a larger frame
#[derive(Args)]
pub struct Compare {
    /// The earlier and the later report, which compile --report json printed
    #[arg(long, num_args = 2, required = true, value_names = ["A.json", "B.json"])]
    pub compare: Vec<PathBuf>,
}

/// Compile a module into a relocatable ELF object
#[derive(Args)]
pub struct Compile {
    /// The module, .wasm or .wat
    pub input: PathBuf,

    /// The file to write
    #[arg(short, long, value_name = "OUT.o")]
    pub output: PathBuf,

    /// Make a relocatable object, which is the only form of output
    #[arg(long)]
    relocatable: bool,

    /// The core: cortex-m4 (Thumb-2 ARMv7E-M, soft float)
    #[arg(long, value_parser = target, default_value = "cortex-m4")]
    target: Target,

    /// Where linear memory lives: static (a section of its own), or native (the input is a relocatable wasm object, whose
    /// addresses are machine addresses)
    #[arg(long, value_parser = memory, default_value = "static")]
    pub memory: Memory,

    /// What an out-of-bounds access does: trap, mask (access elsewhere in the memory), or none (anything)
    #[arg(long, value_parser = bounds, default_value = "trap")]
    bounds: Bounds,

    /// What is believed of an access's alignment: strict (nothing), trust (its hint), or bytes (nothing, and
    /// the core faults on unaligned accesses)
    #[arg(long, value_parser = alignment, default_value = "strict")]
    alignment: Alignment,

    /// What counts where speed and size conflict: speed, or size
    #[arg(long, value_parser = optimize, default_value = "speed")]
    optimize: Optimize,

    /// Others read and write linear memory: each access happens once, in order
    #[arg(long)]
    volatile_memory: bool,

    /// How a trap ends: udf, or call (of synth_trap)
    #[arg(long, value_parser = trap, default_value = "udf")]
    trap: Trap,

    /// Compare sp with this word in prologues and trap below it
    #[arg(long, value_name = "SYMBOL", value_parser = symbol)]
    stack_limit: Option<String>,

    /// Prefix of the object's own symbols [default: the file's name as a C identifier]
    #[arg(long, value_name = "NAME", value_parser = identifier)]
    module_name: Option<String>,

    /// Symbol of an import, from {module}, {name} and {index}
    #[arg(long, value_name = "TEMPLATE", value_parser = template, default_value = "{name}")]
    import_name: String,

    /// Symbol of an export, from {module}, {name} and {index}
    #[arg(long, value_name = "TEMPLATE", value_parser = template, default_value = "{name}")]
    export_name: String,

    /// Bytes to reserve for memory K [default: the declared minimum]
    #[arg(long, value_name = "[K=]BYTES", value_parser = reservation)]
    memory_size: Vec<(u32, u64)>,

    /// Entries to reserve for table K [default: the declared minimum]
    #[arg(long, value_name = "[K=]N", value_parser = reservation)]
    table_size: Vec<(u32, u64)>,

    /// Native memory: C declares import NAME with variable arguments, and VNAME takes a va_list in their place
    #[arg(long, value_name = "NAME=VNAME", value_parser = variadic)]
    variadic: Vec<(String, String)>,

    /// C and C++ declarations of exports, imports and the module's own symbols
    #[arg(long, value_name = "FILE.h")]
    pub header: Option<PathBuf>,

    /// What to write: the object, or an assembly listing
    #[arg(long, value_enum, default_value = "obj")]
    pub emit: Emit,

    /// Print what each function costs
    #[arg(long, value_enum, value_name = "FORM", conflicts_with = "dump")]
    pub report: Option<ReportForm>,

    /// Stages to print: ssa, select, liveness, assign, asm
    #[arg(long, value_name = "STAGES", value_parser = stage, value_delimiter = ',')]
    pub dump: Vec<Stage>,
}

#[derive(Copy, Clone, PartialEq, Eq, ValueEnum)]
pub enum Emit {
    Obj,
    Asm,
}

#[derive(Copy, Clone, PartialEq, Eq, ValueEnum)]
pub enum ReportForm {
    Text,
    Json,
}

impl Compile {
    pub fn options(&self) -> Options {
        Options {
            target: self.target,
            memory: self.memory,
            variadic: self.variadic.clone(),
            bounds: self.bounds,
            alignment: self.alignment,
            optimize: self.optimize,
            volatile_memory: self.volatile_memory,
            trap: self.trap,
            stack_limit: self.stack_limit.clone(),
            module_name: self.module_name.clone().unwrap_or_else(|| stem_identifier(&self.input)),
            import_name: self.import_name.clone(),
            export_name: self.export_name.clone(),
            memory_size: self.memory_size.clone(),
            table_size: self.table_size.clone(),
            ..Options::default()
        }
    }
}

/// What is wrong with the arguments, on one line.
pub fn message(error: &clap::Error) -> String {
    let text = error.to_string();
    let what = text.split("\n\n").next().unwrap_or_default();
    let what = what.strip_prefix("error: ").unwrap_or(what);
    what.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// The file's name without its extension, with `_` for what a C identifier cannot have.
fn stem_identifier(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name: String = stem.chars().map(|c| if is_word(c) { c } else { '_' }).collect();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

fn identifier(text: &str) -> Result<String, String> {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if starts && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        Ok(text.to_string())
    } else {
        Err("it is no C identifier".to_string())
    }
}

fn symbol(text: &str) -> Result<String, String> {
    if text.is_empty() { Err("a symbol has a name".to_string()) } else { Ok(text.to_string()) }
}

fn template(text: &str) -> Result<String, String> {
    check_template(text).map(|()| text.to_string())
}

/// `[K=]N`, each decimal or hexadecimal with `0x`.
fn reservation(text: &str) -> Result<(u32, u64), String> {
    let (index, size) = text.split_once('=').unwrap_or(("0", text));
    let index = number(index).and_then(|index| u32::try_from(index).ok());
    match (index, number(size)) {
        (Some(index), Some(size)) => Ok((index, size)),
        _ => Err("expected N or K=N".to_string()),
    }
}

fn variadic(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, to)) if !name.is_empty() && !to.is_empty() => Ok((name.to_string(), to.to_string())),
        _ => Err("expected NAME=VNAME".to_string()),
    }
}

fn number(text: &str) -> Option<u64> {
    let (digits, radix) = text.strip_prefix("0x").map_or((text, 10), |hex| (hex, 16));
    // from_str_radix takes a sign as well.
    if digits.starts_with('+') { None } else { u64::from_str_radix(digits, radix).ok() }
}

/// The value that `text` names.
fn choose<T: Copy>(text: &str, values: &[(&str, T)]) -> Result<T, String> {
    if let Some(&(_, value)) = values.iter().find(|&&(name, _)| name == text) {
        return Ok(value);
    }
    let names: Vec<&str> = values.iter().map(|&(name, _)| name).collect();
    Err(format!("expected {}", names.join(" or ")))
}

fn target(text: &str) -> Result<Target, String> {
    choose(text, &[("cortex-m4", Target::CortexM4), ("cortex-m4f", Target::CortexM4F)])
}

fn memory(text: &str) -> Result<Memory, String> {
    choose(text, &[("static", Memory::Static), ("native", Memory::Native)])
}

fn bounds(text: &str) -> Result<Bounds, String> {
    choose(text, &[("trap", Bounds::Trap), ("mask", Bounds::Mask), ("none", Bounds::None)])
}

fn alignment(text: &str) -> Result<Alignment, String> {
    let values = [("strict", Alignment::Strict), ("trust", Alignment::Trust), ("bytes", Alignment::Bytes)];
    choose(text, &values)
}

fn optimize(text: &str) -> Result<Optimize, String> {
    choose(text, &[("speed", Optimize::Speed), ("size", Optimize::Size)])
}

fn trap(text: &str) -> Result<Trap, String> {
    choose(text, &[("udf", Trap::Udf), ("call", Trap::Call)])
}

fn stage(text: &str) -> Result<Stage, String> {
    let values = [
        ("ssa", Stage::Ssa),
        ("select", Stage::Select),
        ("liveness", Stage::Liveness),
        ("assign", Stage::Assign),
        ("asm", Stage::Asm),
    ];
    choose(text, &values)
}
