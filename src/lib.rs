//! An ahead-of-time compiler from WebAssembly to relocatable ELF objects for Arm Cortex-M4.
//!
//! `compile` is the whole of it: parse and lay out the module, compile each function that can run, callees before the callers
//! that know them and else in parallel, and write the object. The output depends on the input and the
//! options alone.

pub mod allocation;
pub mod elf;
pub mod emit;
pub mod error;
mod hash;
pub mod header;
pub mod isa;
mod lists;
pub mod options;
pub mod regcache;
pub mod report;
pub mod select;
pub mod wasm;

use elf::{Names, Part};
use emit::{Code, EmitOptions};
use error::{Error, Place};
use isa::{BlockData, Call, CallTarget, Callees, Func, Name, Reg, RegSet, Symbol, Term, VReg};
use options::{Memory, Options};
use rayon::prelude::*;
use report::{Figures, Report};
use select::Graph;
use smallvec::SmallVec;
use std::collections::BTreeSet;
use wasm::signature::identity;
use wasm::{Entity, Layout, Module};

/// What a compilation makes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Compiled {
    /// The bytes of the object.
    pub object: Vec<u8>,
    /// The C and C++ header, where `Inspect` asks for it.
    pub header: String,
    /// The assembly of every function, where `Inspect` asks for it.
    pub listing: String,
    /// The stages that `Inspect` names, function by function.
    pub dump: String,
    /// What each function costs.
    pub report: Report,
}

/// A representation that a function goes through.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Values and blocks.
    Ssa,
    /// Instructions over virtual registers.
    Select,
    /// Which virtual registers live where.
    Liveness,
    /// Instructions over core registers.
    Assign,
    /// Machine code.
    Asm,
}

/// What to tell besides the object.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Inspect {
    pub header: bool,
    pub listing: bool,
    pub stages: Vec<Stage>,
}

/// Compiles a binary module into a relocatable object.
///
/// # Errors
/// A module that is invalid, or contains what is not supported, or exceeds a limit.
pub fn compile(wasm: &[u8], options: &Options) -> Result<Compiled, Error> {
    compile_with(wasm, options, &Inspect::default())
}

/// `compile`, with a look inside.
///
/// # Errors
/// As `compile`.
pub fn compile_with(wasm: &[u8], options: &Options, inspect: &Inspect) -> Result<Compiled, Error> {
    let Some(threads) = options.threads else {
        // Everything on threads of one pool, so that what one has given back the next can have.
        return rayon::scope(|_| compile_here(wasm, options, inspect));
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| {
        let message = format!("cannot start {threads} threads: {error}");
        Error::limit(Place::default(), message)
    })?;
    pool.install(|| compile_here(wasm, options, inspect))
}

fn compile_here(wasm: &[u8], options: &Options, inspect: &Inspect) -> Result<Compiled, Error> {
    let module = match options.memory {
        Memory::Static => wasm::parse(wasm)?,
        Memory::Native => {
            check_native(options, inspect)?;
            wasm::parse_object(wasm, &options.variadic)?
        }
    };
    let layout = wasm::layout(&module, options)?;
    let names = Names::new(&module, options)?;
    let parts = parts(&module, &layout);
    let tail_area = select::tail_area(&module, &layout, options.target);
    let callees = Callees::unknown(module.functions.len());
    let mut compiler =
        Compiler { module: &module, layout: &layout, names: &names, tail_area, callees, options, inspect };
    // All results first, so that the error is that of the first function and not of the fastest thread.
    let results = compiler.parts(&parts);
    let mut code = Vec::with_capacity(parts.len());
    let mut compiled = Compiled::default();
    compiled.report.module.clone_from(&options.module_name);
    for (part, result) in parts.into_iter().zip(results) {
        code.push((part, compiler.tell(part, result?, &mut compiled)));
    }
    for part in routines(&code) {
        let result = compiler.part(part)?;
        code.push((part, compiler.tell(part, result, &mut compiled)));
    }
    let written = elf::write(&module, &layout, names, code, options)?;
    if inspect.header {
        compiled.header = header::header(&module, &layout, &written, options)?;
    }
    compiled.object = written.bytes;
    Ok(compiled)
}

