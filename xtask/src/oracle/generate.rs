//! Random valid modules from bytes: half are programs of `program`, half come from wasm-smith, with what the language at hand lacks switched off.
//!
//! The first bytes choose the shape of the module (sizes, whether instructions may trap, whether there is a memory), the rest
//! is its contents; so a fuzzer's mutations reach both. Every call of a generated module ends: each loop head and function
//! entry spends fuel from an exported global that the oracle refills before each call.

use arbitrary::{Result, Unstructured};
use synth::options::{Bounds, Options};
use wasm_smith::{Config, InstructionKind, InstructionKinds, MemoryOffsetChoices, Module};

use super::check::GENERATED_FUEL;
use super::{hosts, interface, program, rewrite};

/// What generated modules may use beyond integers, control flow, one memory, one table, globals, calls and several results.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Language {
    pub floats: bool,
    /// Reference types, bulk operations on tables, several tables.
    pub references: bool,
    /// memory.copy, memory.fill, memory.init, data.drop and the like for tables.
    pub bulk: bool,
    pub multi_memory: bool,
    pub custom_page_sizes: bool,
    pub tail_calls: bool,
    pub extended_const: bool,
    pub wide_arithmetic: bool,
}

impl Language {
    /// What the compiler has.
    pub const COMPLETE: Language = Language {
        floats: true,
        references: true,
        bulk: true,
        multi_memory: true,
        custom_page_sizes: true,
        tail_calls: true,
        extended_const: true,
        wide_arithmetic: true,
    };
}

/// A module made from `bytes`; `None` when they are too few.
pub fn module(bytes: &[u8], language: &Language, bounds: Bounds) -> Option<Vec<u8>> {
    let wasm = any_module(&mut Unstructured::new(bytes), language, bounds)?;
    // What the reference cannot run is no module.
    hosts::as_functions(&wasm).ok()?;
    let interface = interface::read(&wasm, &Options { bounds, ..Options::default() }).ok()?;
    // Nor is what initialisation refuses where addresses are masked.
    let empty = interface.memories.iter().any(|memory| memory.imported && memory.sizes.reserved == 0);
    (bounds != Bounds::Mask || !empty).then_some(wasm)
}

fn any_module(input: &mut Unstructured<'_>, language: &Language, bounds: Bounds) -> Option<Vec<u8>> {
    if input.ratio(1u8, 2u8).ok()? {
        let traps = input.ratio(1u8, 4u8).ok()?;
        let shape = shape(language, traps, bounds);
        return Some(parsed(&program::text(input, shape)));
    }
    let config = config(input, language, bounds).ok()?;
    let mut module = Module::new(config, input).ok()?;
    let fuel = module.ensure_termination(GENERATED_FUEL as u32).ok()?;
    rewrite::rename(&module.to_bytes(), Some(fuel)).ok()
}

/// A program made from `bytes` that is where compilers break; without references if the reference cannot run it with them.
pub fn stress(bytes: &[u8], language: &Language, bounds: Bounds) -> Vec<u8> {
    let wasm = stress_program(bytes, language, bounds);
    match hosts::as_functions(&wasm) {
        Ok(_) => wasm,
        Err(_) => stress_program(bytes, &Language { references: false, ..*language }, bounds),
    }
}

fn stress_program(bytes: &[u8], language: &Language, bounds: Bounds) -> Vec<u8> {
    let mut input = Unstructured::new(bytes);
    let traps = input.ratio(1u8, 3u8).unwrap_or(false);
    let floats = language.floats && input.ratio(1u8, 3u8).unwrap_or(false);
    let shape = shape(language, traps, bounds);
    parsed(&program::text(&mut input, program::Shape { floats, stress: true, ..shape }))
}

fn shape(language: &Language, traps: bool, bounds: Bounds) -> program::Shape {
    let Language { floats, references, bulk, tail_calls, wide_arithmetic, .. } = *language;
    let Language { multi_memory, custom_page_sizes, .. } = *language;
    program::Shape {
        traps,
        overruns: traps && bounds != Bounds::None,
        floats,
        references,
        bulk,
        multi_memory,
        custom_page_sizes: custom_page_sizes && bounds != Bounds::Mask,
        powers_of_two: bounds == Bounds::Mask,
        tail_calls,
        wide_arithmetic,
        stress: false,
    }
}

