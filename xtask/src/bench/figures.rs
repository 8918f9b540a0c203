//! Figures by kernel and by compiler, read from and written to JSON: what earlier runs recorded.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use tinyjson::JsonValue;

/// What a kernel costs.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Figures {
    pub cycles: u64,
    pub instructions: u64,
    /// Of executable code.
    pub bytes: u32,
}

/// Figures by kernel, then by column: `gcc-O2`, `gcc-Os`, `synth-O2`, `synth-Os`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Record(pub BTreeMap<String, BTreeMap<String, Figures>>);

impl Record {
    pub fn set(&mut self, kernel: &str, column: &str, figures: Figures) {
        self.0.entry(kernel.to_string()).or_default().insert(column.to_string(), figures);
    }

    pub fn get(&self, kernel: &str, column: &str) -> Option<Figures> {
        self.0.get(kernel)?.get(column).copied()
    }

    /// # Errors
    /// A file that cannot be read or is not such JSON.
    pub fn read(path: &Path) -> Result<Record, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let record = text.parse::<JsonValue>().ok().and_then(|json| from_json(&json));
        record.ok_or_else(|| format!("{}: not a record of figures", path.display()))
    }

    /// # Errors
    /// A file that cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        std::fs::write(path, self.to_json()).map_err(|e| format!("{}: {e}", path.display()))
    }

    /// One line per kernel and column, sorted, so that two records can be compared as text.
    fn to_json(&self) -> String {
        let kernel = |(name, columns): (&String, &BTreeMap<String, Figures>)| {
            let column = |(column, figures): (&String, &Figures)| {
                let Figures { cycles, instructions, bytes } = figures;
                format!(
                    "    \"{column}\": {{\"cycles\": {cycles}, \"instructions\": {instructions}, \
                     \"bytes\": {bytes}}}"
                )
            };
            let columns: Vec<String> = columns.iter().map(column).collect();
            format!("  \"{name}\": {{\n{}\n  }}", columns.join(",\n"))
        };
        let kernels: Vec<String> = self.0.iter().map(kernel).collect();
        format!("{{\n{}\n}}\n", kernels.join(",\n"))
    }
}

fn from_json(json: &JsonValue) -> Option<Record> {
    type Object = HashMap<String, JsonValue>;
    let mut record = Record::default();
    for (kernel, columns) in json.get::<Object>()? {
        for (column, figures) in columns.get::<Object>()? {
            let figures = figures.get::<Object>()?;
            let number = |name: &str| figures.get(name)?.get::<f64>().map(|&n| n as u64);
            let figures = Figures {
                cycles: number("cycles")?,
                instructions: number("instructions")?,
                bytes: u32::try_from(number("bytes")?).ok()?,
            };
            record.set(kernel, column, figures);
        }
    }
    Some(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_survives_its_file() {
        let mut record = Record::default();
        record.set("fir", "gcc-O2", Figures { cycles: 17944, instructions: 11786, bytes: 76 });
        record.set("fir", "gcc-Os", Figures { cycles: 24980, instructions: 16005, bytes: 50 });
        record.set("crc", "gcc-O2", Figures::default());
        let json: JsonValue = record.to_json().parse().unwrap();
        assert_eq!(from_json(&json), Some(record));
    }
}