/// Refuses what has no meaning for a relocatable object, whose symbols are those of its C.
fn check_native(options: &Options, inspect: &Inspect) -> Result<(), Error> {
    let unmeant = [
        ("--header", inspect.header),
        ("--import-name", options.import_name != "{name}"),
        ("--export-name", options.export_name != "{name}"),
    ];
    match unmeant.into_iter().find(|&(_, given)| given) {
        Some((option, _)) => {
            let message =
                format!("{option} does not go with --memory native: symbols are those of the C, which declares them");
            Err(Error::limit(Place::default(), message))
        }
        None => Ok(()),
    }
}

/// What the object has code for: the functions that can run, a thunk for each import that is exported or
/// whose reference is taken, and the initialisation.
fn parts(module: &Module<'_>, layout: &Layout) -> Vec<Part> {
    let mut wanted: Vec<bool> = layout.referenced.clone();
    for export in &module.exports {
        if let Entity::Function(index) = export.entity {
            wanted[index as usize] = true;
        }
    }
    let has_code = |index: usize| match module.functions[index].import {
        Some(_) => wanted[index],
        None => layout.reachable[index],
    };
    let functions = (0..module.functions.len()).filter(|&index| has_code(index));
    let init = module.linking.is_none().then_some(Part::Init);
    functions.map(|index| Part::Function(index as u32)).chain(init).collect()
}

/// The routines that the code refers to.
fn routines(code: &[(Part, Code)]) -> Vec<Part> {
    let mut names: BTreeSet<Name> = BTreeSet::new();
    let mut returns = false;
    for reloc in code.iter().flat_map(|(_, code)| &code.relocs) {
        match reloc.symbol {
            Symbol::Routine(name) => {
                names.insert(name);
            }
            Symbol::TailReturn => returns = true,
            _ => {}
        }
    }
    names.into_iter().map(Part::Routine).chain(returns.then_some(Part::TailReturn)).collect()
}

/// What the compilation of each part shares.
struct Compiler<'c, 'a> {
    module: &'c Module<'a>,
    layout: &'c Layout,
    names: &'c Names,
    /// Bytes of enlarged argument areas.
    tail_area: u32,
    /// What is known of the functions that have been compiled.
    callees: Callees,
    options: &'c Options,
    inspect: &'c Inspect,
}

/// What becomes of a part: its machine code, and the stages that were asked for.
type Outcome = Result<(Code, String), Error>;

impl Compiler<'_, '_> {
    /// All parts: callees before those callers that make use of what is known of them then.
    fn parts(&mut self, parts: &[Part]) -> Vec<Outcome> {
        let order = &self.layout.order;
        let height = |part: Part| match part {
            Part::Function(index) => order.height[index as usize],
            Part::Routine(_) | Part::TailReturn | Part::Init => 0,
        };
        let mut places: Vec<usize> = (0..parts.len()).collect();
        places.sort_by_key(|&place| height(parts[place]));
        let mut outcomes: Vec<Option<Outcome>> = parts.iter().map(|_| None).collect();
        for level in places.chunk_by(|&a, &b| height(parts[a]) == height(parts[b])) {
            let made: Vec<Outcome> = level.par_iter().map(|&place| self.part(parts[place])).collect();
            for (&place, outcome) in level.iter().zip(made) {
                if let (Part::Function(index), Ok((code, _))) = (parts[place], &outcome)
                    && order.knowable[index as usize]
                {
                    self.callees.learn(index, code.changed);
                }
                outcomes[place] = Some(outcome);
            }
        }
        outcomes.into_iter().map(|outcome| outcome.expect("every part has a height")).collect()
    }

    /// The machine code of a part, and the stages that were asked for.
    fn part(&self, part: Part) -> Outcome {
        let mut dump = String::new();
        let code = match (part, self.graph(part)?) {
            (Part::TailReturn, _) => self.emit(part, |options| emit::tail_return(self.tail_area, options))?,
            (_, Some(graph)) => {
                let bounds = graph.bounds;
                let func = self.registers(part, graph, &mut dump);
                let mut code = self.emit(part, |options| emit::emit(func, options))?;
                code.tally.bounds = bounds;
                code
            }
            (_, None) => {
                let func = thunk(part);
                self.emit(part, |options| emit::emit(func, options))?
            }
        };
        self.show(Stage::Asm, part, &mut dump, || code.listing.clone().unwrap_or_default());
        Ok((code, dump))
    }

