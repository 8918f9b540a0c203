//! The emulated core: an image loaded into a Cortex-M4 of unicorn, calls of its functions, and everything that AAPCS32 and
//! the architecture forbid but the emulator lets pass.
//!
//! A call starts with every register and the stack below sp full of junk. Undefined functions are `udf` stubs that stop the
//! emulator, so that a [`Host`] answers them outside of it; on the way back every register that the standard does not
//! preserve, the flags, the stack below sp and the argument words are junk again.
//!
//! Floats travel as the machine's standard says; s16–s31 are preserved, s0–s15 and the flags of FPSCR are not.
//!
//! Watched while running: multi-word accesses that are not word-aligned (the emulator carries them out, the
//! architecture faults: ARMv7-M ARM A3.2.1), the number of instructions, the address of a fault. Checked after a call: r4–r11
//! and sp, the stack above the frame, bytes that belong to no section.
//!
//! ```text
//! STACK_TOP  ┌──────────────────────┐
//!            │ caller's frame, kept │
//!            │ struct of results    │
//!            │ caller's frame, kept │
//!            │ argument words       │ belong to the callee
//!       sp → ├──────────────────────┤
//!            │ callee's frames, junk│
//! STACK_LOW  └──────────────────────┘ unmapped below: the stack is exhausted
//! ```

use std::collections::HashMap;

use unicorn_engine::unicorn_const::{Arch, HookType, MemType, Mode, Prot, uc_error};
use unicorn_engine::{ArmCpuModel, RegisterARM, Unicorn};

use super::abi::{self, Place, Results, Standard};
use super::link::{DATA_GAP, Image, PAGE, RegionKind, STUBS};
use super::value::{Random, Type, Value};

const STACK_LOW: u32 = 0x3000_0000;
const STACK_SIZE: u32 = 1 << 20;
/// What a word that prologues compare sp with holds: some distance from the end, for functions without a check.
pub const STACK_LIMIT: u32 = STACK_LOW + 0x1000;
const STACK_TOP: u32 = STACK_LOW + STACK_SIZE;
/// A fault this far below the stack is still the stack's: one frame can be large.
const STACK_GUARD: u32 = 1 << 24;
/// Bytes of a caller's frame on each side of the struct of results.
const CALLER: u32 = 64;
/// Bytes below sp that become junk at every border.
const JUNK: u32 = 256;
/// Undefined functions that there is room for after a [`Machine::load`].
const MAX_STUBS: usize = 8191;
const CALLER_BYTE: u8 = 0xc7;
/// xPSR with the Thumb bit and no IT state.
const THUMB_STATE: u64 = 1 << 24;

const CORE: [RegisterARM; 13] = [
    RegisterARM::R0,
    RegisterARM::R1,
    RegisterARM::R2,
    RegisterARM::R3,
    RegisterARM::R4,
    RegisterARM::R5,
    RegisterARM::R6,
    RegisterARM::R7,
    RegisterARM::R8,
    RegisterARM::R9,
    RegisterARM::R10,
    RegisterARM::R11,
    RegisterARM::R12,
];

const SINGLE: [RegisterARM; 32] = [
    RegisterARM::S0,
    RegisterARM::S1,
    RegisterARM::S2,
    RegisterARM::S3,
    RegisterARM::S4,
    RegisterARM::S5,
    RegisterARM::S6,
    RegisterARM::S7,
    RegisterARM::S8,
    RegisterARM::S9,
    RegisterARM::S10,
    RegisterARM::S11,
    RegisterARM::S12,
    RegisterARM::S13,
    RegisterARM::S14,
    RegisterARM::S15,
    RegisterARM::S16,
    RegisterARM::S17,
    RegisterARM::S18,
    RegisterARM::S19,
    RegisterARM::S20,
    RegisterARM::S21,
    RegisterARM::S22,
    RegisterARM::S23,
    RegisterARM::S24,
    RegisterARM::S25,
    RegisterARM::S26,
    RegisterARM::S27,
    RegisterARM::S28,
    RegisterARM::S29,
    RegisterARM::S30,
    RegisterARM::S31,
];

/// The flags of FPSCR, and its modes, which nobody changes (ARMv7-M ARM B1.4.7).
const FPSCR_FLAGS: u32 = 0xf000_0000;
const FPSCR_MODES: u32 = 0x07c0_0000;

