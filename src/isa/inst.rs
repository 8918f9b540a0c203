//! Instructions: one variant per encoding family of the manual, and the one description of what each
//! reads and writes.
//!
//! `Inst::map` is that description. Liveness, spilling, assignment, the checker and the encoder's
//! flag analysis all go through it (`visit` is `map` with the result thrown away), so an operand
//! cannot be known to one of them and unknown to another.

use super::func::{StackArea, TrapCode};
use super::imm::{Imm12, Imm16, Lsb, PairOffset, ShiftAmount, ShortOffset, SplitLimit};
use super::operand::{
    Addr, AluOp, Call, Cond, Const, ExtendOp, FloatAddr, FloatAluOp, FloatUnaryOp, MemSize, Operand2, Role, Rotation,
    ShiftOp, TestOp, UnaryOp,
};
use super::reg::RegSet;

/// An instruction over registers of type `R`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Inst<R> {
    /// `op{s} rd, rn, rhs`
    Alu {
        op: AluOp,
        s: bool,
        rd: R,
        rn: R,
        rhs: Operand2<R>,
    },
    /// `addw rd, rn, #imm` or `subw`; the flags stay.
    AddWide {
        sub: bool,
        rd: R,
        rn: R,
        imm: Imm12,
    },
    /// `mov{s} rd, rhs`; with a shifted operand this is the shift by a constant.
    Mov {
        s: bool,
        rd: R,
        rhs: Operand2<R>,
    },
    /// `mvn{s} rd, rhs`
    Mvn {
        s: bool,
        rd: R,
        rhs: Operand2<R>,
    },
    /// `rd = value`, by whatever is shortest: MOVS, MOV, MVN, MOVW, VMOV, a literal. The flags stay.
    Const {
        rd: R,
        value: Const,
    },
    /// `movt rd, #imm` onto `old`
    Movt {
        rd: R,
        old: R,
        imm: Imm16,
    },
    /// `op rd, rn, rm`: shift by the bottom byte of rm. Amounts of 32 and more shift everything out.
    Shift {
        op: ShiftOp,
        s: bool,
        rd: R,
        rn: R,
        rm: R,
    },
    /// `uxtb rd, rm, ror #rotation`
    Extend {
        op: ExtendOp,
        rd: R,
        rm: R,
        rotation: Rotation,
    },
    /// `uxtab rd, rn, rm, ror #rotation`
    ExtendAdd {
        op: ExtendOp,
        rd: R,
        rn: R,
        rm: R,
        rotation: Rotation,
    },
    Mul {
        rd: R,
        rn: R,
        rm: R,
    },
    /// `mla rd, rn, rm, ra` or, subtracting, `mls`: `rd = ra ± rn * rm`
    MulAdd {
        sub: bool,
        rd: R,
        rn: R,
        rm: R,
        ra: R,
    },
    /// `umull rdlo, rdhi, rn, rm` or `smull`
    MulLong {
        signed: bool,
        rdlo: R,
        rdhi: R,
        rn: R,
        rm: R,
    },
    /// `umlal rdlo, rdhi, rn, rm` or `smlal`, onto `(oldlo, oldhi)`
    MulAddLong {
        signed: bool,
        rdlo: R,
        rdhi: R,
        oldlo: R,
        oldhi: R,
        rn: R,
        rm: R,
    },
    /// `umaal rdlo, rdhi, rn, rm`: `rn * rm + oldlo + oldhi`, all unsigned
    MulAddAddLong {
        rdlo: R,
        rdhi: R,
        oldlo: R,
        oldhi: R,
        rn: R,
        rm: R,
    },
    Div {
        signed: bool,
        rd: R,
        rn: R,
        rm: R,
    },
    Unary {
        op: UnaryOp,
        rd: R,
        rm: R,
    },
    /// `ubfx rd, rn, #lsb, #width` or `sbfx`
    BitExtract {
        signed: bool,
        rd: R,
        rn: R,
        lsb: Lsb,
        width: u8,
    },
    /// `bfi rd, rn, #lsb, #width` onto `old`
    BitInsert {
        rd: R,
        old: R,
        rn: R,
        lsb: Lsb,
        width: u8,
    },
    /// `bfc rd, #lsb, #width` onto `old`
    BitClear {
        rd: R,
        old: R,
        lsb: Lsb,
        width: u8,
    },
    /// `ssat rd, #bits, rn, shift` (bits 1–32) or `usat` (bits 0–31); `shift` is LSL or ASR.
    Saturate {
        signed: bool,
        rd: R,
        bits: u8,
        rn: R,
        shift: Option<(ShiftOp, ShiftAmount)>,
    },
    /// `cmp rn, rhs` and the like
    Test {
        op: TestOp,
        rn: R,
        rhs: Operand2<R>,
    },
    /// The inner instruction under a condition (an IT slot); where it fails, `rd` keeps `old`. The
    /// inner one defines one register, sets no flags and is no call, branch or IT slot.
    If {
        cond: Cond,
        old: R,
        inst: Box<Inst<R>>,
    },
    Load {
        size: MemSize,
        rt: R,
        addr: Addr<R>,
    },
    Store {
        size: MemSize,
        rt: R,
        addr: Addr<R>,
    },
    /// `ldr rt, [old, #offset]!` (pre) or `ldr rt, [old], #offset`; rn is the address after it.
    LoadUpdate {
        size: MemSize,
        pre: bool,
        rt: R,
        rn: R,
        old: R,
        offset: ShortOffset,
    },
    /// `str rt, [old, #offset]!` (pre) or `str rt, [old], #offset`
    StoreUpdate {
        size: MemSize,
        pre: bool,
        rt: R,
        rn: R,
        old: R,
        offset: ShortOffset,
    },
    /// `ldrd rt, rt2, [rn, #offset]`: faults unless the address is a multiple of 4.
    LoadPair {
        rt: R,
        rt2: R,
        rn: R,
        offset: PairOffset,
    },
    /// `strd rt, rt2, [rn, #offset]`: faults unless the address is a multiple of 4.
    StorePair {
        rt: R,
        rt2: R,
        rn: R,
        offset: PairOffset,
    },
    /// `ldrd rt, rt2, [old], #8` or `ldm old!, {rt, rt2}`: from old, which then grows by 8; rn is the address after it. Faults
    /// unless the address is a multiple of 4.
    LoadPairUpdate {
        rt: R,
        rt2: R,
        rn: R,
        old: R,
    },
    /// `strd rt, rt2, [old], #8` or `stm old!, {rt, rt2}`
    StorePairUpdate {
        rt: R,
        rt2: R,
        rn: R,
        old: R,
    },
    /// sp = `rn`, below everything that the function has on the stack; only where the function has a frame pointer.
    SetStack {
        rn: R,
    },
    /// `rd` = the address of a byte of the frame
    StackAddr {
        rd: R,
        area: StackArea,
        offset: u32,
    },
    /// `op.f32 sd, sn, sm`
    FloatAlu {
        op: FloatAluOp,
        sd: R,
        sn: R,
        sm: R,
    },
    /// `op.f32 sd, sm`
    FloatUnary {
        op: FloatUnaryOp,
        sd: R,
        sm: R,
    },
    /// `vcmp.f32 sn, sm`, or with zero: the flags of FPSCR, which only `FloatFlags` reads.
    FloatCompare {
        sn: R,
        sm: Option<R>,
    },
    /// `vmrs APSR_nzcv, fpscr`
    FloatFlags,
    /// `vmov sn, rt`
    ToFloat {
        sn: R,
        rt: R,
    },
    /// `vmov rt, sn`
    ToCore {
        rt: R,
        sn: R,
    },
    /// `vldr sd, addr`: faults unless the address is a multiple of 4.
    FloatLoad {
        sd: R,
        addr: FloatAddr<R>,
    },
    /// `vstr sd, addr`: faults unless the address is a multiple of 4.
    FloatStore {
        sd: R,
        addr: FloatAddr<R>,
    },
    /// `vldmia old!, {sd}` or, `down`, `vldmdb old!, {sd}`: from old, which then grows by 4, or from 4 below, where it then
    /// points; rn is the address after it. Faults unless the address is a multiple of 4.
    FloatLoadUpdate {
        down: bool,
        sd: R,
        rn: R,
        old: R,
    },
    /// `vstmia old!, {sd}` or, `down`, `vstmdb old!, {sd}`
    FloatStoreUpdate {
        down: bool,
        sd: R,
        rn: R,
        old: R,
    },
    Call(Box<Call<R>>),
    /// Branch to the function's cold trap of this code if the condition holds. Nothing is live there.
    TrapIf {
        cond: Cond,
        code: TrapCode,
    },
    /// Trap if rn is above the limit. Changes the flags.
    Guard {
        rn: R,
        limit: SplitLimit,
        code: TrapCode,
    },
    /// Trap if rn is zero (or, `nonzero`, if it is not). May change the flags.
    TrapIfZero {
        nonzero: bool,
        rn: R,
        code: TrapCode,
    },
}

