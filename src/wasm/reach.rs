//! What can run, and what of the module's state that touches.
//!
//! A worklist over function bodies, from the exports, the start function, and whatever initialisation
//! stores: element segments and initial values of globals. Functions that are not reached are not
//! compiled, and what only they do to tables, memories and globals does not count.

use super::inline::Census;
use super::{ConstExpr, Element, Entity, Items, Module, Placement};
use crate::error::Error;
use std::collections::BTreeSet;
use wasmparser::Operator;

/// Facts about the code that can run, each by index.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reach {
    /// Functions that can run, imports included.
    pub functions: Vec<bool>,
    /// Functions whose reference is taken: they carry their signature's identity.
    pub referenced: Vec<bool>,
    /// Memories that some `memory.grow` names.
    pub grown_memories: Vec<bool>,
    /// Tables that some `table.grow` names.
    pub grown_tables: Vec<bool>,
    /// Tables that code writes or grows.
    pub written_tables: Vec<bool>,
    /// Data and element segments that code copies from.
    pub copied_data: Vec<bool>,
    pub copied_elements: Vec<bool>,
    /// Data and element segments that code drops.
    pub dropped_data: Vec<bool>,
    pub dropped_elements: Vec<bool>,
    /// Globals that code or a constant expression reads or writes, or an export names.
    pub globals: Vec<bool>,
    /// Globals that code of this module or, by an export, of others can write.
    pub written_globals: Vec<bool>,
    /// The tail calls by what their conventions depend on: signatures of caller and callee.
    pub tail_calls: BTreeSet<(u32, u32)>,
    /// What decides about inlining.
    pub census: Census,
}

/// # Errors
/// `Invalid` where a body does not decode, which validation excludes.
pub fn reach(module: &Module<'_>) -> Result<Reach, Error> {
    let stack_pointer = module.linking.as_ref().and_then(|linking| linking.stack_pointer);
    let mut walk = Walk {
        module,
        reach: Reach {
            functions: vec![false; module.functions.len()],
            referenced: vec![false; module.functions.len()],
            grown_memories: vec![false; module.memories.len()],
            grown_tables: vec![false; module.tables.len()],
            written_tables: vec![false; module.tables.len()],
            copied_data: vec![false; module.data.len()],
            copied_elements: vec![false; module.elements.len()],
            dropped_data: vec![false; module.data.len()],
            dropped_elements: vec![false; module.elements.len()],
            globals: vec![false; module.globals.len()],
            written_globals: vec![false; module.globals.len()],
            tail_calls: BTreeSet::new(),
            census: Census::new(module.functions.len(), stack_pointer),
        },
        elements: vec![false; module.elements.len()],
        worklist: Vec::new(),
    };
    walk.roots();
    while let Some(index) = walk.worklist.pop() {
        walk.body(index).map_err(|error| Error::invalid(module.place(index, Some(error.offset())), error.message()))?;
    }
    Ok(walk.reach)
}

struct Walk<'m, 'a> {
    module: &'m Module<'a>,
    reach: Reach,
    /// Element segments whose items count as references already.
    elements: Vec<bool>,
    /// Functions that are reached and not yet looked into.
    worklist: Vec<u32>,
}

impl Walk<'_, '_> {
    fn roots(&mut self) {
        let module = self.module;
        for export in &module.exports {
            match export.entity {
                Entity::Function(index) => self.call(index),
                Entity::Global(index) => {
                    self.reach.globals[index as usize] = true;
                    self.reach.written_globals[index as usize] = true;
                }
                Entity::Table(_) | Entity::Memory(_) => {}
            }
        }
        let addressed = module.linking.iter().flat_map(|linking| &linking.addressed);
        addressed.for_each(|&index| self.call(index));
        module.start.into_iter().for_each(|index| self.call(index));
        module.globals.iter().filter_map(|global| global.init.as_ref()).for_each(|e| self.constant(e));
        module.tables.iter().filter_map(|table| table.init.as_ref()).for_each(|e| self.constant(e));
        for (index, element) in module.elements.iter().enumerate() {
            if let Placement::Active { offset, .. } = &element.placement {
                self.constant(offset);
                self.element(index);
            }
        }
        for data in &module.data {
            if let Placement::Active { offset, .. } = &data.placement {
                self.constant(offset);
            }
        }
    }

    fn call(&mut self, index: u32) {
        if !std::mem::replace(&mut self.reach.functions[index as usize], true) {
            self.worklist.push(index);
        }
    }

    fn reference(&mut self, index: u32) {
        self.reach.referenced[index as usize] = true;
        self.call(index);
    }

    /// Takes the references that an element segment holds.
    fn element(&mut self, index: usize) {
        if std::mem::replace(&mut self.elements[index], true) {
            return;
        }
        let module = self.module;
        let Element { items, .. } = &module.elements[index];
        match items {
            Items::Functions(functions) => functions.iter().for_each(|&index| self.reference(index)),
            Items::Expressions(expressions) => expressions.iter().for_each(|e| self.constant(e)),
        }
    }

    fn constant(&mut self, expr: &ConstExpr<'_>) {
        for operator in expr.operators().into_iter().flatten() {
            self.operator(&operator);
        }
    }

    fn body(&mut self, index: u32) -> wasmparser::Result<()> {
        let functions = &self.module.functions;
        let function = &functions[index as usize];
        if let Some(body) = &function.body {
            self.reach.census.open(index);
            for operator in body.get_operators_reader()? {
                let operator = operator?;
                self.operator(&operator);
                self.reach.census.operator(index, &operator);
                let callee = match operator {
                    Operator::ReturnCall { function_index } => functions[function_index as usize].signature,
                    Operator::ReturnCallIndirect { type_index, .. } => type_index,
                    _ => continue,
                };
                self.reach.tail_calls.insert((function.signature, callee));
            }
        }
        Ok(())
    }

    fn operator(&mut self, operator: &Operator<'_>) {
        let reach = &mut self.reach;
        match *operator {
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                self.call(function_index);
            }
            Operator::RefFunc { function_index } => self.reference(function_index),
            Operator::GlobalGet { global_index } => reach.globals[global_index as usize] = true,
            Operator::GlobalSet { global_index } => {
                reach.globals[global_index as usize] = true;
                reach.written_globals[global_index as usize] = true;
            }
            Operator::MemoryGrow { mem } => reach.grown_memories[mem as usize] = true,
            Operator::TableGrow { table } => {
                reach.grown_tables[table as usize] = true;
                reach.written_tables[table as usize] = true;
            }
            Operator::TableSet { table } | Operator::TableFill { table } => {
                reach.written_tables[table as usize] = true;
            }
            Operator::TableCopy { dst_table, .. } => reach.written_tables[dst_table as usize] = true,
            Operator::TableInit { elem_index, table } => {
                reach.written_tables[table as usize] = true;
                reach.copied_elements[elem_index as usize] = true;
                self.element(elem_index as usize);
            }
            Operator::MemoryInit { data_index, .. } => reach.copied_data[data_index as usize] = true,
            Operator::DataDrop { data_index } => reach.dropped_data[data_index as usize] = true,
            Operator::ElemDrop { elem_index } => reach.dropped_elements[elem_index as usize] = true,
            _ => {}
        }
    }
}