/// How a call ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    Returned(Vec<Value>),
    /// A trap code of the object ABI.
    Trapped(u8),
    /// It did not within its instructions, and used so many bytes of stack at the end of them.
    Endless {
        stack: u32,
    },
    /// The object did what no object may do.
    Broken(String),
}

/// What a host function answers.
pub enum Answer {
    /// Values for r0–r3, as many as the function has result words.
    Words(Vec<u32>),
    /// Results of a C function that returns them in registers.
    Values(Vec<Value>),
    /// The call of the object ends with this trap.
    Trap(u8),
}

/// Answers calls of undefined functions.
pub trait Host {
    /// Runs undefined function `name`; arguments are read from, and memory is changed in `machine`.
    ///
    /// # Errors
    /// What is wrong with the call.
    fn call(&mut self, name: &str, machine: &mut Machine) -> Result<Answer, String>;
}

/// What the hooks of the emulator see.
struct Monitor {
    instructions: u64,
    limit: u64,
    exceeded: bool,
    /// Instructions of the translated blocks met so far, by address and size.
    lengths: HashMap<(u64, u32), u64>,
    violation: Option<String>,
    fault: Option<u64>,
}

pub struct Machine {
    uc: Unicorn<'static, Monitor>,
    image: Image,
    standard: Standard,
    junk: Random,
}

impl Machine {
    /// Loads an image into a core of its own. `unaligned_traps` is the core's UNALIGN_TRP: no access may be unaligned.
    /// C functions follow `standard`.
    ///
    /// # Errors
    /// The emulator's.
    pub fn new(image: Image, unaligned_traps: bool, standard: Standard) -> Result<Machine, String> {
        let uc = start(&image, unaligned_traps).map_err(|error| format!("emulator: {error:?}"))?;
        Ok(Machine { uc, image, standard, junk: Random::new(1) })
    }

    /// Adds an image that was linked behind the one that is here.
    ///
    /// # Errors
    /// The emulator's.
    pub fn load(&mut self, image: Image) -> Result<(), String> {
        if self.image.stubs.len() + image.stubs.len() > MAX_STUBS {
            return Err("too many undefined functions".to_string());
        }
        map(&mut self.uc, &image).map_err(|error| format!("emulator: {error:?}"))?;
        self.image.extend(image);
        Ok(())
    }

    /// The standard that C functions follow.
    pub fn standard(&self) -> Standard {
        self.standard
    }

    pub fn image(&self) -> &Image {
        &self.image
    }

    /// Instructions executed since the machine was made.
    pub fn instructions(&self) -> u64 {
        self.uc.get_data().instructions
    }

    /// Gives data its initial contents again.
    pub fn reset(&mut self) -> Result<(), String> {
        for region in &self.image.regions {
            if region.kind == RegionKind::Data {
                let written = self.uc.mem_write(region.address.into(), &region.bytes);
                written.map_err(|error| format!("emulator: {error:?}"))?;
            }
        }
        Ok(())
    }

    /// Calls the function at `address` with at most `limit` instructions.
    pub fn call(
        &mut self,
        address: u32,
        arguments: &[Value],
        results: &[Type],
        limit: u64,
        host: &mut dyn Host,
    ) -> Outcome {
        match self.try_call(address, arguments, results, limit, host) {
            Ok(outcome) => outcome,
            Err(message) => Outcome::Broken(message),
        }
    }

