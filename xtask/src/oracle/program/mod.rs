//! Random programs that look like programs: deep expressions over locals, values carried around loops, branches with values,
//! calls with many arguments, stores and loads. wasm-smith reaches every corner of the format, but seldom an operator whose operands
//! are results of others; here that is the rule.
//!
//! A program is wasm text made from choices of an [`Unstructured`], where exhausted input always chooses the first, smallest
//! alternative. It ends: each function entry and each loop spends fuel from the exported global that the oracle
//! refills, and returns or falls through when there is none. Only traps that the shape allows can happen.

mod counted;
mod edges;
mod expression;
mod float;
mod inner;
mod reference;
mod related;
mod rounds;
mod saturating;
mod scanning;
mod statement;
mod stepping;
mod stress;
mod sums;
mod tail;

use std::fmt::Write as _;
use std::ops::Range;

use arbitrary::Unstructured;

use super::check::GENERATED_FUEL;
use super::rewrite::FUEL;

/// What a program may do besides returning.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Shape {
    /// Divisions, table indices and `unreachable` that may trap.
    pub traps: bool,
    /// Addresses that may be out of bounds.
    pub overruns: bool,
    pub floats: bool,
    /// References and several tables.
    pub references: bool,
    /// Operations on ranges of memory.
    pub bulk: bool,
    pub multi_memory: bool,
    pub custom_page_sizes: bool,
    /// Memories can grow to powers of two alone.
    pub powers_of_two: bool,
    pub tail_calls: bool,
    pub wide_arithmetic: bool,
    /// Mostly what `stress` has, with more locals and longer signatures.
    pub stress: bool,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Ty {
    I32,
    I64,
    F32,
    F64,
    FuncRef,
    ExternRef,
}

