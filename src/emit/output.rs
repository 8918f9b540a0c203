//! From placed items to bytes, relocations, mapping symbols and the listing.

use super::branches;
use super::encode::{self, Context, Encoding};
use super::program::{Item, Label, Program, Reference, Table};
use super::relax::{self, Placement, form};
use super::tally::{self, Kind};
use super::{Code, EmitOptions, Reloc, RelocKind};
use crate::isa::{Class, Cond, Const, Inst, ModImm, Operand2, Reg, TestOp, TrapCode};
use std::fmt::Write;

/// Writes the items behind `identity`, if there is one.
pub fn write(program: &Program, placement: &Placement, literals: &[Const], options: &EmitOptions) -> Code {
    let mut output = Output {
        program,
        placement,
        literals,
        options,
        referenced: referenced(program),
        code: Code { align: 2, listing: options.names.map(|_| String::new()), ..Code::default() },
    };
    output.code.bytes.reserve_exact(placement.size as usize);
    if let Some(identity) = options.identity {
        output.words();
        output.word(identity);
    }
    output.code.entry = output.position();
    for (at, item) in program.items.iter().enumerate() {
        output.item(at, item);
    }
    debug_assert_eq!(output.position(), placement.size);
    output.code.tally.redundant = program.redundant;
    output.code
}

struct Output<'a> {
    program: &'a Program,
    placement: &'a Placement,
    literals: &'a [Const],
    options: &'a EmitOptions<'a>,
    /// The labels that something branches to.
    referenced: Vec<bool>,
    code: Code,
}