    fn try_call(
        &mut self,
        address: u32,
        arguments: &[Value],
        results: &[Type],
        limit: u64,
        host: &mut dyn Host,
    ) -> Result<Outcome, String> {
        if address & 1 == 0 {
            return Err(format!("function symbol {address:#x} has no Thumb bit"));
        }
        let types: Vec<Type> = arguments.iter().map(|argument| argument.ty).collect();
        let returned = abi::results(self.standard, results);
        let layout = abi::arguments(self.standard, &types, returned.are_hidden());
        let struct_size = match &returned {
            Results::Registers(_) => 0,
            Results::Memory(structure) => structure.size,
        };
        let struct_address = STACK_TOP - CALLER - struct_size.next_multiple_of(8);
        let sp = struct_address - CALLER - layout.stack;

        self.write(sp, &vec![CALLER_BYTE; (STACK_TOP - sp) as usize])?;
        for register in CORE {
            let junk = self.junk.next() & 0xffff_ffff;
            self.set(register, junk as u32);
        }
        for number in 0..32 {
            let junk = self.junk.next() as u32;
            self.set_single(number, junk);
        }
        if returned.are_hidden() {
            self.set(RegisterARM::R0, struct_address);
        }
        for (argument, place) in arguments.iter().zip(&layout.places) {
            self.put_argument(*argument, *place, sp)?;
        }
        self.set(RegisterARM::SP, sp);
        self.set(RegisterARM::LR, STUBS | 1);
        self.spoil_flags_and_stack(sp)?;
        let saved: Vec<u32> = CORE[4..12].iter().map(|&register| self.get(register)).collect();
        let saved_singles: Vec<u32> = (16..32).map(|number| self.single(number)).collect();
        let modes = self.get(RegisterARM::FPSCR) & !FPSCR_FLAGS;

        let monitor = self.uc.get_data_mut();
        monitor.limit = monitor.instructions.saturating_add(limit);
        monitor.exceeded = false;
        let trap = self.run(address, host)?;
        if let Some(violation) = self.uc.get_data_mut().violation.take() {
            return Err(violation);
        }
        self.check_gaps()?;
        if self.uc.get_data().exceeded {
            return Ok(Outcome::Endless { stack: sp.saturating_sub(self.get(RegisterARM::SP)) });
        }
        if let Some(code) = trap {
            self.check_caller(sp + layout.stack, struct_address, struct_size)?;
            return Ok(Outcome::Trapped(code));
        }
        self.check_singles(&saved_singles, modes)?;
        for (index, &value) in saved.iter().enumerate() {
            let now = self.get(CORE[4 + index]);
            if now != value {
                return Err(format!("r{} was {value:#x}, is {now:#x}", index + 4));
            }
        }
        let now = self.get(RegisterARM::SP);
        if now != sp {
            return Err(format!("sp was {sp:#x}, is {now:#x}"));
        }
        self.check_caller(sp + layout.stack, struct_address, struct_size)?;
        let values = match returned {
            Results::Registers(places) => {
                let values = results.iter().zip(places).map(|(&ty, place)| self.value_at(ty, place, sp));
                values.collect::<Result<_, _>>()?
            }
            Results::Memory(structure) => {
                let bytes = self.read(struct_address, structure.size)?;
                let members = results.iter().zip(&structure.offsets);
                members.map(|(&ty, &offset)| Value::from_bytes(ty, &bytes[offset as usize..])).collect()
            }
        };
        Ok(Outcome::Returned(values))
    }

    /// What a callee preserves of the floating-point unit is as it was.
    fn check_singles(&self, saved: &[u32], modes: u32) -> Result<(), String> {
        for (number, &value) in (16..).zip(saved) {
            let now = self.single(number);
            if now != value {
                return Err(format!("s{number} was {value:#x}, is {now:#x}"));
            }
        }
        let now = self.get(RegisterARM::FPSCR) & FPSCR_MODES;
        if now != modes & FPSCR_MODES {
            return Err(format!("the modes of FPSCR were {modes:#x}, are {now:#x}"));
        }
        Ok(())
    }

    /// Runs from `address` until the return (`None`) or a trap.
    fn run(&mut self, address: u32, host: &mut dyn Host) -> Result<Option<u8>, String> {
        let mut pc = address | 1;
        loop {
            self.uc.get_data_mut().fault = None;
            let ended = self.uc.emu_start(pc.into(), STUBS.into(), 0, 0);
            let at = self.get(RegisterARM::PC) & !1;
            if self.uc.get_data().violation.is_some() || self.uc.get_data().exceeded {
                return Ok(None);
            }
            match ended {
                Ok(()) if at == STUBS => return Ok(None),
                Err(uc_error::INSN_INVALID) if at == STUBS => return Ok(None),
                Err(uc_error::INSN_INVALID) if self.stub(at).is_some() => match self.serve(at, host)? {
                    Some(code) => return Ok(Some(code)),
                    None => pc = self.get(RegisterARM::PC) | 1,
                },
                Err(uc_error::INSN_INVALID) => return self.trap_code(at).map(Some),
                Ok(()) => {
                    return Err(format!("stopped at {}", self.image.describe(at)));
                }
                Err(error) => {
                    let address = self.uc.get_data().fault.unwrap_or(at.into()) as u32;
                    let guard = STACK_LOW - STACK_GUARD..STACK_LOW;
                    if guard.contains(&address) {
                        return Ok(Some(8));
                    }
                    let place = self.image.describe(at);
                    return Err(format!("{error:?} of {address:#x} at {place}"));
                }
            }
        }
    }

