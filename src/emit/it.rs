//! Grouping conditional instructions into IT blocks (ARMv7-M ARM A7.3.1).
//!
//! Neighbours whose conditions are equal or inverse share one IT instruction, at most four of them.
//! No slot writes flags, so the condition of each is the same wherever in the block it stands.

use super::encode::{self, Encoding};
use crate::isa::Cond;

/// How many of the conditional instructions at the start of `conds` one IT instruction covers.
pub fn group(conds: impl IntoIterator<Item = Cond>) -> usize {
    let mut conds = conds.into_iter();
    let Some(first) = conds.next() else { return 0 };
    let more = conds.take(3).take_while(|&cond| is_related(first, cond));
    1 + more.count()
}

/// The IT instruction for slots with these conditions, one to four, and its mnemonic.
pub fn header(conds: &[Cond]) -> (Encoding, String) {
    let (&first, rest) = conds.split_first().expect("an IT block is not empty");
    assert!(rest.len() <= 3 && rest.iter().all(|&cond| is_related(first, cond)));
    let same: Vec<bool> = rest.iter().map(|&cond| cond == first).collect();
    let mut text = String::from("it");
    text.extend(same.iter().map(|&same| if same { 't' } else { 'e' }));
    (encode::it(first, &same), format!("{text} {first}"))
}

fn is_related(first: Cond, other: Cond) -> bool {
    other == first || other == first.inverse()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_end_at_four_and_at_another_condition() {
        assert_eq!(group([Cond::Eq; 6]), 4);
        assert_eq!(group([Cond::Eq, Cond::Ne, Cond::Hi, Cond::Eq]), 2);
        assert_eq!(group([]), 0);
    }

    #[test]
    fn headers_match_the_manual() {
        let header = |conds: &[Cond]| super::header(conds);
        assert_eq!(header(&[Cond::Eq]).0, Encoding::Narrow(0xbf08));
        assert_eq!(header(&[Cond::Ne]).0, Encoding::Narrow(0xbf18));
        let (encoding, text) = header(&[Cond::Lt, Cond::Ge, Cond::Lt]);
        assert_eq!((encoding, text.as_str()), (Encoding::Narrow(0xbfb6), "itet lt"));
    }
}
