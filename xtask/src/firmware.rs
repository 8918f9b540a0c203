//! Runs a linked firmware image on the emulated core, from its reset vector, with semihosting.
//!
//! The memories are those of qemu's mps2-an386 board (code from 0, RAM from 0x2000_0000), so that the same image runs
//! there too. Of semihosting (Semihosting for AArch32 and AArch64, 6) there are SYS_WRITE0 and SYS_EXIT_EXTENDED.

use object::Endianness;
use object::read::elf::{FileHeader, ProgramHeader};
use std::cell::RefCell;
use std::rc::Rc;
use unicorn_engine::{Arch, ArmCpuModel, HookType, MemType, Mode, Prot, RegisterARM, Unicorn};

const FLASH: (u64, u64) = (0, 4 << 20);
/// Where the system's registers are: here one only keeps what is written to it. The floating-point unit is always on.
const SYSTEM: (u64, u64) = (0xe000_e000, 0x1000);
const RAM: [(u64, u64); 2] = [(0x2000_0000, 4 << 20), (0x2100_0000, 16 << 20)];
/// Of a device that some images use, and its register that counts.
const DEVICE: (u64, u64) = (0x4000_0000, 0x1000);
const COUNTER: u64 = 0x4000_0010;
const WRITE0: u64 = 0x04;
const EXIT_EXTENDED: u64 = 0x20;
/// The exception that `bkpt` raises, as the emulator numbers it.
const BREAKPOINT: u32 = 7;
/// Instructions between two semihosting calls.
const LIMIT: usize = 2_000_000_000;

/// Bytes of stack that an interrupt and its handler write.
const HANDLER: u64 = 192;

/// What an image printed, and its exit status.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    pub output: String,
    pub status: u32,
}

/// Runs an executable until it exits.
///
/// # Errors
/// A file that is no executable for this board, or a run that faults.
pub fn run(elf: &[u8]) -> Result<Outcome, String> {
    execute(elf, false, None)
}

/// The same with an interrupt before every instruction, which leaves nothing of what is below the stack pointer.
///
/// # Errors
/// As `run`.
pub fn run_interrupted(elf: &[u8]) -> Result<Outcome, String> {
    execute(elf, true, None)
}

/// An access to a device.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct DeviceAccess {
    pub address: u64,
    pub bytes: usize,
    /// What is written; of a read, nothing.
    pub written: Option<i64>,
}

/// Runs an executable that uses a device at 0x4000_0000, and tells every access to it. The word at 0x4000_0010 counts its
/// reads, all else is memory.
///
/// # Errors
/// As `run`.
pub fn run_with_device(elf: &[u8]) -> Result<(Outcome, Vec<DeviceAccess>), String> {
    let accesses = Rc::new(RefCell::new(Vec::new()));
    let outcome = execute(elf, false, Some(Rc::clone(&accesses)))?;
    Ok((outcome, accesses.take()))
}

fn watch(cpu: &mut Unicorn<'_, Option<u32>>, accesses: Rc<RefCell<Vec<DeviceAccess>>>) -> Result<(), String> {
    cpu.mem_map(DEVICE.0, DEVICE.1, Prot::ALL).map_err(failed)?;
    let access = move |cpu: &mut Unicorn<'_, Option<u32>>, kind: MemType, address: u64, bytes: usize, value: i64| {
        let written = (kind == MemType::WRITE).then_some(value);
        if written.is_none() && address == COUNTER {
            let count = word(cpu, COUNTER).unwrap_or_default() + 1;
            // It is mapped above.
            let _ = cpu.mem_write(COUNTER, &count.to_le_bytes());
        }
        accesses.borrow_mut().push(DeviceAccess { address, bytes, written });
        true
    };
    let hook = HookType::MEM_READ | HookType::MEM_WRITE;
    cpu.add_mem_hook(hook, DEVICE.0, DEVICE.0 + DEVICE.1 - 1, access).map_err(failed)?;
    Ok(())
}

