//! What a Cortex-M4 instruction costs, from its disassembly: the table of the Cortex-M4 Technical
//! Reference Manual (DDI 0439, 3.3.1) with zero wait states.
//!
//! | instructions | cycles |
//! |---|---|
//! | ALU, IT, MUL, MLA, xMULL, xMLAL | 1 |
//! | LDR | 2, or 1 directly after another single load or store whose result is not its address |
//! | STR | 1; with a register offset 2, or 1 in such a sequence |
//! | LDRD, STRD | 3 |
//! | LDM, STM, PUSH, POP | 1 + registers, and 3 more when pc is loaded |
//! | taken branch, BX | 3 |
//! | BL, BLX, TBB, TBH | 4 |
//! | LDR pc | 5 |
//! | SDIV, UDIV | 2 to 12, by the bits of the quotient |
//! | VMLA, VFMA | 3 |
//! | VDIV, VSQRT | 14 |
//! | VLDR, VSTR | 2, of a double 3 |
//! | VPUSH, VPOP, VLDM, VSTM | 1 + words |
//! | VMOV of two words | 2 |
//!
//! An instruction whose IT condition fails costs as if it ran. Flash wait states, stalls of the write
//! buffer and of VFP results and branch speculation are not modelled.

use capstone::arch::arm::{ArmCC, ArmOperand, ArmOperandType, ArmReg};
use capstone::arch::{BuildsCapstone, BuildsCapstoneExtraMode, DetailsArchInsn};
use capstone::{Capstone, Insn, RegId};

/// How an instruction at the end of a block leaves it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Flow {
    /// It goes on; the cycles are all there is.
    Next,
    /// It always leaves, in these cycles.
    Leaves(u32),
    /// It may leave, in these cycles; otherwise it takes one.
    MayLeave(u32),
    /// A division: its cycles depend on the operands and are counted where it runs.
    Divides,
}

/// A single load or store, which the next one can overlap.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
struct Access {
    /// What a load wrote.
    result: Option<RegId>,
    base: RegId,
    index: RegId,
}

/// An instruction of a block with its cost.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    pub address: u32,
    /// Mnemonic as disassembled, with condition and width.
    pub mnemonic: String,
    pub operands: String,
    /// Cycles, except what leaving the block or dividing costs.
    pub cycles: u32,
    pub flow: Flow,
}

/// A disassembler of ARMv7E-M code.
pub struct Disassembler(Capstone);

impl Disassembler {
    /// # Errors
    /// The message of the disassembler library.
    pub fn new() -> Result<Disassembler, String> {
        let built = Capstone::new()
            .arm()
            .mode(capstone::arch::arm::ArchMode::Thumb)
            .extra_mode([capstone::arch::arm::ArchExtraMode::MClass].into_iter())
            .detail(true)
            .build();
        built.map(Disassembler).map_err(|e| e.to_string())
    }

    /// The instructions of straight-line `code` at `address`.
    ///
    /// # Errors
    /// Bytes that are no instruction.
    pub fn block(&self, code: &[u8], address: u32) -> Result<Vec<Step>, String> {
        let insns = self.0.disasm_all(code, u64::from(address)).map_err(|e| e.to_string())?;
        let mut steps = Vec::with_capacity(insns.len());
        let mut before = None;
        for insn in insns.iter() {
            let (step, access) = self.step(insn, before)?;
            steps.push(step);
            before = access;
        }
        match insns.iter().map(|insn| insn.len()).sum::<usize>() == code.len() {
            true => Ok(steps),
            false => Err(format!("undecodable instruction after {address:#x}")),
        }
    }

