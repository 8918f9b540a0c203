//! Reports as JSON, written with their keys in one order and a line for each function, so that texts can be compared too.
//!
//! ```text
//! {"module": "m", "functions": [
//!  {"name": "f", "bytes": 8, …, "dominant": "loads"}
//! ], "sum": {"bytes": 8, …, "dominant": "loads"}}
//! ```

use super::{Figure, Figures, Report};
use std::collections::HashMap;
use std::fmt::Write;
use tinyjson::JsonValue;

impl Report {
    pub fn to_json(&self) -> String {
        let functions: Vec<String> = self.functions.iter().map(|(name, figures)| object(Some(name), figures)).collect();
        format!(
            "{{\"module\": {}, \"functions\": [\n {}\n], \"sum\": {}}}\n",
            quoted(&self.module),
            functions.join(",\n "),
            object(None, &self.sum())
        )
    }

    /// A report that `to_json` wrote. Figures that it does not have are 0, and those that are not known here are ignored, so
    /// that reports of other versions can be compared.
    ///
    /// # Errors
    /// What is no report.
    pub fn from_json(text: &str) -> Result<Report, String> {
        let value: JsonValue = text.parse().map_err(|error| format!("it is no JSON: {error}"))?;
        let no_report = |what: &str| format!("it is no report: {what}");
        let top: &HashMap<String, JsonValue> = value.get().ok_or_else(|| no_report("it is no object"))?;
        let module = string(top, "module").ok_or_else(|| no_report("it has no module"))?;
        let functions: &Vec<JsonValue> =
            top.get("functions").and_then(JsonValue::get).ok_or_else(|| no_report("it has no functions"))?;
        let function = |value: &JsonValue| {
            let function: &HashMap<String, JsonValue> = value.get()?;
            Some((string(function, "name")?, figures(function)?))
        };
        let functions: Option<Vec<(String, Figures)>> = functions.iter().map(function).collect();
        let functions = functions.ok_or_else(|| no_report("a function has no name or a figure that is no number"))?;
        Ok(Report { module, functions })
    }
}

fn string(object: &HashMap<String, JsonValue>, key: &str) -> Option<String> {
    object.get(key)?.get::<String>().cloned()
}

fn figures(object: &HashMap<String, JsonValue>) -> Option<Figures> {
    let mut figures = Figures::default();
    for figure in Figure::ALL {
        if let Some(value) = object.get(figure.name()) {
            let number = *value.get::<f64>()?;
            let is_count = number >= 0.0 && number.fract() == 0.0 && number < 2f64.powi(53);
            figures.0[figure as usize] = is_count.then_some(number as u64)?;
        }
    }
    Some(figures)
}

fn object(name: Option<&str>, figures: &Figures) -> String {
    let mut text = String::from("{");
    if let Some(name) = name {
        text += &format!("\"name\": {}, ", quoted(name));
    }
    for figure in Figure::ALL {
        let _ = write!(text, "\"{}\": {}, ", figure.name(), figures.get(figure));
    }
    let dominant = figures.dominant().map_or("null".to_string(), |figure| quoted(figure.name()));
    text + &format!("\"dominant\": {dominant}}}")
}

/// A string with what JSON cannot have in it escaped (RFC 8259, section 7).
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut figures = Figures::default();
        for figure in Figure::ALL {
            figures.0[figure as usize] = 7 * figure as u64;
        }
        let functions =
            vec![("a \"b\" \\ \n\u{85}\u{2028}é".to_string(), figures), (String::new(), Figures::default())];
        let report = Report { module: "m".to_string(), functions };
        assert_eq!(Report::from_json(&report.to_json()), Ok(report));
        let empty = Report::default();
        assert_eq!(Report::from_json(&empty.to_json()), Ok(empty));
    }

    #[test]
    fn what_is_no_report_is_refused() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"module": "m"}"#,
            r#"{"module": "m", "functions": [1]}"#,
            r#"{"module": "m", "functions": [{"bytes": 1}]}"#,
            r#"{"module": "m", "functions": [{"name": "f", "bytes": -1}]}"#,
            r#"{"module": "m", "functions": [{"name": "f", "bytes": 0.5}]}"#,
            r#"{"module": "m", "functions": [{"name": "f", "bytes": "1"}]}"#,
        ] {
            assert!(Report::from_json(text).is_err(), "{text}");
        }
        let newer = r#"{"module": "m", "functions": [{"name": "f", "later": [], "bytes": 2}], "sum": {}}"#;
        let report = Report::from_json(newer).expect("a report of another version");
        assert_eq!(report.sum().get(Figure::Bytes), 2);
    }
}