fn execute(elf: &[u8], interrupted: bool, device: Option<Rc<RefCell<Vec<DeviceAccess>>>>) -> Result<Outcome, String> {
    let cpu = Unicorn::new_with_data(Arch::ARM, Mode::THUMB | Mode::MCLASS, None);
    let mut cpu = cpu.map_err(failed)?;
    cpu.ctl_set_cpu_model(ArmCpuModel::CORTEX_M4 as i32).map_err(failed)?;
    for (at, size) in [FLASH, RAM[0], RAM[1], SYSTEM] {
        cpu.mem_map(at, size, Prot::ALL).map_err(failed)?;
    }
    load(&mut cpu, elf)?;
    let note = |cpu: &mut Unicorn<'_, Option<u32>>, exception| {
        *cpu.get_data_mut() = Some(exception);
        // The loop below sees where it stands.
        let _ = cpu.emu_stop();
    };
    cpu.add_intr_hook(note).map_err(failed)?;
    if let Some(accesses) = device {
        watch(&mut cpu, accesses)?;
    }
    if interrupted {
        let interrupt = |cpu: &mut Unicorn<'_, Option<u32>>, _, _| {
            // The first word of the vectors is the first stack pointer, so there is always room.
            if let Ok(sp) = cpu.reg_read(RegisterARM::SP) {
                let _ = cpu.mem_write(sp - HANDLER, &[0xa5; HANDLER as usize]);
            }
        };
        cpu.add_code_hook(1, 0, interrupt).map_err(failed)?;
    }

    let mut output = String::new();
    cpu.reg_write(RegisterARM::SP, u64::from(word(&cpu, 0)?)).map_err(failed)?;
    let mut pc = u64::from(word(&cpu, 4)?);
    loop {
        let ended = cpu.emu_start(pc | 1, 1 << 31, 0, LIMIT);
        pc = cpu.reg_read(RegisterARM::PC).map_err(failed)?;
        match cpu.get_data_mut().take() {
            Some(BREAKPOINT) => {}
            Some(exception) => return Err(format!("exception {exception} at {pc:#x}")),
            None => return Err(format!("stopped at {pc:#x}: {ended:?}")),
        }
        let operation = cpu.reg_read(RegisterARM::R0).map_err(failed)?;
        let argument = cpu.reg_read(RegisterARM::R1).map_err(failed)?;
        match operation {
            WRITE0 => output.push_str(&text(&cpu, argument)?),
            EXIT_EXTENDED => {
                return Ok(Outcome { output, status: word(&cpu, argument + 4)? });
            }
            _ => return Err(format!("semihosting operation {operation:#x} at {pc:#x}")),
        }
        pc = after_breakpoint(&cpu, pc)?;
    }
}

/// The address behind the `bkpt` at `pc`, or before it: the emulator may have stepped over it.
fn after_breakpoint(cpu: &Unicorn<'_, Option<u32>>, pc: u64) -> Result<u64, String> {
    let at = cpu.mem_read_as_vec(pc & !1, 2).map_err(failed)?;
    Ok(if at == [0xab, 0xbe] { (pc & !1) + 2 } else { pc & !1 })
}

fn load(cpu: &mut Unicorn<'_, Option<u32>>, elf: &[u8]) -> Result<(), String> {
    let malformed = |e: object::Error| e.to_string();
    let header = object::elf::FileHeader32::<Endianness>::parse(elf).map_err(malformed)?;
    let endian = header.endian().map_err(malformed)?;
    for segment in header.program_headers(endian, elf).map_err(malformed)? {
        if segment.p_type(endian) == object::elf::PT_LOAD {
            let bytes = segment.data(endian, elf).map_err(|()| "truncated segment".to_string())?;
            cpu.mem_write(u64::from(segment.p_paddr(endian)), bytes).map_err(failed)?;
        }
    }
    Ok(())
}

fn word(cpu: &Unicorn<'_, Option<u32>>, at: u64) -> Result<u32, String> {
    let mut bytes = [0; 4];
    cpu.mem_read(at, &mut bytes).map_err(failed)?;
    Ok(u32::from_le_bytes(bytes))
}

/// The zero-terminated string at an address.
fn text(cpu: &Unicorn<'_, Option<u32>>, at: u64) -> Result<String, String> {
    let mut bytes = Vec::new();
    for at in at.. {
        let byte = cpu.mem_read_as_vec(at, 1).map_err(failed)?[0];
        if byte == 0 {
            break;
        }
        bytes.push(byte);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn failed(error: unicorn_engine::uc_error) -> String {
    format!("emulator: {error:?}")
}