impl<R: Copy> Inst<R> {
    /// The same instruction with every register replaced by what `f` makes of it, uses first.
    pub fn map<T: Copy>(&self, f: &mut impl FnMut(R, Role) -> T) -> Inst<T> {
        use Role::{Def, TiedDef, TiedUse, Use};
        match *self {
            Inst::Alu { op, s, rd, rn, rhs } => {
                let rn = f(rn, Use);
                let rhs = rhs.map(f);
                Inst::Alu { op, s, rd: f(rd, Def), rn, rhs }
            }
            Inst::AddWide { sub, rd, rn, imm } => {
                let rn = f(rn, Use);
                Inst::AddWide { sub, rd: f(rd, Def), rn, imm }
            }
            Inst::Mov { s, rd, rhs } => {
                let rhs = rhs.map(f);
                Inst::Mov { s, rd: f(rd, Def), rhs }
            }
            Inst::Mvn { s, rd, rhs } => {
                let rhs = rhs.map(f);
                Inst::Mvn { s, rd: f(rd, Def), rhs }
            }
            Inst::Const { rd, value } => Inst::Const { rd: f(rd, Def), value },
            Inst::Movt { rd, old, imm } => {
                let old = f(old, TiedUse(0));
                Inst::Movt { rd: f(rd, TiedDef(0)), old, imm }
            }
            Inst::Shift { op, s, rd, rn, rm } => {
                let (rn, rm) = (f(rn, Use), f(rm, Use));
                Inst::Shift { op, s, rd: f(rd, Def), rn, rm }
            }
            Inst::Extend { op, rd, rm, rotation } => {
                let rm = f(rm, Use);
                Inst::Extend { op, rd: f(rd, Def), rm, rotation }
            }
            Inst::ExtendAdd { op, rd, rn, rm, rotation } => {
                let (rn, rm) = (f(rn, Use), f(rm, Use));
                Inst::ExtendAdd { op, rd: f(rd, Def), rn, rm, rotation }
            }
            Inst::Mul { rd, rn, rm } => {
                let (rn, rm) = (f(rn, Use), f(rm, Use));
                Inst::Mul { rd: f(rd, Def), rn, rm }
            }
            Inst::MulAdd { sub, rd, rn, rm, ra } => {
                let (rn, rm, ra) = (f(rn, Use), f(rm, Use), f(ra, Use));
                Inst::MulAdd { sub, rd: f(rd, Def), rn, rm, ra }
            }
            Inst::MulLong { signed, rdlo, rdhi, rn, rm } => {
                let (rn, rm) = (f(rn, Use), f(rm, Use));
                Inst::MulLong { signed, rdlo: f(rdlo, Def), rdhi: f(rdhi, Def), rn, rm }
            }
            Inst::MulAddLong { signed, rdlo, rdhi, oldlo, oldhi, rn, rm } => {
                let (oldlo, oldhi) = (f(oldlo, TiedUse(0)), f(oldhi, TiedUse(1)));
                let (rn, rm) = (f(rn, Use), f(rm, Use));
                let (rdlo, rdhi) = (f(rdlo, TiedDef(0)), f(rdhi, TiedDef(1)));
                Inst::MulAddLong { signed, rdlo, rdhi, oldlo, oldhi, rn, rm }
            }
            Inst::MulAddAddLong { rdlo, rdhi, oldlo, oldhi, rn, rm } => {
                let (oldlo, oldhi) = (f(oldlo, TiedUse(0)), f(oldhi, TiedUse(1)));
                let (rn, rm) = (f(rn, Use), f(rm, Use));
                let (rdlo, rdhi) = (f(rdlo, TiedDef(0)), f(rdhi, TiedDef(1)));
                Inst::MulAddAddLong { rdlo, rdhi, oldlo, oldhi, rn, rm }
            }
            Inst::Div { signed, rd, rn, rm } => {
                let (rn, rm) = (f(rn, Use), f(rm, Use));
                Inst::Div { signed, rd: f(rd, Def), rn, rm }
            }
            Inst::Unary { op, rd, rm } => {
                let rm = f(rm, Use);
                Inst::Unary { op, rd: f(rd, Def), rm }
            }
            Inst::BitExtract { signed, rd, rn, lsb, width } => {
                let rn = f(rn, Use);
                Inst::BitExtract { signed, rd: f(rd, Def), rn, lsb, width }
            }
            Inst::BitInsert { rd, old, rn, lsb, width } => {
                let (old, rn) = (f(old, TiedUse(0)), f(rn, Use));
                Inst::BitInsert { rd: f(rd, TiedDef(0)), old, rn, lsb, width }
            }
            Inst::BitClear { rd, old, lsb, width } => {
                let old = f(old, TiedUse(0));
                Inst::BitClear { rd: f(rd, TiedDef(0)), old, lsb, width }
            }
            Inst::Saturate { signed, rd, bits, rn, shift } => {
                let rn = f(rn, Use);
                Inst::Saturate { signed, rd: f(rd, Def), bits, rn, shift }
            }
            Inst::Test { op, rn, rhs } => {
                let rn = f(rn, Use);
                Inst::Test { op, rn, rhs: rhs.map(f) }
            }
            Inst::If { cond, old, ref inst } => {
                let old = f(old, TiedUse(0));
                // Behind a reference, so that the type of the function does not grow at each level.
                let mut inner: &mut dyn FnMut(R, Role) -> T = &mut |r, role| f(r, role.under_condition());
                let inst = inst.map(&mut inner);
                Inst::If { cond, old, inst: Box::new(inst) }
            }
            Inst::Load { size, rt, addr } => {
                let addr = addr.map(f);
                Inst::Load { size, rt: f(rt, Def), addr }
            }
            Inst::Store { size, rt, addr } => {
                let rt = f(rt, Use);
                Inst::Store { size, rt, addr: addr.map(f) }
            }
            Inst::LoadUpdate { size, pre, rt, rn, old, offset } => {
                let old = f(old, TiedUse(0));
                let (rn, rt) = (f(rn, TiedDef(0)), f(rt, Def));
                Inst::LoadUpdate { size, pre, rt, rn, old, offset }
            }
            Inst::StoreUpdate { size, pre, rt, rn, old, offset } => {
                let (rt, old) = (f(rt, Use), f(old, TiedUse(0)));
                Inst::StoreUpdate { size, pre, rt, rn: f(rn, TiedDef(0)), old, offset }
            }
            Inst::LoadPair { rt, rt2, rn, offset } => {
                let rn = f(rn, Use);
                Inst::LoadPair { rt: f(rt, Def), rt2: f(rt2, Def), rn, offset }
            }
            Inst::StorePair { rt, rt2, rn, offset } => {
                let (rt, rt2, rn) = (f(rt, Use), f(rt2, Use), f(rn, Use));
                Inst::StorePair { rt, rt2, rn, offset }
            }
            Inst::LoadPairUpdate { rt, rt2, rn, old } => {
                let old = f(old, TiedUse(0));
                let (rn, rt) = (f(rn, TiedDef(0)), f(rt, Def));
                Inst::LoadPairUpdate { rt, rt2: f(rt2, Def), rn, old }
            }
            Inst::StorePairUpdate { rt, rt2, rn, old } => {
                let (rt, rt2, old) = (f(rt, Use), f(rt2, Use), f(old, TiedUse(0)));
                Inst::StorePairUpdate { rt, rt2, rn: f(rn, TiedDef(0)), old }
            }
            Inst::SetStack { rn } => Inst::SetStack { rn: f(rn, Use) },
            Inst::StackAddr { rd, area, offset } => Inst::StackAddr { rd: f(rd, Def), area, offset },
            Inst::FloatAlu { op, sd, sn, sm } => {
                let (sn, sm) = (f(sn, Use), f(sm, Use));
                Inst::FloatAlu { op, sd: f(sd, Def), sn, sm }
            }
            Inst::FloatUnary { op, sd, sm } => {
                let sm = f(sm, Use);
                Inst::FloatUnary { op, sd: f(sd, Def), sm }
            }
            Inst::FloatCompare { sn, sm } => {
                let sn = f(sn, Use);
                Inst::FloatCompare { sn, sm: sm.map(|sm| f(sm, Use)) }
            }
            Inst::FloatFlags => Inst::FloatFlags,
            Inst::ToFloat { sn, rt } => {
                let rt = f(rt, Use);
                Inst::ToFloat { sn: f(sn, Def), rt }
            }
            Inst::ToCore { rt, sn } => {
                let sn = f(sn, Use);
                Inst::ToCore { rt: f(rt, Def), sn }
            }
            Inst::FloatLoad { sd, addr } => {
                let addr = addr.map(f);
                Inst::FloatLoad { sd: f(sd, Def), addr }
            }
            Inst::FloatStore { sd, addr } => {
                let sd = f(sd, Use);
                Inst::FloatStore { sd, addr: addr.map(f) }
            }
            Inst::FloatLoadUpdate { down, sd, rn, old } => {
                let old = f(old, TiedUse(0));
                let (rn, sd) = (f(rn, TiedDef(0)), f(sd, Def));
                Inst::FloatLoadUpdate { down, sd, rn, old }
            }
            Inst::FloatStoreUpdate { down, sd, rn, old } => {
                let (sd, old) = (f(sd, Use), f(old, TiedUse(0)));
                Inst::FloatStoreUpdate { down, sd, rn: f(rn, TiedDef(0)), old }
            }
            Inst::Call(ref call) => Inst::Call(Box::new(call.map(f))),
            Inst::TrapIf { cond, code } => Inst::TrapIf { cond, code },
            Inst::Guard { rn, limit, code } => Inst::Guard { rn: f(rn, Use), limit, code },
            Inst::TrapIfZero { nonzero, rn, code } => Inst::TrapIfZero { nonzero, rn: f(rn, Use), code },
        }
    }