    fn step(&self, insn: &Insn, before: Option<Access>) -> Result<(Step, Option<Access>), String> {
        let detail = self.0.insn_detail(insn).map_err(|e| e.to_string())?;
        let arch = detail.arch_detail();
        let arm = arch.arm().expect("the disassembler is for ARM");
        let operands: Vec<ArmOperand> = arm.operands().collect();
        let conditional = !matches!(arm.cc(), ArmCC::ARM_CC_AL | ArmCC::ARM_CC_INVALID);
        let mnemonic = insn.mnemonic().unwrap_or_default().to_string();
        let name = base_name(&mnemonic, conditional);

        let access = access(name, &operands);
        let (mut cycles, flow) = self.cost(name, &operands, conditional);
        if let (Some(now), Some(before)) = (access, before) {
            let waits = before.result.is_some_and(|r| r == now.base || r == now.index);
            if !waits && flow == Flow::Next {
                cycles = 1;
            }
        }
        let step = Step {
            address: u32::try_from(insn.address()).expect("addresses are 32 bits wide"),
            operands: insn.op_str().unwrap_or_default().to_string(),
            mnemonic,
            cycles,
            flow,
        };
        Ok((step, access.filter(|_| flow == Flow::Next)))
    }

    /// Cycles without and by control flow.
    fn cost(&self, name: &str, operands: &[ArmOperand], conditional: bool) -> (u32, Flow) {
        let leaves = |cycles| match conditional {
            true => (0, Flow::MayLeave(cycles)),
            false => (0, Flow::Leaves(cycles)),
        };
        let registers = operands.len() as u32;
        let loads_pc = operands.iter().any(is_pc);
        match name {
            "cbz" | "cbnz" => (0, Flow::MayLeave(3)),
            "b" | "bx" => leaves(3),
            "bl" | "blx" => leaves(4),
            "tbb" | "tbh" => (0, Flow::Leaves(4)),
            "pop" if loads_pc => leaves(1 + registers + 3),
            "push" | "pop" => (1 + registers, Flow::Next),
            _ if name.starts_with("ldm") && loads_pc => leaves(registers + 3),
            _ if name.starts_with("ldm") || name.starts_with("stm") => (registers, Flow::Next),
            "vpush" | "vpop" => (1 + self.words(operands), Flow::Next),
            _ if name.starts_with("vldm") || name.starts_with("vstm") => (1 + self.words(operands), Flow::Next),
            "ldrd" | "strd" => (3, Flow::Next),
            "ldr" if operands.first().is_some_and(is_pc) => leaves(5),
            _ if is_load(name) => (2, Flow::Next),
            _ if is_store(name) => (1 + u32::from(operands.iter().any(has_index)), Flow::Next),
            "vldr" | "vstr" => (1 + self.words(&operands[..1]), Flow::Next),
            "vmla" | "vmls" | "vnmla" | "vnmls" | "vfma" | "vfms" | "vfnma" | "vfnms" => (3, Flow::Next),
            "vdiv" | "vsqrt" => (14, Flow::Next),
            "vmov" if operands.iter().filter(|o| register(o).is_some()).count() >= 3 => (2, Flow::Next),
            "sdiv" | "udiv" => (0, Flow::Divides),
            "mrs" | "msr" | "dmb" | "dsb" | "isb" => (2, Flow::Next),
            "mov" | "add" if operands.first().is_some_and(is_pc) => leaves(3),
            _ => (1, Flow::Next),
        }
    }

    /// Words that a list of VFP registers holds.
    fn words(&self, operands: &[ArmOperand]) -> u32 {
        let names = operands.iter().filter_map(register).filter_map(|r| self.0.reg_name(r));
        names
            .map(|name| match name.as_bytes() {
                [b'd', ..] => 2,
                [b's', digit, ..] if digit.is_ascii_digit() => 1,
                _ => 0,
            })
            .sum()
    }
}

/// The mnemonic without width, type and condition.
fn base_name(mnemonic: &str, conditional: bool) -> &str {
    const CONDITIONS: [&str; 14] = ["eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le"];
    let name = mnemonic.split('.').next().unwrap_or_default();
    match CONDITIONS.iter().find_map(|c| name.strip_suffix(c)) {
        Some(base) if conditional => base,
        _ => name,
    }
}

