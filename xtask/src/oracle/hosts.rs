//! A module whose external references are function references: what the reference engine, which is built without a garbage
//! collector and so without `externref`, runs instead.
//!
//! Every operator that exists for both treats them alike, so the module computes the same as long as no two function types
//! become equal. The types have encodings of one byte each (core specification 5.3.4), hence nothing moves.

use std::collections::HashMap;

use wasmparser::{
    BinaryReader, BinaryReaderError, BlockType, CompositeInnerType, ConstExpr, ElementItems, FuncType, FunctionBody,
    HeapType, Operator, OperatorsReader, Parser, Payload, RefType, TableInit, TypeRef, ValType,
};

const EXTERNREF: u8 = 0x6f;
const FUNCREF: u8 = 0x70;
/// Marks a table with an initial value; two bytes stand before its type then.
const INITIALISED: u8 = 0x40;

/// The module with `funcref` for `externref`.
///
/// # Errors
/// A module that would not compute the same, or whose types are encoded in another way.
pub fn as_functions(wasm: &[u8]) -> Result<Vec<u8>, String> {
    let mut patches = Patches { wasm, places: Vec::new() };
    let mut types = HashMap::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.map_err(text)?;
        if let Payload::TypeSection(section) = &payload {
            for group in section.clone() {
                for ty in group.map_err(text)?.into_types() {
                    check_type(&mut types, &ty.composite_type.inner)?;
                }
            }
        }
        patches.payload(payload).map_err(text)?;
    }
    let mut out = wasm.to_vec();
    for place in patches.places {
        if out[place] != EXTERNREF {
            return Err(format!("byte {place:#x} is {:#x} and not the short form of externref", out[place]));
        }
        out[place] = FUNCREF;
    }
    Ok(out)
}

fn text(error: BinaryReaderError) -> String {
    error.to_string()
}

fn check_type(types: &mut HashMap<FuncType, FuncType>, ty: &CompositeInnerType) -> Result<(), String> {
    let CompositeInnerType::Func(ty) = ty else {
        return Err("a type that is no function's".to_string());
    };
    let mapped = |types: &[ValType]| -> Vec<ValType> {
        let mapped = types.iter().map(|&ty| if ty == ValType::EXTERNREF { ValType::FUNCREF } else { ty });
        mapped.collect()
    };
    let key = FuncType::new(mapped(ty.params()), mapped(ty.results()));
    let first = types.entry(key).or_insert_with(|| ty.clone());
    if first == ty { Ok(()) } else { Err(format!("{first} and {ty} differ in externref and funcref alone")) }
}

/// Where the bytes of the type stand.
struct Patches<'a> {
    wasm: &'a [u8],
    places: Vec<usize>,
}