impl Ty {
    fn name(self) -> &'static str {
        match self {
            Ty::I32 => "i32",
            Ty::I64 => "i64",
            Ty::F32 => "f32",
            Ty::F64 => "f64",
            Ty::FuncRef => "funcref",
            Ty::ExternRef => "externref",
        }
    }

    fn bits(self) -> usize {
        match self {
            Ty::I32 | Ty::F32 => 32,
            Ty::I64 | Ty::F64 => 64,
            Ty::FuncRef | Ty::ExternRef => unreachable!("references have no bits"),
        }
    }

    fn is_float(self) -> bool {
        match self {
            Ty::I32 | Ty::I64 | Ty::FuncRef | Ty::ExternRef => false,
            Ty::F32 | Ty::F64 => true,
        }
    }

    fn is_reference(self) -> bool {
        match self {
            Ty::I32 | Ty::I64 | Ty::F32 | Ty::F64 => false,
            Ty::FuncRef | Ty::ExternRef => true,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Signature {
    parameters: Vec<Ty>,
    results: Vec<Ty>,
}

/// A label of a block without results that encloses the place being written.
type Label = u32;

struct Program<'a, 'b> {
    input: &'a mut Unstructured<'b>,
    shape: Shape,
    out: String,
    /// Imports first.
    functions: Vec<Signature>,
    imports: usize,
    /// Functions from here on are internal and call only later ones.
    inner: usize,
    /// The functions that the one being written may call.
    callable: Range<usize>,
    memories: usize,
    globals: Vec<Ty>,
    /// Functions in the table, by entry.
    table: Vec<usize>,
    /// Parameters and locals of the function being written, and its results.
    locals: Vec<Ty>,
    results: Vec<Ty>,
    labels: Vec<Label>,
    /// One in so many types is i64.
    rarity: usize,
    next_label: Label,
    /// Operators that the function may still spend.
    budget: u32,
}

const MAX_PARAMETERS: usize = 9;
/// Of functions that get far more on the stack than others.
const MANY_PARAMETERS: usize = 16;
const MAX_LOCALS: usize = 10;

/// A program as wasm text.
pub fn text(input: &mut Unstructured<'_>, shape: Shape) -> String {
    let mut program = Program {
        input,
        shape,
        out: String::new(),
        functions: Vec::new(),
        imports: 0,
        inner: 0,
        callable: 0..0,
        memories: 1,
        globals: Vec::new(),
        table: Vec::new(),
        locals: Vec::new(),
        results: Vec::new(),
        labels: Vec::new(),
        rarity: 3,
        next_label: 0,
        budget: 0,
    };
    program.module();
    program.out
}

impl Program<'_, '_> {
    /// One of `0..count`.
    fn pick(&mut self, count: usize) -> usize {
        self.input.int_in_range(0..=count.saturating_sub(1)).unwrap_or(0)
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.pick(one_in) == one_in - 1
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn ty(&mut self) -> Ty {
        if self.shape.references && self.chance(10) {
            return if self.chance(3) { Ty::ExternRef } else { Ty::FuncRef };
        }
        if self.shape.floats && self.chance(3) {
            return if self.chance(2) { Ty::F64 } else { Ty::F32 };
        }
        if self.chance(self.rarity) { Ty::I64 } else { Ty::I32 }
    }

    fn types(&mut self, most: usize) -> Vec<Ty> {
        let count = self.pick(most + 1);
        (0..count).map(|_| self.ty()).collect()
    }

    fn signature(&mut self) -> Signature {
        let most = match self.pick(12) {
            0..=7 if self.shape.stress => MAX_PARAMETERS,
            0..=7 => 4,
            8..=10 => MAX_PARAMETERS,
            _ => MANY_PARAMETERS,
        };
        let parameters = self.types(most);
        // Tail calls need functions with the same results.
        if let Some(last) = self.functions.last()
            && self.shape.tail_calls
        {
            let results = last.results.clone();
            if self.chance(2) {
                return Signature { parameters, results };
            }
        }
        let results = match self.pick(8) {
            0..=4 => vec![self.ty()],
            5 => Vec::new(),
            _ => self.types(3),
        };
        Signature { parameters, results }
    }

    fn module(&mut self) {
        self.line("(module");
        self.rarity = [2, 3, 8][self.pick(3)];
        let imports = self.pick(4);
        self.imports = imports;
        let defined = 1 + self.pick(5);
        self.inner = imports + defined;
        let inner = if self.chance(2) { 1 + self.pick(6) } else { 0 };
        for _ in 0..self.inner + inner {
            let signature = self.signature();
            // The reference sees all references as one type, so signatures may not differ in that alone.
            let same = self.functions.iter().find(|other| other.as_seen() == signature.as_seen());
            let signature = same.cloned().unwrap_or(signature);
            self.functions.push(signature);
        }
        self.memories = if self.shape.multi_memory && self.chance(3) { 2 } else { 1 };
        self.globals = self.types(5);
        for index in 0..imports {
            let ty = self.functions[index].clause();
            self.line(&format!("(import \"env\" \"import{index}\" (func $f{index} {ty}))"));
        }
        self.state(imports);
        self.callable = 0..self.functions.len();
        for index in imports..self.inner {
            self.function(index);
        }
        self.inner_functions();
        if self.shape.floats {
            self.canonical_functions();
        }
        self.line(")");
    }

    /// Memory, table, globals and segments.
    fn state(&mut self, imports: usize) {
        // Limits are constants where memory cannot grow.
        let mut growth = if self.shape.overruns && self.chance(2) { 0 } else { self.pick(3) };
        // The edges of offsets lie in the second page.
        let pages = if self.shape.stress { 2 } else { 1 };
        if self.shape.powers_of_two && (pages + growth) == 3 {
            growth += 1;
        }
        self.line(&format!("(memory $m0 (export \"memory\") {pages} {})", pages + growth));
        // Behind each other, over each other, or elsewhere.
        let mut offset = self.pick(0x400);
        for _ in 0..1 + self.pick(5) {
            let data: String = (0..self.pick(48)).map(|_| format!("\\{:02x}", self.pick(256))).collect();
            self.line(&format!("(data (i32.const {offset}) \"{data}\")"));
            offset = if self.chance(4) { self.pick(0x400) } else { offset + self.pick(80) };
        }
        let globals = self.globals.clone();
        for (index, ty) in globals.iter().enumerate() {
            self.line(&format!("(global $g{index} (export \"global{index}\") (mut {})", ty.name()));
            if ty.is_reference() {
                self.null(*ty);
            } else {
                let value = self.constant(Ty::I32);
                self.line(&format!("({}.const {value})", ty.name()));
            }
            self.line(")");
        }
        self.line(&format!("(global $fuel (export \"{FUEL}\") (mut i32) (i32.const {GENERATED_FUEL}))"));
        let entries = 1 + self.pick(6);
        let count = self.inner;
        self.table = (0..entries).map(|_| imports.max(self.pick(count))).collect();
        let names: String = self.table.iter().map(|index| format!(" $f{index}")).collect();
        let export = if self.chance(2) { "(export \"table\")" } else { "" };
        // One entry stays null.
        self.line(&format!("(table {export} {} funcref)", entries + 1));
        self.line(&format!("(elem (i32.const 0) func{names})"));
        self.more_state();
    }

    fn function(&mut self, index: usize) {
        let signature = self.functions[index].clone();
        let ty = signature.clause();
        self.line(&format!("(func $f{index} (export \"export{index}\") {ty}"));
        self.declare(index, if self.shape.stress { 3 * MAX_LOCALS } else { MAX_LOCALS });
        self.budget = 30 + self.pick(400) as u32;
        self.line("global.get $fuel i32.const 0 i32.le_s if");
        for &ty in &signature.results {
            if ty.is_reference() {
                self.null(ty);
            } else {
                self.line(&format!("{}.const 0", ty.name()));
            }
        }
        self.line("return end global.get $fuel i32.const 1 i32.sub global.set $fuel");
        let statements = 1 + self.pick(10);
        for _ in 0..statements {
            self.statement(3);
        }
        if !(self.chance(3) && self.tail_call(3)) {
            for &ty in &signature.results {
                self.expression(ty, 4);
            }
        }
        self.line(")");
    }

    /// The locals of function `index`: one of each type, and up to `most` others.
    fn declare(&mut self, index: usize, most: usize) {
        let signature = self.functions[index].clone();
        let own = self.types(most);
        let mut one_each = vec![Ty::I32, Ty::I64];
        if self.shape.floats {
            one_each.extend([Ty::F32, Ty::F64]);
        }
        if self.shape.references {
            one_each.extend([Ty::FuncRef, Ty::ExternRef]);
        }
        let own: Vec<Ty> = one_each.into_iter().chain(own).collect();
        let names: String = own.iter().map(|ty| format!(" {}", ty.name())).collect();
        self.line(&format!("(local{names})"));
        self.locals = signature.parameters.into_iter().chain(own).collect();
        self.results = signature.results;
        self.labels.clear();
    }

    /// A local of that type; every function has one of each.
    fn local(&mut self, ty: Ty) -> usize {
        let fitting: Vec<usize> = (0..self.locals.len()).filter(|&index| self.locals[index] == ty).collect();
        fitting[self.pick(fitting.len())]
    }

    /// Pushes the arguments of a call of function `index`.
    fn arguments(&mut self, index: usize, depth: u32) {
        for ty in self.functions[index].parameters.clone() {
            self.expression(ty, depth);
            if index < self.imports {
                self.canonical(ty);
            }
        }
    }

    /// One of the functions that may be called, if there is any.
    fn callee(&mut self) -> Option<usize> {
        let count = self.callable.len();
        if count == 0 { None } else { Some(self.callable.start + self.pick(count)) }
    }

    fn fresh_label(&mut self) -> Label {
        self.next_label += 1;
        self.next_label
    }
}

impl Signature {
    /// With one type of references.
    fn as_seen(&self) -> Signature {
        let seen = |types: &[Ty]| types.iter().map(|&ty| if ty == Ty::ExternRef { Ty::FuncRef } else { ty }).collect();
        Signature { parameters: seen(&self.parameters), results: seen(&self.results) }
    }

    /// `(param …) (result …)`
    fn clause(&self) -> String {
        let mut text = String::new();
        for (word, types) in [("param", &self.parameters), ("result", &self.results)] {
            if !types.is_empty() {
                let names: Vec<&str> = types.iter().map(|ty| ty.name()).collect();
                // Writing to a string does not fail.
                let _ = write!(text, "({word} {}) ", names.join(" "));
            }
        }
        text
    }
}