impl Output<'_> {
    fn position(&self) -> u32 {
        self.code.bytes.len() as u32
    }

    /// Notes that data or instructions start here.
    fn mark(&mut self, data: bool) {
        let position = self.position();
        let mapping = &mut self.code.mapping;
        if mapping.last().is_none_or(|last| last.1 != data) {
            mapping.push((position, data));
        }
    }

    fn line(&mut self, text: impl FnOnce(&Self) -> String) {
        if self.code.listing.is_some() {
            let text = text(self);
            if let Some(listing) = &mut self.code.listing {
                let _ = writeln!(listing, "    {text}");
            }
        }
    }

    fn define(&mut self, name: impl FnOnce(&Self) -> String) {
        if self.code.listing.is_some() {
            let name = name(self);
            if let Some(listing) = &mut self.code.listing {
                let _ = writeln!(listing, "{name}:");
            }
        }
    }

    fn put(&mut self, kind: Kind, encoding: Encoding) {
        self.mark(false);
        self.code.tally.count(kind, encoding.size());
        encoding.write(&mut self.code.bytes);
    }

    fn instruction(&mut self, inst: &Inst<Reg>) {
        let form = encode::encode(inst, Context::FREE);
        self.put(tally::kind(inst), form.encoding);
        self.line(|output| {
            let names = |symbol| output.options.names.map_or(String::new(), |names| names(symbol));
            form.text(Context::FREE, &names)
        });
    }

    fn item(&mut self, at: usize, item: &Item) {
        let form = self.placement.forms[at];
        match item {
            Item::Label(label) => {
                debug_assert_eq!(self.position(), self.placement.label(*label));
                if self.referenced[label.index()] {
                    self.define(|output| output.program.name(*label));
                }
            }
            Item::Fixed { encoding, kind, reference, text, .. } => {
                self.reference(*reference);
                self.put(*kind, *encoding);
                self.line(|_| text.as_deref().unwrap_or_default().to_string());
            }
            Item::Branch { cond, target } => {
                self.check(cond.is_some(), *target);
                self.branch(*cond, form, *target);
            }
            Item::BranchZero { nonzero, rn, target } => {
                self.check(true, *target);
                self.branch_zero(form, *nonzero, *rn, *target);
            }
            Item::Literal { rd, value, it, id } => {
                let literal = self.placement.literals[id.index()];
                let base = (self.position() + 4) & !3;
                let wide = form == form::LONG;
                let offset = literal.wrapping_sub(base);
                self.put(
                    Kind::Constant,
                    match rd.class() {
                        Class::Core => branches::load_literal(wide, *rd, offset),
                        Class::Single => branches::load_float_literal(*rd, offset.cast_signed()),
                    },
                );
                self.line(|output| {
                    let cond = it.map_or(String::new(), |cond| cond.to_string());
                    let name = if rd.class() == Class::Core { "ldr" } else { "vldr" };
                    let wide = if form == form::LONG && rd.is_low() { ".w" } else { "" };
                    format!("{name}{cond}{wide} {rd}, ={}", output.value(*value))
                });
            }
            Item::Table(table) => self.table(at, form, table),
            Item::Island { label, target } => {
                if let Some(form) = form.checked_sub(form::ISLAND) {
                    self.define(|output| output.program.name(*label));
                    self.branch(None, form, *target);
                }
            }
            Item::Pool { first, end, over } => {
                self.pool(first.index(), end.index(), *over);
            }
        }
    }

    fn reference(&mut self, reference: Option<Reference>) {
        if let Some(Reference { kind, symbol }) = reference {
            let offset = self.position();
            self.code.relocs.push(Reloc { offset, kind, symbol });
        }
    }

    // ---- branches ----

    /// Counts a branch that is a bounds check of linear memory.
    fn check(&mut self, conditional: bool, target: Label) {
        let is_check = conditional && target == self.program.trap(TrapCode::MemoryOutOfBounds);
        self.code.tally.checks += u32::from(is_check);
    }

    fn branch(&mut self, cond: Option<Cond>, form: u8, target: Label) {
        match (cond, form) {
            (Some(cond), form::FAR) => {
                let over = self.position() + 6;
                self.put(Kind::Branch, branches::conditional(cond.inverse(), over - self.position() - 4));
                self.line(|_| format!("b{} . + 6", cond.inverse()));
                self.branch(None, form::LONG, target);
            }
            (cond, form) => {
                let offset = self.offset(target);
                self.put(
                    Kind::Branch,
                    match (cond, form) {
                        (Some(cond), form::SHORT) => branches::conditional(cond, offset),
                        (Some(cond), _) => branches::conditional_wide(cond, offset),
                        (None, form::SHORT) => branches::branch(offset),
                        (None, _) => branches::branch_wide(offset),
                    },
                );
                self.line(|output| {
                    let cond = cond.map_or(String::new(), |cond| cond.to_string());
                    let wide = if form == form::LONG { ".w" } else { "" };
                    format!("b{cond}{wide} {}", output.program.name(target))
                });
            }
        }
    }

    fn branch_zero(&mut self, form: u8, nonzero: bool, rn: Reg, target: Label) {
        match form.checked_sub(form::CMP) {
            None => {
                let offset = self.offset(target);
                self.put(Kind::Branch, branches::compare_zero(nonzero, rn, offset));
                self.line(|output| {
                    let n = if nonzero { "n" } else { "" };
                    format!("cb{n}z {rn}, {}", output.program.name(target))
                });
            }
            Some(form) => {
                let rhs = Operand2::Imm(ModImm::new(0).expect("zero is an immediate"));
                let op = TestOp::Cmp;
                self.instruction(&Inst::Test { op, rn, rhs });
                let cond = if nonzero { Cond::Ne } else { Cond::Eq };
                self.branch(Some(cond), form, target);
            }
        }
    }

    /// From here plus 4 to the target, as the low bits of a two's complement number.
    fn offset(&self, target: Label) -> u32 {
        self.placement.label(target).wrapping_sub(self.position() + 4)
    }

    // ---- tables ----

    fn table(&mut self, at: usize, form: u8, table: &Table) {
        if form == form::WORDS {
            return self.word_table(table);
        }
        let bytes = form == form::BYTES;
        let (name, shift) = if bytes { ("tbb", "") } else { ("tbh", ", lsl #1") };
        self.put(Kind::Branch, branches::table(bytes, table.rn));
        self.line(|_| format!("{name} [pc, {}{shift}]", table.rn));
        self.mark(true);
        let base = self.position();
        let number = table.number;
        self.define(|_| format!(".Ltable{number}"));
        for &entry in &table.entries {
            let (block, island) = table.targets[entry as usize];
            let has_island = self.placement.forms[at + 1 + entry as usize] >= form::ISLAND;
            let label = if has_island { island } else { block };
            let halfwords = (self.placement.label(label) - base) / 2;
            let directive = if form == form::BYTES {
                let byte = u8::try_from(halfwords).expect("relaxation made the entry a byte");
                self.code.bytes.push(byte);
                ".byte"
            } else {
                let half = u16::try_from(halfwords).expect("relaxation made the entry fit");
                self.code.bytes.extend(half.to_le_bytes());
                ".2byte"
            };
            self.line(|output| {
                let label = output.program.name(label);
                format!("{directive} ({label} - .Ltable{number}) / 2")
            });
        }
        if self.position() % 2 == 1 {
            self.code.bytes.push(0);
            self.line(|_| ".byte 0".to_string());
        }
    }

    /// A table of any size with targets at any distance. Two words of stack hold a borrowed register
    /// and the target, which POP then loads:
    ///
    /// ```text
    ///     push {ra, rb}
    ///     adr ra, table
    ///     ldr.w ra, [ra, rn, lsl #2]
    ///     add ra, pc               entries count from here plus 4, with the Thumb bit
    ///     str ra, [sp, #4]
    ///     pop {ra, pc}
    /// table:
    /// ```
    fn word_table(&mut self, table: &Table) {
        let start = self.position();
        let rn = table.rn;
        let low = if rn.index() < 2 { 2 } else { 0 };
        let (ra, rb) = (Reg::new(low), Reg::new(low + 1));
        let a = ra.bits();
        let data = start + relax::table_start(start);
        let words = (data - ((start + 6) & !3)) / 4;
        let number = table.number;
        self.put(Kind::Save, encode::push([ra, rb].into_iter().collect()));
        self.line(|_| format!("push {{{ra}, {rb}}}"));
        self.put(Kind::Constant, branches::address(ra, 4 * words));
        self.line(|_| format!("adr {ra}, .Ltable{number}"));
        self.put(Kind::Load, Encoding::Wide(0xf850_0020 | a << 16 | a << 12 | rn.bits()));
        self.line(|_| format!("ldr.w {ra}, [{ra}, {rn}, lsl #2]"));
        let base = self.position() + 4;
        self.put(Kind::Arithmetic, encode::narrow(0x4478 | a));
        self.line(|_| format!("add {ra}, pc"));
        self.put(Kind::FrameStore, encode::narrow(0x9001 | a << 8));
        self.line(|_| format!("str {ra}, [sp, #4]"));
        self.put(Kind::Save, encode::pop([ra, Reg::PC].into_iter().collect()));
        self.line(|_| format!("pop {{{ra}, pc}}"));
        self.words();
        self.define(|_| format!(".Ltable{number}"));
        for &entry in &table.entries {
            let label = table.targets[entry as usize].0;
            let distance = self.placement.label(label).wrapping_sub(base) | 1;
            self.code.bytes.extend(distance.to_le_bytes());
            self.line(|output| {
                let label = output.program.name(label);
                format!(".4byte {label} - .Ltable{number} + {}", data - base + 1)
            });
        }
    }

    // ---- words ----

    /// Data from here on, on a multiple of 4.
    fn words(&mut self) {
        self.code.align = 4;
        if !self.position().is_multiple_of(4) {
            self.put(Kind::Padding, Encoding::Narrow(0xbf00));
        }
        self.mark(true);
    }

    fn word(&mut self, value: Const) {
        let word = match value {
            Const::Int(word) | Const::Float(word) => word,
            Const::Address(symbol, addend) => {
                let kind = RelocKind::Word;
                self.reference(Some(Reference { kind, symbol }));
                addend as u32
            }
        };
        self.code.bytes.extend(word.to_le_bytes());
    }

    fn pool(&mut self, first: usize, end: usize, over: bool) {
        let words = 4 * (end - first) as u32;
        if over {
            let size = relax::over_size(words);
            let target = (self.position() + size).next_multiple_of(4) + words;
            let offset = target - (self.position() + 4);
            let form = if size == 2 { form::SHORT } else { form::LONG };
            self.put(
                Kind::Branch,
                match form {
                    form::SHORT => branches::branch(offset),
                    _ => branches::branch_wide(offset),
                },
            );
            let wide = if form == form::LONG { ".w" } else { "" };
            self.line(|_| format!("b{wide} . + {}", offset + 4));
        }
        self.words();
        self.line(|_| ".ltorg".to_string());
        for &literal in &self.literals[first..end] {
            self.word(literal);
        }
    }

    /// A value as assembly text.
    fn value(&self, value: Const) -> String {
        match value {
            Const::Int(value) | Const::Float(value) => format!("{value:#x}"),
            Const::Address(symbol, addend) => {
                let name = self.options.names.map_or(String::new(), |names| names(symbol));
                match addend {
                    0 => name,
                    _ => format!("{name}{addend:+}"),
                }
            }
        }
    }
}

fn referenced(program: &Program) -> Vec<bool> {
    let mut referenced = vec![false; program.label_count()];
    for item in &program.items {
        match item {
            Item::Branch { target, .. } | Item::BranchZero { target, .. } | Item::Island { target, .. } => {
                referenced[target.index()] = true
            }
            Item::Label(_) | Item::Fixed { .. } | Item::Literal { .. } | Item::Table(_) | Item::Pool { .. } => {}
        }
    }
    referenced
}