impl Patches<'_> {
    fn payload(&mut self, payload: Payload<'_>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::TypeSection(section) => self.types(section.range().start as usize)?,
            Payload::ImportSection(section) => self.imports(section.range().start as usize)?,
            Payload::TableSection(section) => {
                for item in section.into_iter_with_offsets() {
                    let (offset, table) = item?;
                    let initialised = self.wasm[offset as usize] == INITIALISED;
                    self.reference(offset as usize + if initialised { 2 } else { 0 }, table.ty.element_type);
                    if let TableInit::Expr(expr) = table.init {
                        self.constant(&expr)?;
                    }
                }
            }
            Payload::GlobalSection(section) => {
                for item in section.into_iter_with_offsets() {
                    let (offset, global) = item?;
                    self.value(offset as usize, global.ty.content_type);
                    self.constant(&global.init_expr)?;
                }
            }
            Payload::ElementSection(section) => {
                for element in section {
                    if let ElementItems::Expressions(ty, items) = element?.items {
                        self.reference((items.range().start as usize).wrapping_sub(1), ty);
                        for item in items {
                            self.constant(&item?)?;
                        }
                    }
                }
            }
            Payload::CodeSectionEntry(body) => self.body(&body)?,
            _ => {}
        }
        Ok(())
    }

    fn value(&mut self, place: usize, ty: ValType) {
        if ty == ValType::EXTERNREF {
            self.places.push(place);
        }
    }

    fn reference(&mut self, place: usize, ty: RefType) {
        self.value(place, ValType::Ref(ty));
    }

    fn types(&mut self, start: usize) -> Result<(), BinaryReaderError> {
        let mut reader = BinaryReader::new(&self.wasm[start..], start as u64);
        for _ in 0..reader.read_var_u32()? {
            // The form of a function; other forms are refused before.
            reader.read_u8()?;
            for _ in 0..2 {
                for _ in 0..reader.read_var_u32()? {
                    let place = reader.original_position() as usize;
                    let ty = reader.read::<ValType>()?;
                    self.value(place, ty);
                }
            }
        }
        Ok(())
    }

    fn imports(&mut self, start: usize) -> Result<(), BinaryReaderError> {
        let mut reader = BinaryReader::new(&self.wasm[start..], start as u64);
        for _ in 0..reader.read_var_u32()? {
            reader.read_string()?;
            reader.read_string()?;
            // The type stands behind the byte that says what is imported.
            let place = reader.original_position() as usize + 1;
            match reader.read::<TypeRef>()? {
                TypeRef::Table(ty) => self.reference(place, ty.element_type),
                TypeRef::Global(ty) => self.value(place, ty.content_type),
                TypeRef::Func(_) | TypeRef::FuncExact(_) | TypeRef::Memory(_) | TypeRef::Tag(_) => {}
            }
        }
        Ok(())
    }

    fn body(&mut self, body: &FunctionBody<'_>) -> Result<(), BinaryReaderError> {
        let mut locals = body.get_locals_reader()?;
        for _ in 0..locals.get_count() {
            let (_, ty) = locals.read()?;
            self.value(locals.original_position() as usize - 1, ty);
        }
        self.operators(body.get_operators_reader()?)
    }

    fn constant(&mut self, expr: &ConstExpr<'_>) -> Result<(), BinaryReaderError> {
        self.operators(expr.get_operators_reader())
    }

    fn operators(&mut self, mut reader: OperatorsReader<'_>) -> Result<(), BinaryReaderError> {
        while !reader.eof() {
            let (operator, offset) = reader.read_with_offset()?;
            let offset = offset as usize;
            match operator {
                Operator::Block { blockty: BlockType::Type(ty) }
                | Operator::Loop { blockty: BlockType::Type(ty) }
                | Operator::If { blockty: BlockType::Type(ty) } => self.value(offset + 1, ty),
                // The number of types stands before the type.
                Operator::TypedSelect { ty } => self.value(offset + 2, ty),
                Operator::RefNull { hty } if hty == HeapType::EXTERN => self.places.push(offset + 1),
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_is_replaced_everywhere() {
        let module = |ty: &str, short: &str| {
            let text = format!(
                "(module
                    (type (func (param i32 {ty} {ty}) (result {ty})))
                    (import \"m\" \"t\" (table 1 {ty})) (import \"m\" \"g\" (global {ty})) (import \"m\" \"f\" (func (type 0)))
                    (table 111 {ty}) (global (mut {ty}) (ref.null {short}))
                    (elem (table 1) (i32.const 111) {ty} (ref.null {short})) (elem {ty} (ref.null {short}) (global.get 0))
                    (func (type 0) (local i32 {ty}) (local i64)
                        (block (result {ty}) (ref.null {short}))
                        (loop (result {ty}) (local.get 1))
                        (i32.const 111)
                        (if (result {ty}) (i32.const 0x6f) (then (local.get 2)) (else (ref.null {short})))
                        (drop)
                        (select (result {ty}) (local.get 0))
                        (drop (i64.const 0x6f6f6f))))"
            );
            wat::parse_str(text).expect("the text is a module")
        };
        let functions = module("funcref", "func");
        assert_eq!(as_functions(&module("externref", "extern")), Ok(functions.clone()));
        assert_eq!(as_functions(&functions), Ok(functions.clone()));
    }

    #[test]
    fn types_that_become_equal_are_refused() {
        let text = "(module (type (func (param externref))) (type (func (param funcref))))";
        let wasm = wat::parse_str(text).expect("the text is a module");
        assert!(as_functions(&wasm).is_err());
    }
}
