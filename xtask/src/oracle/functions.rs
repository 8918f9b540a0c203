//! Function references on the emulated core: addresses there, numbers of functions everywhere else.
//!
//! A reference's value is 0 for null, else the function's index and 1. Functions without an export that the name section
//! calls alike cannot be told apart in an object, so they have the number of the first of them. An address that is no
//! function's stays what it is, which no number equals.

use std::collections::HashMap;

use super::interface::{Interface, Naming};
use super::link::Image;
use super::value::{Type, Value};

#[derive(Default)]
pub struct Functions {
    addresses: HashMap<u64, u32>,
    numbers: HashMap<u32, u64>,
}

impl Functions {
    /// The functions of a module that are in an image.
    pub fn new(image: &Image, interface: &Interface) -> Functions {
        let mut functions = Functions::default();
        for (index, naming) in interface.names.iter().enumerate() {
            let number = number(interface, index);
            let addresses = match naming {
                Naming::Export(symbol) => image.global(symbol).into_iter().collect(),
                Naming::Local(symbol) => image.locals(symbol).to_vec(),
            };
            for address in addresses {
                functions.numbers.insert(address, number);
                functions.addresses.insert(number, address);
            }
        }
        functions
    }

    /// The value as the core has it.
    pub fn to_core(&self, value: Value) -> Value {
        match (value.ty, value.bits) {
            (Type::FuncRef, 1..) => {
                let address = self.addresses.get(&value.bits).copied();
                // Only what came from the core is passed to it.
                Value::new(Type::FuncRef, address.map_or(value.bits, u64::from))
            }
            _ => value,
        }
    }

    /// The value that the core has as `value`.
    pub fn from_core(&self, value: Value) -> Value {
        match (value.ty, value.bits) {
            (Type::FuncRef, 1..) => {
                let number = self.numbers.get(&(value.bits as u32)).copied();
                Value::new(Type::FuncRef, number.unwrap_or(value.bits))
            }
            _ => value,
        }
    }
}

/// The value of a reference to function `index`.
pub fn number(interface: &Interface, index: usize) -> u64 {
    let naming = &interface.names[index];
    let first = match naming {
        Naming::Export(_) => index,
        Naming::Local(_) => interface.names.iter().position(|other| other == naming).unwrap_or(index),
    };
    first as u64 + 1
}