    fn trap_code(&self, at: u32) -> Result<u8, String> {
        let bytes = self.read(at, 2)?;
        match bytes[..] {
            [code, 0xde] if code <= 8 => Ok(code),
            _ => {
                let place = self.image.describe(at);
                Err(format!("undefined instruction {bytes:02x?} at {place}"))
            }
        }
    }

    fn stub(&self, at: u32) -> Option<usize> {
        let index = at.checked_sub(STUBS + 2)? as usize / 2;
        (index < self.image.stubs.len()).then_some(index)
    }

    /// Lets the host answer the stub at `at`, and returns from it.
    fn serve(&mut self, at: u32, host: &mut dyn Host) -> Result<Option<u8>, String> {
        let stub = self.stub(at).expect("the caller has found the stub");
        let name = self.image.stubs[stub].clone();
        let sp = self.get(RegisterARM::SP);
        if !sp.is_multiple_of(8) {
            return Err(format!("sp is {sp:#x} at the call of {name}"));
        }
        let back = self.get(RegisterARM::LR);
        if back & 1 == 0 {
            return Err(format!("lr is {back:#x} at the call of {name}"));
        }
        let answer = host.call(&name, self)?;
        if let Answer::Trap(code) = answer {
            return Ok(Some(code));
        }
        for register in [0, 1, 2, 3, 12] {
            let junk = self.junk.next() as u32;
            self.set(CORE[register], junk);
        }
        for number in 0..16 {
            let junk = self.junk.next() as u32;
            self.set_single(number, junk);
        }
        match answer {
            Answer::Trap(_) => unreachable!("returned before"),
            Answer::Words(words) => {
                CORE.iter().zip(words).take(4).for_each(|(&register, word)| self.set(register, word));
            }
            Answer::Values(values) => self.give_results(&values, sp)?,
        }
        self.spoil_flags_and_stack(sp)?;
        let junk = self.junk.next() as u32;
        self.set(RegisterARM::LR, junk);
        self.set(RegisterARM::PC, back);
        Ok(None)
    }

    /// Results of a C function to where its caller expects them.
    fn give_results(&mut self, values: &[Value], sp: u32) -> Result<(), String> {
        let types: Vec<Type> = values.iter().map(|value| value.ty).collect();
        match abi::results(self.standard, &types) {
            Results::Registers(places) => {
                values.iter().zip(places).try_for_each(|(&value, place)| self.put_argument(value, place, sp))
            }
            Results::Memory(_) => Err("these results are no registers'".to_string()),
        }
    }

    fn spoil_flags_and_stack(&mut self, sp: u32) -> Result<(), String> {
        let flags = (self.junk.next() & 0xf) << 28;
        let written = self.uc.reg_write(RegisterARM::XPSR, THUMB_STATE | flags);
        written.map_err(|error| format!("emulator: {error:?}"))?;
        let modes = self.get(RegisterARM::FPSCR) & !FPSCR_FLAGS;
        let flags = (self.junk.next() as u32) & FPSCR_FLAGS;
        self.set(RegisterARM::FPSCR, modes | flags);
        let low = sp.saturating_sub(JUNK).max(STACK_LOW);
        let junk = self.junk.bytes(sp.saturating_sub(low) as usize);
        self.write(low, &junk)
    }

    fn put_argument(&mut self, argument: Value, place: Place, sp: u32) -> Result<(), String> {
        match place {
            Place::Core(register) => {
                let register = register as usize;
                self.set(CORE[register], argument.bits as u32);
                if argument.ty.size() == 8 {
                    self.set(CORE[register + 1], (argument.bits >> 32) as u32);
                }
                Ok(())
            }
            Place::Single(register) => {
                self.set_single(register, argument.bits as u32);
                if argument.ty.size() == 8 {
                    self.set_single(register + 1, (argument.bits >> 32) as u32);
                }
                Ok(())
            }
            Place::Stack(offset) => self.write(sp + offset, &argument.to_bytes()),
        }
    }

