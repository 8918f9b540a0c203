//! What a module may declare: valid types and imports that have no representation in the object are
//! refused here, each by the name of the proposal that they belong to.

use wasmparser::{
    AbstractHeapType, CompositeInnerType, FuncType, GlobalType, HeapType, MemoryType, RecGroup, RefType, TableType,
    ValType,
};

/// The name of what is not supported.
type Refusal = &'static str;

const SIMD: Refusal = "SIMD (v128)";
const GC: Refusal = "garbage collection";
const TYPED_REFERENCES: Refusal = "typed function references";
const EXCEPTIONS: Refusal = "exception handling";
const STACK_SWITCHING: Refusal = "stack switching";
const SHARED: Refusal = "shared-everything threads";

/// The function type of a recursion group.
///
/// Signatures are compared by their params and results, which is type equality only for groups of
/// one final type without a supertype.
pub fn function_type(group: RecGroup) -> Result<FuncType, Refusal> {
    let mut types = group.into_types();
    let (Some(ty), None) = (types.next(), types.next()) else {
        return Err(GC);
    };
    let composite = ty.composite_type;
    if composite.shared {
        return Err(SHARED);
    }
    match composite.inner {
        CompositeInnerType::Func(func) => {
            if !ty.is_final || !ty.supertype_idxs.is_empty() {
                return Err(GC);
            }
            func.params().iter().chain(func.results()).try_for_each(|&ty| value_type(ty))?;
            Ok(func)
        }
        CompositeInnerType::Array(_) | CompositeInnerType::Struct(_) => Err(GC),
        CompositeInnerType::Cont(_) => Err(STACK_SWITCHING),
    }
}

pub fn value_type(ty: ValType) -> Result<(), Refusal> {
    match ty {
        ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64 => Ok(()),
        ValType::V128 => Err(SIMD),
        ValType::Ref(ty) => reference_type(ty),
    }
}

fn reference_type(ty: RefType) -> Result<(), Refusal> {
    if ty == RefType::FUNCREF || ty == RefType::EXTERNREF {
        return Ok(());
    }
    Err(match ty.heap_type() {
        HeapType::Concrete(_) | HeapType::Exact(_) => TYPED_REFERENCES,
        HeapType::Abstract { shared: true, .. } => SHARED,
        HeapType::Abstract { shared: false, ty } => match ty {
            AbstractHeapType::Func | AbstractHeapType::Extern => TYPED_REFERENCES,
            AbstractHeapType::Exn | AbstractHeapType::NoExn => EXCEPTIONS,
            AbstractHeapType::Cont | AbstractHeapType::NoCont => STACK_SWITCHING,
            AbstractHeapType::Any
            | AbstractHeapType::None
            | AbstractHeapType::NoExtern
            | AbstractHeapType::NoFunc
            | AbstractHeapType::Eq
            | AbstractHeapType::Struct
            | AbstractHeapType::Array
            | AbstractHeapType::I31 => GC,
        },
    })
}

pub fn memory_type(ty: &MemoryType) -> Result<(), Refusal> {
    if ty.memory64 {
        Err("a 64-bit memory")
    } else if ty.shared {
        Err("a shared memory")
    } else {
        Ok(())
    }
}

pub fn table_type(ty: &TableType) -> Result<(), Refusal> {
    if ty.table64 {
        Err("a 64-bit table")
    } else if ty.shared {
        Err("a shared table")
    } else {
        reference_type(ty.element_type)
    }
}

pub fn global_type(ty: &GlobalType) -> Result<(), Refusal> {
    if ty.shared { Err(SHARED) } else { value_type(ty.content_type) }
}

/// Exception tags, imported or defined.
pub fn tag() -> Refusal {
    EXCEPTIONS
}
