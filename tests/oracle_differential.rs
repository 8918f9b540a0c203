//! The entry of the fuzz target, fed with seeded bytes for some seconds.

use std::time::{Duration, Instant};

use xtask::oracle::check_bytes;
use xtask::oracle::generate::Language;
use xtask::oracle::value::Random;

#[test]
fn seeded_bytes_agree() {
    let end = Instant::now() + Duration::from_secs(8);
    let mut compared = 0;
    for index in 0.. {
        if Instant::now() > end && index >= 16 {
            break;
        }
        let mut random = Random::stream(0xd1ff, index);
        let length = 300 + random.below(6000) as usize;
        let bytes = random.bytes(length);
        let Some((wasm, report)) = check_bytes(&bytes, &Language::default()) else {
            continue;
        };
        assert!(
            report.passed(),
            "stream {index}, {} bytes of wasm: {report:#?}",
            wasm.len()
        );
        compared += report.returned + report.trapped();
    }
    assert!(compared > 0, "no call was compared");
}