    /// Calls `f` on every operand with its role, uses first.
    pub fn visit(&self, mut f: impl FnMut(R, Role)) {
        match self {
            // What `map` would put into a box or a list is visited where it is.
            Inst::If { old, inst, .. } => {
                f(*old, Role::TiedUse(0));
                let inner: &mut dyn FnMut(R, Role) = &mut |r, role| f(r, role.under_condition());
                inst.visit(inner);
            }
            Inst::Call(call) => call.visit(f),
            // Nothing else owns anything that would have to be dropped.
            _ => std::mem::forget::<Inst<()>>(self.map(&mut f)),
        }
    }

    /// What the instruction destroys besides its definitions.
    pub fn clobbers(&self) -> RegSet {
        match self {
            Inst::Call(call) => call.clobbers,
            _ => RegSet::EMPTY,
        }
    }

    /// Whether NZCV differ after the instruction, or may.
    pub fn writes_flags(&self) -> bool {
        match *self {
            Inst::Alu { s, .. } | Inst::Mov { s, .. } | Inst::Mvn { s, .. } | Inst::Shift { s, .. } => s,
            Inst::Test { .. } | Inst::FloatFlags | Inst::Call(_) | Inst::TrapIfZero { .. } | Inst::Guard { .. } => true,
            _ => false,
        }
    }

    /// Whether the instruction depends on NZCV.
    pub fn reads_flags(&self) -> bool {
        match *self {
            Inst::Alu { op, .. } => matches!(op, AluOp::Adc | AluOp::Sbc),
            Inst::If { .. } | Inst::TrapIf { .. } => true,
            _ => false,
        }
    }
}