fn parsed(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("programs are well-formed text")
}

const ALL_KINDS: &[InstructionKind] = &[
    InstructionKind::Numeric,
    InstructionKind::Variable,
    InstructionKind::Parametric,
    InstructionKind::Memory,
    InstructionKind::Table,
    InstructionKind::Reference,
    InstructionKind::Control,
];

fn config(input: &mut Unstructured<'_>, language: &Language, bounds: Bounds) -> Result<Config> {
    // Without bounds checks an access out of bounds cannot be compared, so modules whose instructions may
    // trap seldom have a memory.
    let may_trap = input.ratio(1u8, 4u8)?;
    let without_memory = match bounds {
        Bounds::None => may_trap && !input.ratio(1u8, 12u8)?,
        Bounds::Trap | Bounds::Mask => input.ratio(1u8, 10u8)?,
    };
    let small = input.ratio(1u8, 3u8)?;
    let masked = bounds == Bounds::Mask;
    // Of powers of two alone no memory can reach a size that is none.
    let pages = input.int_in_range(1..=if masked { 2 } else { 3 })?;
    // Operators with operands are rare among control instructions, each of which starts an empty stack.
    let kinds = InstructionKinds::new(match input.int_in_range(0..=3)? {
        0 => &[InstructionKind::Numeric, InstructionKind::Variable],
        1 => &[
            InstructionKind::Numeric,
            InstructionKind::Variable,
            InstructionKind::Parametric,
            InstructionKind::Memory,
            InstructionKind::Table,
            InstructionKind::Reference,
        ],
        _ => ALL_KINDS,
    });
    Ok(Config {
        allowed_instructions: kinds,
        allow_floats: language.floats,
        bulk_memory_enabled: language.bulk,
        reference_types_enabled: language.references,
        tail_call_enabled: language.tail_calls,
        custom_page_sizes_enabled: language.custom_page_sizes && !masked,
        extended_const_enabled: language.extended_const,
        wide_arithmetic_enabled: language.wide_arithmetic,
        multi_value_enabled: true,
        sign_extension_ops_enabled: true,
        saturating_float_to_int_enabled: language.floats,
        simd_enabled: false,
        relaxed_simd_enabled: false,
        exceptions_enabled: false,
        gc_enabled: false,
        memory64_enabled: false,
        threads_enabled: false,
        compact_imports_enabled: false,
        canonicalize_nans: language.floats,
        disallow_traps: !may_trap,
        export_everything: true,
        allow_start_export: input.ratio(1u8, 4u8)?,
        max_memories: match (without_memory, language.multi_memory) {
            (true, _) => 0,
            (false, false) => 1,
            (false, true) => 3,
        },
        min_memories: u32::from(!without_memory),
        max_memory32_bytes: pages << 16,
        memory_offset_choices: MemoryOffsetChoices(85, 14, 1),
        max_tables: if language.references { 3 } else { 1 },
        min_tables: u32::from(may_trap),
        max_table_elements: 40,
        min_funcs: input.int_in_range(1..=5)?,
        max_funcs: 8,
        max_instructions: if small { 60 } else { input.int_in_range(60..=800)? },
        max_nesting_depth: input.int_in_range(2..=12)?,
        min_types: 2,
        max_types: input.int_in_range(3..=16)?,
        max_imports: input.int_in_range(0..=6)?,
        max_globals: input.int_in_range(0..=6)?,
        max_data_segments: input.int_in_range(0..=4)?,
        max_element_segments: input.int_in_range(1..=4)?,
        min_element_segments: usize::from(may_trap),
        max_elements: 12,
        max_values: input.int_in_range(2..=10)?,
        max_type_size: 400,
        const_expr_fuel: 12,
        ..Config::default()
    })
}
