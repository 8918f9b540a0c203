//! An emulated Cortex-M4 that counts: calls a function of a linked image and reports the cycles and the
//! executions of every instruction.
//!
//! Translated blocks are counted as they are entered and priced once, by `cycles`. A block that is not
//! followed by the next address was left by a branch.
//!
//! Imported functions are stubs: each logs its arguments, takes its result from a list, overwrites the
//! registers that AAPCS32 lets it (6.1.1), and counts nothing. The memory routines of the run-time
//! library (Run-time ABI, 4.3.4) are stubs too, for the initialisation only: what they cost is not known,
//! so a kernel that calls one is not measured.

use super::cycles::{Disassembler, Flow, Step, division_cycles};
use std::collections::{BTreeMap, HashMap};
use unicorn_engine::{Arch, ArmCpuModel, Mode, Prot, RegisterARM, Unicorn};

/// Where stubs stand, which cost nothing. Within the reach of BL from the code.
pub const STUBS: u32 = 0x0880_0000;
const STUBS_END: u32 = STUBS + PAGE;
const RETURN: u32 = 0x0900_0000;
const STACK: u32 = 0x2200_0000;
const STACK_SIZE: u32 = 0x4_0000;
const PAGE: u32 = 0x1000;
/// The emulator's number of s0; those of the others follow.
const SINGLE: i32 = RegisterARM::S0 as i32;
/// No kernel's workload comes near this.
const BLOCK_LIMIT: u64 = 20_000_000;

/// A linked program.
#[derive(Clone, Debug, Default)]
pub struct Image {
    /// Contents by address.
    pub segments: Vec<(u32, Vec<u8>)>,
    /// Bytes to reserve besides, zeroed, by address.
    pub reserved: Vec<(u32, u32)>,
    /// Addresses of defined symbols, without the Thumb bit.
    pub symbols: BTreeMap<String, u32>,
    /// Imported functions.
    pub stubs: Vec<Stub>,
}

#[derive(Clone, Debug)]
pub struct Stub {
    /// In the page at `STUBS`; it takes two bytes.
    pub address: u32,
    pub name: String,
    pub action: Action,
}

#[derive(Clone, Debug)]
pub enum Action {
    /// An imported function with this many words of arguments, at most four; what the calls return, in
    /// order, then 0.
    Import { words: usize, results: Vec<u32> },
    /// Zeroes: destination, size.
    Clear,
    /// Copies: destination, source, size.
    Copy,
}

/// A call of a stub.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Logged {
    pub name: String,
    pub args: Vec<u32>,
}

/// What one call did.
#[derive(Clone, Debug, Default)]
pub struct Run {
    pub cycles: u64,
    pub instructions: u64,
    /// r0 and r1
    pub result: [u32; 2],
    /// Every executed instruction with its count, by address.
    pub profile: BTreeMap<u32, (Step, u64)>,
}

struct Block {
    steps: Vec<Step>,
    entered: u64,
    /// How often another address than the next one followed.
    left: u64,
}

struct State {
    disassembler: Disassembler,
    blocks: HashMap<(u32, u32), Block>,
    previous: Option<(u32, u32)>,
    division_cycles: u64,
    entered: u64,
    stubs: Vec<Stub>,
    calls: Vec<u32>,
    log: Vec<Logged>,
    /// Whether the run is the initialisation.
    initialises: bool,
    failure: Option<String>,
}

pub struct Machine {
    cpu: Unicorn<'static, State>,
    symbols: BTreeMap<String, u32>,
}

impl Machine {
    /// # Errors
    /// An image whose parts overlap what the machine reserves, or the emulator's message.
    pub fn new(image: &Image) -> Result<Machine, String> {
        let state = State {
            disassembler: Disassembler::new()?,
            blocks: HashMap::new(),
            previous: None,
            division_cycles: 0,
            entered: 0,
            calls: vec![0; image.stubs.len()],
            stubs: image.stubs.clone(),
            log: Vec::new(),
            initialises: false,
            failure: None,
        };
        let cpu = Unicorn::new_with_data(Arch::ARM, Mode::THUMB | Mode::MCLASS, state);
        let mut machine = Machine { cpu: cpu.map_err(failed)?, symbols: image.symbols.clone() };
        machine.cpu.ctl_set_cpu_model(ArmCpuModel::CORTEX_M4 as i32).map_err(failed)?;
        machine.map(image)?;
        machine.hook(image)?;
        Ok(machine)
    }

    fn map(&mut self, image: &Image) -> Result<(), String> {
        let mut ranges = vec![(STUBS, PAGE), (RETURN, PAGE), (STACK - STACK_SIZE, STACK_SIZE)];
        ranges.extend(&image.reserved);
        ranges.extend(image.segments.iter().map(|(at, bytes)| (*at, bytes.len() as u32)));
        let mut pages: Vec<u32> = ranges
            .iter()
            .filter(|(_, size)| *size > 0)
            .flat_map(|&(at, size)| at / PAGE..=(at + (size - 1)) / PAGE)
            .collect();
        pages.sort_unstable();
        pages.dedup();
        for page in pages {
            let at = u64::from(page) * u64::from(PAGE);
            self.cpu.mem_map(at, u64::from(PAGE), Prot::ALL).map_err(failed)?;
        }
        for (at, bytes) in &image.segments {
            self.write(*at, bytes)?;
        }
        for stub in &image.stubs {
            self.write(stub.address, &[0x70, 0x47])?; // bx lr
        }
        self.write(RETURN, &[0x00, 0xbf, 0xfe, 0xe7]) // nop; b .
    }