    /// Keeps a part's machine code and adds what is to be shown of it to `compiled`.
    fn tell(&self, part: Part, (code, dump): (Code, String), compiled: &mut Compiled) -> Code {
        compiled.dump.push_str(&dump);
        compiled.report.functions.push((self.symbol(part), Figures::of(&code)));
        if self.inspect.listing {
            let text = titled(&self.title(part), code.listing.as_deref());
            compiled.listing.push_str(&text);
        }
        code
    }

    /// A part's values; `None` for what is not made of any.
    fn graph(&self, part: Part) -> Result<Option<Graph>, Error> {
        let (module, layout) = (self.module, self.layout);
        match part {
            Part::Function(index) if module.functions[index as usize].import.is_some() => Ok(None),
            Part::Function(index) => select::function(module, layout, index, self.options).map(Some),
            Part::Routine(name) => Ok(Some(select::routine(name.text(), self.options))),
            Part::TailReturn => Ok(None),
            Part::Init => Ok(Some(select::init(module, layout, self.options))),
        }
    }

    /// From values to core registers.
    fn registers(&self, part: Part, graph: Graph, dump: &mut String) -> Func<Reg> {
        self.show(Stage::Ssa, part, dump, || graph.to_string());
        let mut func: Func<VReg> = select::lower(&graph, self.tail_area, &self.callees, self.options);
        func.known = matches!(part, Part::Function(index) if self.layout.order.knowable[index as usize]);
        drop(graph);
        self.show(Stage::Select, part, dump, || func.to_string());
        self.show(Stage::Liveness, part, dump, || regcache::dump_liveness(&func));
        let func = regcache::cache(func, self.options.optimize, self.options.check);
        self.show(Stage::Assign, part, dump, || func.to_string());
        func
    }

    /// What `emit` makes with the options for a part.
    fn emit(&self, part: Part, emit: impl FnOnce(&EmitOptions<'_>) -> Result<Code, Error>) -> Result<Code, Error> {
        let (identity, place) = match part {
            Part::Function(index) => {
                let signature = self.module.functions[index as usize].signature;
                let referenced = self.layout.referenced[index as usize];
                let identity = referenced.then(|| identity(&self.module.types, signature));
                (identity, self.module.place(index, None))
            }
            Part::Routine(_) | Part::TailReturn | Part::Init => (None, Place::default()),
        };
        let names = |symbol| self.names.of(self.module, symbol);
        let listing = self.inspect.listing || self.inspect.stages.contains(&Stage::Asm);
        let options = EmitOptions {
            trap: self.options.trap,
            optimize: self.options.optimize,
            identity,
            names: listing.then_some(&names),
        };
        emit(&options).map_err(|error| error.with_place(place))
    }

    /// Adds a stage to the dump if it was asked for.
    fn show(&self, stage: Stage, part: Part, dump: &mut String, text: impl FnOnce() -> String) {
        if self.inspect.stages.contains(&stage) {
            dump.push_str(&titled(&self.title(part), Some(&text())));
        }
    }

    /// The symbol of a part, the first of several.
    fn symbol(&self, part: Part) -> String {
        let symbol = match part {
            Part::Function(index) => Symbol::Function(index),
            Part::Routine(name) => Symbol::Routine(name),
            Part::TailReturn => Symbol::TailReturn,
            Part::Init => Symbol::Init,
        };
        self.names.of(self.module, symbol)
    }

    /// How listings and dumps call a part.
    fn title(&self, part: Part) -> String {
        match part {
            Part::Function(index) => match self.module.functions[index as usize].name {
                Some(name) => format!("func[{index}] {}", error::OneLine(name)),
                None => format!("func[{index}]"),
            },
            Part::Routine(_) | Part::TailReturn | Part::Init => self.symbol(part),
        }
    }
}

/// A paragraph of a listing or dump.
fn titled(title: &str, text: Option<&str>) -> String {
    format!("{title}:\n{}\n", text.unwrap_or_default())
}

/// A function that is what the import is: arguments and results stay where they are.
fn thunk(part: Part) -> Func<Reg> {
    let Part::Function(index) = part else { unreachable!("only imports have thunks") };
    let call = Call {
        target: CallTarget::Symbol(Symbol::Function(index)),
        args: SmallVec::new(),
        results: SmallVec::new(),
        clobbers: RegSet::CALLER_SAVED,
    };
    let entry = BlockData {
        params: SmallVec::new(),
        insts: Vec::new(),
        term: Term::TailCall(Box::new(call)),
        loop_depth: 0,
        cold: false,
    };
    Func::new(vec![entry])
}