    /// The value of an argument or result.
    fn value_at(&self, ty: Type, place: Place, sp: u32) -> Result<Value, String> {
        let pair = |word: &dyn Fn(u32) -> u32, register: u32| {
            let low = u64::from(word(register));
            let high = if ty.size() == 8 { u64::from(word(register + 1)) } else { 0 };
            Value::new(ty, high << 32 | low)
        };
        Ok(match place {
            Place::Core(register) => pair(&|number| self.word(number), register),
            Place::Single(register) => pair(&|number| self.single(number), register),
            Place::Stack(offset) => Value::from_bytes(ty, &self.read(sp + offset, ty.size())?),
        })
    }

    /// Arguments of the host function that is being called, by a standard; the words on the stack are junk afterwards.
    pub fn take_arguments(&mut self, standard: Standard, types: &[Type], hidden: bool) -> Result<Vec<Value>, String> {
        let layout = abi::arguments(standard, types, hidden);
        let sp = self.get(RegisterARM::SP);
        let places = types.iter().zip(&layout.places);
        let values: Vec<Value> = places.map(|(&ty, &place)| self.value_at(ty, place, sp)).collect::<Result<_, _>>()?;
        let junk = self.junk.bytes(layout.stack as usize);
        self.write(sp, &junk)?;
        Ok(values)
    }

    /// r0–r3 of the host function that is being called.
    pub fn word(&self, register: u32) -> u32 {
        self.get(CORE[register as usize])
    }

    fn single(&self, number: u32) -> u32 {
        self.get(SINGLE[number as usize])
    }

    fn set_single(&mut self, number: u32, value: u32) {
        self.set(SINGLE[number as usize], value);
    }

    pub fn read(&self, address: u32, size: u32) -> Result<Vec<u8>, String> {
        let bytes = self.uc.mem_read_as_vec(address.into(), size as usize);
        bytes.map_err(|_| format!("read of {size} bytes at {address:#x}, where nothing is"))
    }

    /// Reads into a buffer, for large ranges.
    pub fn read_into(&self, address: u32, buffer: &mut [u8]) -> Result<(), String> {
        let read = self.uc.mem_read(address.into(), buffer);
        read.map_err(|_| format!("read of {} bytes at {address:#x}", buffer.len()))
    }

    /// Writes data or stack.
    pub fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), String> {
        let end = u64::from(address) + bytes.len() as u64;
        let within = |low: u32, size: u32| low <= address && end <= u64::from(low) + u64::from(size);
        let mut data = self.image.regions.iter().filter(|region| region.kind == RegionKind::Data);
        let is_data = data.any(|region| within(region.address, region.bytes.len() as u32));
        if !bytes.is_empty() && !is_data && !within(STACK_LOW, STACK_SIZE) {
            let size = bytes.len();
            return Err(format!("write of {size} bytes at {address:#x}, where no data is"));
        }
        let written = self.uc.mem_write(address.into(), bytes);
        written.map_err(|error| format!("emulator: {error:?}"))
    }

    fn get(&self, register: RegisterARM) -> u32 {
        self.uc.reg_read(register).expect("the register exists") as u32
    }

    fn set(&mut self, register: RegisterARM, value: u32) {
        self.uc.reg_write(register, value.into()).expect("the register exists");
    }

    /// The caller's frame around the struct of results is as it was.
    fn check_caller(&self, low: u32, struct_address: u32, struct_size: u32) -> Result<(), String> {
        let bytes = self.read(low, STACK_TOP - low)?;
        let results = struct_address..struct_address + struct_size;
        for (address, byte) in (low..).zip(bytes) {
            if byte != CALLER_BYTE && !results.contains(&address) {
                let above = address - low;
                return Err(format!("the caller's frame changed {above} bytes above the arguments"));
            }
        }
        Ok(())
    }

    /// Bytes of data regions that belong to no section are as they were.
    fn check_gaps(&self) -> Result<(), String> {
        for region in &self.image.regions {
            if region.kind != RegionKind::Data {
                continue;
            }
            for gap in &region.gaps {
                let address = region.address + gap.start as u32;
                let bytes = self.read(address, gap.len() as u32)?;
                if let Some(at) = bytes.iter().position(|&byte| byte != DATA_GAP) {
                    let address = address + at as u32;
                    return Err(format!("{address:#x}, outside of all sections, was written"));
                }
            }
        }
        Ok(())
    }
}