    fn hook(&mut self, image: &Image) -> Result<(), String> {
        self.cpu.add_block_hook(1, 0, enter_block).map_err(failed)?;
        let (from, to) = (u64::from(STUBS), u64::from(STUBS_END - 1));
        self.cpu.add_code_hook(from, to, call_stub).map_err(failed)?;
        for (at, bytes) in &image.segments {
            for (offset, pair) in bytes.windows(4).enumerate().step_by(2) {
                if let Some((signed, rn, rm)) = division(pair) {
                    let at = u64::from(*at) + offset as u64;
                    let count = move |cpu: &mut Unicorn<'_, State>, _: u64, _: u32| {
                        let (n, m) = (register(cpu, rn), register(cpu, rm));
                        cpu.get_data_mut().division_cycles += u64::from(division_cycles(signed, n, m));
                    };
                    self.cpu.add_code_hook(at, at, count).map_err(failed)?;
                }
            }
        }
        Ok(())
    }

    pub fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), String> {
        self.cpu.mem_write(u64::from(at), bytes).map_err(failed)
    }

    pub fn read(&self, at: u32, size: usize) -> Result<Vec<u8>, String> {
        self.cpu.mem_read_as_vec(u64::from(at), size).map_err(failed)
    }

    /// The calls of stubs since the machine was made.
    pub fn log(&self) -> &[Logged] {
        &self.cpu.get_data().log
    }

    /// Calls `symbol` without arguments; it may call the memory routines.
    ///
    /// # Errors
    /// As `call`.
    pub fn initialise(&mut self, symbol: &str) -> Result<(), String> {
        self.cpu.get_data_mut().initialises = true;
        let run = self.call(symbol, &[], &[]);
        self.cpu.get_data_mut().initialises = false;
        run.map(|_| ())
    }

    /// Calls `symbol` with argument words as AAPCS32 places them: the first four in registers.
    ///
    /// # Errors
    /// A run that faults, does not return, or does not preserve r4–r11, s16–s31 and sp.
    pub fn call(&mut self, symbol: &str, registers: &[u32], stack: &[u32]) -> Result<Run, String> {
        let entry = *self.symbols.get(symbol).ok_or_else(|| format!("no symbol {symbol}"))?;
        let state = self.cpu.get_data_mut();
        state.blocks.clear();
        state.previous = None;
        state.division_cycles = 0;
        state.entered = 0;

        let sp = STACK - 0x100;
        for n in 0..13 {
            let value = if n < 4 { registers.get(n as usize) } else { None };
            self.set(n, value.copied().unwrap_or(pattern(n)))?;
        }
        for n in 0..32 {
            self.cpu.reg_write(SINGLE + n, u64::from(pattern(n))).map_err(failed)?;
        }
        let words: Vec<u8> = stack.iter().flat_map(|w| w.to_le_bytes()).collect();
        self.write(sp, &words)?;
        self.set(13, sp)?;
        self.set(14, RETURN | 1)?;
        let (from, to) = (u64::from(entry | 1), u64::from(RETURN));
        let ended = self.cpu.emu_start(from, to, 0, 0);

        if let Some(failure) = self.cpu.get_data_mut().failure.take() {
            return Err(failure);
        }
        let pc = register(&self.cpu, 15);
        ended.map_err(|e| format!("{e:?} at {pc:#x}"))?;
        if pc & !1 != RETURN {
            return Err(format!("stopped at {pc:#x}"));
        }
        if let Some(n) = (4..12).find(|&n| register(&self.cpu, n) != pattern(n)) {
            return Err(format!("r{n} is not preserved"));
        }
        let single = |n: i32| self.cpu.reg_read(SINGLE + n).map_or(0, |value| value as u32);
        if let Some(n) = (16..32).find(|&n| single(n) != pattern(n)) {
            return Err(format!("s{n} is not preserved"));
        }
        if register(&self.cpu, 13) != sp {
            return Err("sp is not preserved".to_string());
        }
        Ok(self.count())
    }

    fn set(&mut self, n: i32, value: u32) -> Result<(), String> {
        self.cpu.reg_write(register_id(n), u64::from(value)).map_err(failed)
    }

    fn count(&mut self) -> Run {
        let result = [register(&self.cpu, 0), register(&self.cpu, 1)];
        let state = self.cpu.get_data_mut();
        if let Some(last) = state.previous.and_then(|p| state.blocks.get_mut(&p)) {
            last.left += 1;
        }
        let mut run = Run { cycles: state.division_cycles, result, ..Run::default() };
        for block in state.blocks.values() {
            for step in &block.steps {
                run.instructions += block.entered;
                run.cycles += u64::from(step.cycles) * block.entered;
                run.cycles += match step.flow {
                    Flow::Next | Flow::Divides => 0,
                    Flow::Leaves(cycles) => u64::from(cycles) * block.entered,
                    Flow::MayLeave(cycles) => u64::from(cycles) * block.left + (block.entered - block.left),
                };
                let counted = run.profile.entry(step.address).or_insert_with(|| (step.clone(), 0));
                counted.1 += block.entered;
            }
        }
        run
    }
}

