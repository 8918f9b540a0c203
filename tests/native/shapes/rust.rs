//! What rustc makes of statics, function pointers, matches, u64 arithmetic and calls of C, without its core library.
#![feature(no_core, lang_items, intrinsics, rustc_attrs, auto_traits, arbitrary_self_types)]
#![no_core]
#![crate_type = "lib"]
#![allow(internal_features, dead_code)]
#[lang = "pointee_sized"]
pub trait PointeeSized {}
#[lang = "meta_sized"]
pub trait MetaSized: PointeeSized {}
#[lang = "sized"]
pub trait Sized: MetaSized {}
#[lang = "copy"]
pub trait Copy {}
impl Copy for u32 {}
impl Copy for u8 {}
impl Copy for u64 {}
impl<T> Copy for *const T {}
impl<T: PointeeSized> Copy for &T {}
#[lang = "drop_glue"]
unsafe fn drop_glue<T: PointeeSized>(_: *mut T) {}
#[lang = "panic_location"]
pub struct Location<'a> { file: &'a str, line: u32, column: u32 }
#[lang = "freeze"]
unsafe auto trait Freeze {}
#[lang = "sync"]
pub unsafe auto trait Sync {}
impl<T: PointeeSized> LegacyReceiver for &T {}
impl<T: PointeeSized> LegacyReceiver for &mut T {}
#[lang = "legacy_receiver"]
pub trait LegacyReceiver {}
macro_rules! operators {
    ($($item:literal $trait:ident $method:ident $op:tt)*) => { $(
        #[lang = $item]
        pub trait $trait<R = Self> { type Output; fn $method(self, other: R) -> Self::Output; }
        impl $trait for u32 { type Output = u32; fn $method(self, other: u32) -> u32 { self $op other } }
        impl $trait for u64 { type Output = u64; fn $method(self, other: u64) -> u64 { self $op other } }
    )* };
}
operators! { "add" Add add + "sub" Sub sub - "mul" Mul mul * "bitxor" BitXor bitxor ^ "bitand" BitAnd bitand & "shl" Shl shl << "shr" Shr shr >> }
#[lang = "eq"]
pub trait PartialEq<R: ?Sized = Self> { fn eq(&self, other: &R) -> bool; fn ne(&self, other: &R) -> bool; }
impl PartialEq for u32 { fn eq(&self, other: &u32) -> bool { *self == *other } fn ne(&self, other: &u32) -> bool { *self != *other } }
#[lang = "index"]
pub trait Index<I: ?Sized> { type Output: ?Sized; fn index(&self, index: I) -> &Self::Output; }
#[lang = "index_mut"]
pub trait IndexMut<I: ?Sized>: Index<I> { fn index_mut(&mut self, index: I) -> &mut Self::Output; }
macro_rules! arrays {
    ($($item:ty, $count:literal)*) => { $(
        impl Index<usize> for [$item; $count] { type Output = $item; fn index(&self, index: usize) -> &$item { &(*self)[index] } }
        impl IndexMut<usize> for [$item; $count] { fn index_mut(&mut self, index: usize) -> &mut $item { &mut (*self)[index] } }
    )* };
}
arrays! { u32, 8 u32, 16 u64, 2 Shape, 2 }
#[lang = "panic_const_shl_overflow"]
fn shl_overflow() -> ! { unsafe { rust_panic() } }
#[lang = "panic_const_shr_overflow"]
fn shr_overflow() -> ! { unsafe { rust_panic() } }
#[lang = "panic_const_add_overflow"]
fn add_overflow() -> ! { unsafe { rust_panic() } }
#[lang = "panic_const_sub_overflow"]
fn sub_overflow() -> ! { unsafe { rust_panic() } }
#[lang = "panic_const_mul_overflow"]
fn mul_overflow() -> ! { unsafe { rust_panic() } }
#[lang = "panic_bounds_check"]
fn bounds(_index: usize, _len: usize) -> ! { unsafe { rust_panic() } }
impl Copy for usize {}

extern "C" {
    fn rust_panic() -> !;
    fn putchar(c: u32) -> u32;
    static external: u32;
}

static TABLE: [u32; 8] = [3, 1, 4, 1, 5, 9, 2, 6];
static mut STATE: [u64; 2] = [0x9e37_79b9, 0];
static NAME: &'static str = "rust";
#[repr(C)]
pub struct Shape { pub area: fn(&Shape) -> u32, pub side: u32, pub next: u64 }
fn square(shape: &Shape) -> u32 { shape.side * shape.side }
fn triangle(shape: &Shape) -> u32 { (shape.side * shape.side) >> 1u32 }
static SHAPES: [Shape; 2] = [Shape { area: square, side: 7, next: 1 }, Shape { area: triangle, side: 6, next: 0 }];

#[no_mangle]
pub extern "C" fn rust_areas() -> u32 { (SHAPES[0].area)(&SHAPES[0]) * 100 + (SHAPES[1].area)(&SHAPES[1]) }
#[no_mangle]
pub extern "C" fn rust_step(by: u64) -> u64 {
    unsafe {
        STATE[1] = STATE[1] + 1;
        STATE[0] = STATE[0] * 6364136223846793005 + by;
        STATE[0] ^ (STATE[0] >> 29u64) ^ STATE[1]
    }
}
#[no_mangle]
pub extern "C" fn rust_match(n: u32) -> u32 {
    match n { 0 => 17, 1 => TABLE[3] + 40, 2 => unsafe { external }, 3 => 99, 4 => unsafe { putchar(33) }, 5 => 1000, 6 | 7 => n * 5, _ => 0 }
}
#[inline(never)]
fn fill(buffer: &mut [u32; 16], seed: u32) { let mut n = 0; loop { buffer[n] = seed * TABLE[n & 7]; n = n + 1; if n == 16 { break } } }
impl Add for usize { type Output = usize; fn add(self, other: usize) -> usize { self + other } }
impl BitAnd for usize { type Output = usize; fn bitand(self, other: usize) -> usize { self & other } }
impl PartialEq for usize { fn eq(&self, other: &usize) -> bool { *self == *other } fn ne(&self, other: &usize) -> bool { *self != *other } }
#[no_mangle]
pub extern "C" fn rust_frame(seed: u32) -> u32 {
    let mut buffer = [0u32; 16];
    fill(&mut buffer, seed);
    let (mut n, mut sum) = (0usize, 0u32);
    loop { sum = (sum << 1u32) ^ buffer[n]; n = n + 1; if n == 16 { break sum } }
}
#[no_mangle]
pub static rust_shapes: &'static [Shape; 2] = &SHAPES;
#[no_mangle]
pub extern "C" fn rust_index(n: usize) -> u32 { TABLE[n] }