fn start(image: &Image, unaligned_traps: bool) -> Result<Unicorn<'static, Monitor>, uc_error> {
    let monitor = Monitor {
        instructions: 0,
        limit: u64::MAX,
        exceeded: false,
        lengths: HashMap::new(),
        violation: None,
        fault: None,
    };
    let mut uc = Unicorn::new_with_data(Arch::ARM, Mode::THUMB | Mode::MCLASS, monitor)?;
    uc.ctl_set_cpu_model(ArmCpuModel::CORTEX_M4 as i32)?;
    map(&mut uc, image)?;
    let stubs = [0xff, 0xde].repeat(image.stubs.len().max(MAX_STUBS) + 1);
    let size = (stubs.len() as u32).next_multiple_of(PAGE);
    uc.mem_map(STUBS.into(), size.into(), Prot::READ | Prot::EXEC)?;
    uc.mem_write(STUBS.into(), &stubs)?;
    uc.mem_map(STACK_LOW.into(), STACK_SIZE.into(), Prot::READ | Prot::WRITE)?;

    uc.add_block_hook(1, 0, count_block)?;
    // The emulator loses count of IT blocks where they access memory under a hook: objects do not, but libgcc's code does.
    if !image.foreign {
        let accesses = HookType::MEM_READ | HookType::MEM_WRITE;
        uc.add_mem_hook(accesses, 1, 0, move |uc, _, address, size, _| {
            if size >= 4 && address & 3 != 0 || size == 2 && address & 1 != 0 {
                check_alignment(uc, address, unaligned_traps);
            }
            true
        })?;
    }
    let faults = HookType::MEM_UNMAPPED | HookType::MEM_PROT;
    uc.add_mem_hook(faults, 1, 0, |uc, _: MemType, address, _, _| {
        uc.get_data_mut().fault.get_or_insert(address);
        false
    })?;
    uc.ctl_flush_tb()?;
    Ok(uc)
}

/// Maps the regions of an image and writes what is in them.
fn map(uc: &mut Unicorn<'static, Monitor>, image: &Image) -> Result<(), uc_error> {
    for region in &image.regions {
        let permissions = match region.kind {
            RegionKind::Code => Prot::READ | Prot::EXEC,
            RegionKind::Constants => Prot::READ,
            RegionKind::Data => Prot::READ | Prot::WRITE,
        };
        uc.mem_map(region.address.into(), region.bytes.len() as u64, permissions)?;
        uc.mem_write(region.address.into(), &region.bytes)?;
    }
    Ok(())
}

fn count_block(uc: &mut Unicorn<'_, Monitor>, address: u64, size: u32) {
    let known = uc.get_data().lengths.get(&(address, size)).copied();
    let count = known.unwrap_or_else(|| {
        let bytes = uc.mem_read_as_vec(address, size as usize).unwrap_or_default();
        let count = instructions(&bytes);
        uc.get_data_mut().lengths.insert((address, size), count);
        count
    });
    let monitor = uc.get_data_mut();
    monitor.instructions += count;
    if monitor.instructions > monitor.limit && !monitor.exceeded {
        monitor.exceeded = true;
        // The error of a second stop would say the same as the violation.
        let _ = uc.emu_stop();
    }
}

/// Thumb instructions in a run of code (ARMv7-M ARM A5.1).
fn instructions(code: &[u8]) -> u64 {
    let mut at = 0;
    let mut count = 0;
    while at + 1 < code.len() {
        at += if code[at + 1] >= 0xe8 { 4 } else { 2 };
        count += 1;
    }
    count
}

/// Notes an unaligned access that faults: one of several words or of the floating-point unit, or `any`.
fn check_alignment(uc: &mut Unicorn<'_, Monitor>, address: u64, any: bool) {
    let pc = uc.reg_read(RegisterARM::PC).unwrap_or(0) & !1;
    let Ok(bytes) = uc.mem_read_as_vec(pc, 2) else {
        return;
    };
    let half = u16::from_le_bytes([bytes[0], bytes[1]]);
    let is_multiple = half & 0xfe00 == 0xe800;
    let is_coprocessor = half & 0xee00 == 0xec00;
    let is_short_multiple = half & 0xf000 == 0xc000;
    let is_push_or_pop = half & 0xf600 == 0xb400;
    if any || is_multiple || is_coprocessor || is_short_multiple || is_push_or_pop {
        let message = format!("instruction {half:04x} at {pc:#x} accesses {address:#x}, unaligned");
        uc.get_data_mut().violation.get_or_insert(message);
    }
}
