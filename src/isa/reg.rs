//! Registers: the sixteen core registers and the 32 single-precision registers of the floating-point extension, sets of
//! them, and virtual registers.

use crate::lists::Numbered;
use std::fmt;

/// Which of the two files a register belongs to. A value lives in one of them; instructions move it to the other.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Class {
    Core,
    Single,
}

/// A core register, r0–r15 (ARMv7-M ARM B1.4.1), or a single-precision one, s0–s31 (A2.5.1), which have the numbers from
/// 16 on.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reg(u8);

/// The number of s0.
const FIRST_SINGLE: u8 = 16;

impl Reg {
    pub const R0: Reg = Reg(0);
    pub const R1: Reg = Reg(1);
    pub const R2: Reg = Reg(2);
    pub const R3: Reg = Reg(3);
    pub const R4: Reg = Reg(4);
    pub const R7: Reg = Reg(7);
    pub const R11: Reg = Reg(11);
    pub const R12: Reg = Reg(12);
    pub const SP: Reg = Reg(13);
    pub const LR: Reg = Reg(14);
    pub const PC: Reg = Reg(15);

    /// How many registers there are; `index` is below.
    pub const COUNT: usize = 48;

    /// The core register of this number, which must be below 16.
    pub fn new(index: u8) -> Reg {
        assert!(index < FIRST_SINGLE, "a core register has a 4-bit number");
        Reg(index)
    }

    /// The single-precision register of this number, which must be below 32.
    pub fn single(index: u8) -> Reg {
        assert!(index < 32, "a single-precision register has a 5-bit number");
        Reg(FIRST_SINGLE + index)
    }

    /// The register with this number over both files.
    pub fn at(index: usize) -> Reg {
        assert!(index < Reg::COUNT, "there are {} registers", Reg::COUNT);
        Reg(index as u8)
    }

    pub fn class(self) -> Class {
        if self.0 < FIRST_SINGLE { Class::Core } else { Class::Single }
    }

    /// The number over both files.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The number of a core register as it stands in an encoding.
    pub fn bits(self) -> u32 {
        assert!(self.class() == Class::Core, "{self} stands where a core register belongs");
        u32::from(self.0)
    }

    /// The number of a single-precision register: four bits of an encoding and, as the lowest, a fifth elsewhere in it.
    pub fn single_bits(self) -> u32 {
        assert!(self.class() == Class::Single, "{self} stands where a single-precision register belongs");
        u32::from(self.0 - FIRST_SINGLE)
    }

    /// Whether 16-bit instructions can name the register in a 3-bit field.
    pub fn is_low(self) -> bool {
        self.0 < 8
    }
}

impl fmt::Display for Reg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            13 => f.write_str("sp"),
            14 => f.write_str("lr"),
            15 => f.write_str("pc"),
            FIRST_SINGLE.. => write!(f, "s{}", self.0 - FIRST_SINGLE),
            n => write!(f, "r{n}"),
        }
    }
}

impl fmt::Debug for Reg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A virtual register: one 32-bit value, defined once. Its class stands in `Func`.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VReg(u32);

impl VReg {
    pub fn new(index: usize) -> VReg {
        VReg(u32::try_from(index).expect("a function has fewer than 2^32 virtual registers"))
    }

    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl Numbered for VReg {
    fn number(self) -> usize {
        self.index()
    }
}

impl fmt::Display for VReg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

impl fmt::Debug for VReg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A set of registers, iterated in ascending order: core registers, then single-precision ones.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Default)]
pub struct RegSet(u64);

impl RegSet {
    pub const EMPTY: RegSet = RegSet(0);
    pub const CORE: RegSet = RegSet(0xffff);
    pub const SINGLE: RegSet = RegSet(0xffff_ffff << FIRST_SINGLE);
    /// What a called function may change (AAPCS32 6.1.1, 6.1.2.1): r0–r3, r12, lr and s0–s15.
    pub const CALLER_SAVED: RegSet = RegSet(0xffff << FIRST_SINGLE | 0b0101_0000_0000_1111);
    /// What a called function preserves: r4–r11 and s16–s31.
    pub const CALLEE_SAVED: RegSet = RegSet(0xffff_0000 << FIRST_SINGLE | 0b0000_1111_1111_0000);
    /// Core registers that can hold a value: all but sp and pc.
    pub const ALLOCATABLE: RegSet = RegSet(0b0101_1111_1111_1111);

    pub const fn from_bits(bits: u64) -> RegSet {
        RegSet(bits)
    }

    pub fn bits(self) -> u64 {
        self.0
    }

    /// Registers of a class, by the numbers that they have in it.
    pub fn of_class(class: Class, bits: u32) -> RegSet {
        match class {
            Class::Core => RegSet(bits.into()).intersection(RegSet::CORE),
            Class::Single => RegSet(u64::from(bits) << FIRST_SINGLE),
        }
    }

    /// All registers of a class.
    pub fn all(class: Class) -> RegSet {
        match class {
            Class::Core => RegSet::CORE,
            Class::Single => RegSet::SINGLE,
        }
    }

    /// Those of the class.
    pub fn in_class(self, class: Class) -> RegSet {
        self.intersection(RegSet::all(class))
    }

    pub fn of(reg: Reg) -> RegSet {
        RegSet(1 << reg.index())
    }

    pub fn contains(self, reg: Reg) -> bool {
        self.0 & RegSet::of(reg).0 != 0
    }

    pub fn insert(&mut self, reg: Reg) {
        self.0 |= RegSet::of(reg).0;
    }

    pub fn remove(&mut self, reg: Reg) {
        self.0 &= !RegSet::of(reg).0;
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    pub fn union(self, other: RegSet) -> RegSet {
        RegSet(self.0 | other.0)
    }

    pub fn intersection(self, other: RegSet) -> RegSet {
        RegSet(self.0 & other.0)
    }

    pub fn minus(self, other: RegSet) -> RegSet {
        RegSet(self.0 & !other.0)
    }

    pub fn first(self) -> Option<Reg> {
        self.iter().next()
    }

    pub fn last(self) -> Option<Reg> {
        self.0.checked_ilog2().map(|index| Reg(index as u8))
    }

    pub fn iter(self) -> impl Iterator<Item = Reg> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let lowest = (left != 0).then(|| Reg(left.trailing_zeros() as u8))?;
            left &= left - 1;
            Some(lowest)
        })
    }
}

impl FromIterator<Reg> for RegSet {
    fn from_iter<I: IntoIterator<Item = Reg>>(regs: I) -> RegSet {
        let mut set = RegSet::EMPTY;
        for reg in regs {
            set.insert(reg);
        }
        set
    }
}

impl fmt::Debug for RegSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