/// What a register holds before a call that does not pass anything in it.
fn pattern(n: i32) -> u32 {
    0x5a5a_0000 + n.cast_unsigned()
}

fn failed(error: unicorn_engine::uc_error) -> String {
    format!("emulator: {error:?}")
}

fn register_id(n: i32) -> i32 {
    match n {
        13 => RegisterARM::SP as i32,
        14 => RegisterARM::LR as i32,
        15 => RegisterARM::PC as i32,
        _ => RegisterARM::R0 as i32 + n,
    }
}

fn register(cpu: &Unicorn<'_, State>, n: i32) -> u32 {
    // Registers are 32 bits wide; the emulator's interface is not.
    cpu.reg_read(register_id(n)).map_or(0, |value| value as u32)
}

/// Whether four bytes are SDIV or UDIV (ARMv7-M ARM A7.7.127, A7.7.195), with its operands.
fn division(code: &[u8]) -> Option<(bool, i32, i32)> {
    let (first, second) = (u16::from_le_bytes([code[0], code[1]]), u16::from_le_bytes([code[2], code[3]]));
    let signed = match first & 0xfff0 {
        0xfb90 => true,
        0xfbb0 => false,
        _ => return None,
    };
    let (n, d, m) = (first & 15, second >> 8 & 15, second & 15);
    let is_division = second & 0xf0f0 == 0xf0f0 && n < 13 && d < 13 && m < 13;
    is_division.then_some((signed, i32::from(n), i32::from(m)))
}

fn enter_block(cpu: &mut Unicorn<'_, State>, address: u64, size: u32) {
    let address = address as u32;
    let in_stub = (STUBS..STUBS_END).contains(&address);
    let key = (address, size);
    let known = in_stub || cpu.get_data().blocks.contains_key(&key);
    let code = match known {
        true => Vec::new(),
        false => cpu.mem_read_as_vec(u64::from(address), size as usize).unwrap_or_default(),
    };
    let state = cpu.get_data_mut();
    if let Some(previous) = state.previous.take()
        && previous.0 + previous.1 != address
        && let Some(block) = state.blocks.get_mut(&previous)
    {
        block.left += 1;
    }
    if in_stub {
        return;
    }
    if !known {
        let steps = state.disassembler.block(&code, address).unwrap_or_else(|e| {
            state.failure = Some(e);
            Vec::new()
        });
        state.blocks.insert(key, Block { steps, entered: 0, left: 0 });
    }
    if let Some(block) = state.blocks.get_mut(&key) {
        block.entered += 1;
    }
    state.previous = Some(key);
    state.entered += 1;
    if state.entered > BLOCK_LIMIT {
        state.failure = Some("the kernel does not end".to_string());
    }
    if state.failure.is_some() {
        // It fails where nothing runs; the call reports the failure above.
        let _ = cpu.emu_stop();
    }
}

fn call_stub(cpu: &mut Unicorn<'_, State>, address: u64, _size: u32) {
    let stubs = &cpu.get_data().stubs;
    let Some(number) = stubs.iter().position(|s| u64::from(s.address) == address) else {
        return;
    };
    let argument: Vec<u32> = (0..4).map(|n| register(cpu, n)).collect();
    let state = cpu.get_data_mut();
    let stub = &state.stubs[number];
    let mut result = 0;
    match &stub.action {
        Action::Import { words, results } => {
            result = results.get(state.calls[number] as usize).copied().unwrap_or(0);
            state.calls[number] += 1;
            state.log.push(Logged { name: stub.name.clone(), args: argument[..*words].to_vec() });
        }
        _ if !state.initialises => {
            state.failure = Some(format!("the kernel calls {}", stub.name));
            // It fails where nothing runs; the call reports the failure above.
            let _ = cpu.emu_stop();
        }
        Action::Clear => write_or_fail(cpu, argument[0], vec![0; argument[1] as usize]),
        Action::Copy => {
            let (from, size) = (u64::from(argument[1]), argument[2] as usize);
            let bytes = cpu.mem_read_as_vec(from, size).unwrap_or_default();
            write_or_fail(cpu, argument[0], bytes);
        }
    }
    for (n, value) in [(0, result), (1, 0xc10b_be01), (2, 0xc10b_be02), (3, 0xc10b_be03)] {
        // Writing a core register cannot fail.
        let _ = cpu.reg_write(register_id(n), u64::from(value));
    }
    let _ = cpu.reg_write(register_id(12), 0xc10b_be0c);
}

fn write_or_fail(cpu: &mut Unicorn<'_, State>, to: u32, bytes: Vec<u8>) {
    if let Err(error) = cpu.mem_write(u64::from(to), &bytes) {
        cpu.get_data_mut().failure = Some(failed(error));
    }
}
