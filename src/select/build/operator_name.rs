//! Operators by their names in the text format, for messages.

use wasmparser::Operator;

/// What precedes the dot of a name.
const PREFIXES: [&str; 22] = [
    "i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2", "v128", "i32", "i64", "f32", "f64", "local", "global",
    "table", "memory", "data", "elem", "ref", "struct", "array", "any", "i31",
];

macro_rules! visitor_name {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        fn visitor_name(operator: &Operator<'_>) -> &'static str {
            match operator {
                $(Operator::$op $({ $($arg: _),* })? => stringify!($visit),)*
                _ => "visit_unknown_operator",
            }
        }
    };
}
wasmparser::for_each_operator!(visitor_name);

/// The name of an operator, as the text format spells it.
pub fn of(operator: &Operator<'_>) -> String {
    let name = visitor_name(operator).trim_start_matches("visit_");
    let dotted = PREFIXES.iter().find_map(|prefix| {
        let rest = name.strip_prefix(prefix)?.strip_prefix('_')?;
        Some(format!("{prefix}.{}", rest.replace("atomic_", "atomic.")))
    });
    dotted.unwrap_or_else(|| name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_text_format() {
        assert_eq!(of(&Operator::I64ExtendI32S), "i64.extend_i32_s");
        assert_eq!(of(&Operator::I8x16Add), "i8x16.add");
        assert_eq!(of(&Operator::BrIf { relative_depth: 0 }), "br_if");
        assert_eq!(of(&Operator::TableSize { table: 0 }), "table.size");
    }
}
