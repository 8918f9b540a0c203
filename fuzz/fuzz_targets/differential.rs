//! Modules made from the fuzzer's bytes, executed on the emulated core and on the reference engine.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use xtask::oracle::check_bytes;
use xtask::oracle::generate::Language;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some((wasm, report)) = check_bytes(bytes, &Language::COMPLETE) else {
        return Corpus::Reject;
    };
    if !report.passed() {
        let path = std::env::temp_dir().join(format!("differential-{}.wasm", std::process::id()));
        let saved = std::fs::write(&path, &wasm);
        panic!("{} ({saved:?}): {report:#?}", path.display());
    }
    Corpus::Keep
});
