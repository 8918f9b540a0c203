//! Tests of register caching as a whole: random functions, and the code of typical ones.

mod build;
mod execute;
mod large;
mod quality;
mod random;