fn is_load(name: &str) -> bool {
    matches!(name, "ldr" | "ldrb" | "ldrh" | "ldrsb" | "ldrsh" | "ldrt" | "ldrbt" | "ldrex")
}

fn is_store(name: &str) -> bool {
    matches!(name, "str" | "strb" | "strh" | "strt" | "strbt" | "strex")
}

fn register(operand: &ArmOperand) -> Option<RegId> {
    match operand.op_type {
        ArmOperandType::Reg(r) => Some(r),
        _ => None,
    }
}

fn is_pc(operand: &ArmOperand) -> bool {
    register(operand) == Some(RegId(ArmReg::ARM_REG_PC as u16))
}

fn has_index(operand: &ArmOperand) -> bool {
    matches!(&operand.op_type, ArmOperandType::Mem(m) if m.index().0 != 0)
}

fn access(name: &str, operands: &[ArmOperand]) -> Option<Access> {
    let result = match (is_load(name), is_store(name)) {
        (true, _) => operands.first().and_then(register),
        (_, true) => None,
        _ => return None,
    };
    operands.iter().find_map(|operand| match &operand.op_type {
        ArmOperandType::Mem(m) => Some(Access { result, base: m.base(), index: m.index() }),
        _ => None,
    })
}

/// Cycles of a division (DDI 0439, 3.3.1, note b: early termination by the leading bits).
pub fn division_cycles(signed: bool, dividend: u32, divisor: u32) -> u32 {
    let magnitude = |v: u32| {
        if signed { v.cast_signed().unsigned_abs() } else { v }
    };
    let quotient = magnitude(dividend).checked_div(magnitude(divisor)).unwrap_or(0);
    let bits = u32::BITS - quotient.leading_zeros();
    (2 + bits.div_ceil(4)).min(12)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cycles(code: &[u16]) -> Vec<(u32, Flow)> {
        let bytes: Vec<u8> = code.iter().flat_map(|h| h.to_le_bytes()).collect();
        let steps = Disassembler::new().unwrap().block(&bytes, 0x8000).unwrap();
        steps.iter().map(|s| (s.cycles, s.flow)).collect()
    }

    #[test]
    fn loads_in_sequence_overlap_unless_one_is_the_others_address() {
        // ldr r0, [r1]; ldr r2, [r3]; ldr r4, [r2]; adds r0, r0, r4; ldr r0, [r1]
        let got = cycles(&[0x6808, 0x681a, 0x6814, 0x1900, 0x6808]);
        assert_eq!(got.iter().map(|c| c.0).collect::<Vec<_>>(), [2, 1, 2, 1, 2]);
    }

    #[test]
    fn stores_with_an_index_take_two() {
        // str r0, [r1]; adds r0, r0, r4; str r0, [r1, r2]; str r0, [r1, r2]
        assert_eq!(cycles(&[0x6008, 0x1900, 0x5088, 0x5088]).iter().map(|c| c.0).collect::<Vec<_>>(), [1, 1, 2, 1]);
    }

    #[test]
    fn returns_by_pop_and_branches() {
        // push {r4, r5, lr}; pop {r4, r5, pc}
        assert_eq!(cycles(&[0xb530, 0xbd30]), [(4, Flow::Next), (0, Flow::Leaves(7))]);
        // beq.n
        assert_eq!(cycles(&[0xd0fe]), [(0, Flow::MayLeave(3))]);
        // ldmia.w sp!, {r4, r5, r6, r7, r8, pc}
        assert_eq!(cycles(&[0xe8bd, 0x81f0]), [(0, Flow::Leaves(10))]);
    }

    #[test]
    fn divisions_end_early() {
        assert_eq!(division_cycles(false, 7, 100), 2);
        assert_eq!(division_cycles(false, 0xffff_ffff, 1), 10);
        assert_eq!(division_cycles(true, 0xffff_fff0, 1), 4);
        assert_eq!(division_cycles(true, 5, 0), 2);
    }
}
