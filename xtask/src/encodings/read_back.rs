//! Objects read back by capstone: every instruction must be what our listing says.
//!
//! The listing's lines and the disassembled instructions of each function go side by side. Labels get the addresses of the
//! instructions behind them, literals are read from their pools, calls are checked by their relocations. What is left are
//! spellings, which [`spelled`] makes the same; it touches no register, no number and no flag.

use std::collections::HashMap;

use capstone::arch::BuildsCapstone;
use capstone::arch::BuildsCapstoneExtraMode;
use capstone::arch::arm::{ArchExtraMode, ArchMode};
use capstone::{Capstone, Insn};
use object::{Object, ObjectSection, ObjectSymbol, RelocationFlags, RelocationTarget, SectionIndex, SectionKind, elf};
use synth::Inspect;
use synth::options::Options;

/// Compiles a module and compares; how many instructions there were, and what differs.
///
/// # Errors
/// If the module does not compile, or the object cannot be read.
pub fn compare(wasm: &[u8], options: &Options) -> Result<(usize, Vec<String>), String> {
    let inspect = Inspect { listing: true, ..Inspect::default() };
    let compiled = synth::compile_with(wasm, options, &inspect).map_err(|e| e.to_string())?;
    let functions = sections(&compiled.object)?;
    let listings = paragraphs(&compiled.listing);
    if functions.len() != listings.len() {
        return Err(format!("{} sections, {} listings", functions.len(), listings.len()));
    }
    let capstone = Capstone::new().arm().mode(ArchMode::Thumb).extra_mode([ArchExtraMode::MClass].into_iter()).build();
    let capstone = capstone.map_err(|error| error.to_string())?;
    let (mut count, mut wrong) = (0, Vec::new());
    for (section, (title, lines)) in functions.iter().zip(listings) {
        let compared = section.compare(&capstone, &lines, &mut wrong);
        count += compared.map_err(|error| format!("{title}: {error}"))?;
    }
    Ok((count, wrong))
}

/// The functions of a listing: titles and lines.
fn paragraphs(listing: &str) -> Vec<(&str, Vec<&str>)> {
    let mut all: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in listing.lines().filter(|line| !line.is_empty()) {
        match all.last_mut() {
            Some((_, lines)) if line.starts_with(' ') || line.starts_with(".L") => lines.push(line),
            _ => all.push((line, Vec::new())),
        }
    }
    all
}

/// The code of one function.
struct Section {
    code: Vec<u8>,
    /// Where instructions start, and where they end.
    runs: Vec<(usize, usize)>,
    /// Symbol of a relocation and whether it is a word, by offset.
    relocations: HashMap<u64, (String, bool)>,
}

fn sections(object: &[u8]) -> Result<Vec<Section>, String> {
    let file = object::File::parse(object).map_err(|error| error.to_string())?;
    let text = file.sections().filter(|section| section.kind() == SectionKind::Text);
    text.map(|section| {
        let code = section.data().map_err(|error| error.to_string())?.to_vec();
        let runs = runs(&file, section.index(), code.len());
        let mut relocations = HashMap::new();
        for (offset, relocation) in section.relocations() {
            let RelocationTarget::Symbol(symbol) = relocation.target() else {
                return Err("a relocation without a symbol".to_string());
            };
            let symbol = file.symbol_by_index(symbol).map_err(|e| e.to_string())?;
            let name = symbol.name().map_err(|e| e.to_string())?.to_string();
            let is_word = matches!(relocation.flags(), RelocationFlags::Elf { r_type } if r_type == elf::R_ARM_ABS32);
            relocations.insert(offset, (name, is_word));
        }
        Ok(Section { code, runs, relocations })
    })
    .collect()
}

/// The runs of instructions by mapping symbols (AAELF32 5.5.5).
fn runs(file: &object::File<'_>, section: SectionIndex, size: usize) -> Vec<(usize, usize)> {
    let symbols = file.symbols().filter(|symbol| symbol.section_index() == Some(section));
    let mut marks: Vec<(usize, bool)> = symbols
        .filter_map(|symbol| match symbol.name() {
            Ok("$t") => Some((symbol.address() as usize, true)),
            Ok("$d") => Some((symbol.address() as usize, false)),
            _ => None,
        })
        .collect();
    marks.sort_unstable();
    let ends = marks.iter().skip(1).map(|mark| mark.0).chain([size]);
    let runs = marks.iter().zip(ends).filter(|((_, code), _)| *code);
    runs.map(|(&(start, _), end)| (start, end)).collect()
}

/// An instruction as it was read back.
struct Read {
    address: u64,
    text: String,
}

impl Section {
    fn read(&self, capstone: &Capstone) -> Result<Vec<Read>, String> {
        let mut all = Vec::new();
        for &(start, end) in &self.runs {
            let bytes = &self.code[start..end];
            let instructions = capstone.disasm_all(bytes, start as u64);
            let instructions = instructions.map_err(|error| error.to_string())?;
            let size: usize = instructions.iter().map(Insn::len).sum();
            if size != bytes.len() {
                return Err(format!("capstone stops at {:#x}", start + size));
            }
            all.extend(instructions.iter().map(|instruction| Read {
                address: instruction.address(),
                text: spelled(
                    instruction.mnemonic().unwrap_or_default(),
                    &numbered(instruction.op_str().unwrap_or_default()),
                ),
            }));
        }
        Ok(all)
    }

    /// Compares with the lines of the listing; how many instructions there are.
    fn compare(&self, capstone: &Capstone, lines: &[&str], wrong: &mut Vec<String>) -> Result<usize, String> {
        let read = self.read(capstone)?;
        let mut labels = HashMap::new();
        let mut pairs = Vec::new();
        let mut rest = read.iter().peekable();
        for line in lines {
            if let Some(label) = line.strip_suffix(':') {
                let padded = rest.peek().map_or(0, |read| read.address.next_multiple_of(4));
                let address = match rest.peek() {
                    Some(_) if label.starts_with(".Ltable") => padded,
                    Some(read) => read.address,
                    None => return Err(format!("nothing behind {label}")),
                };
                labels.insert(label, address);
                continue;
            }
            let line = line.trim_start();
            if line.starts_with('.') {
                // What aligns data is in no line.
                while rest.next_if(|read| read.text == "nop").is_some() {}
                continue;
            }
            pairs.push((line, rest.next().ok_or("the listing is longer")?));
        }
        while rest.next_if(|read| read.text == "nop").is_some() {}
        if rest.next().is_some() {
            return Err("the listing is shorter".to_string());
        }
        for &(line, read) in &pairs {
            if !self.agrees(line, read, &labels) {
                wrong.push(format!("{line}: capstone says {}", read.text));
            }
        }
        Ok(pairs.len())
    }

    fn agrees(&self, line: &str, read: &Read, labels: &HashMap<&str, u64>) -> bool {
        let (mnemonic, operands) = line.split_once(' ').unwrap_or((line, ""));
        if let Some((name, is_word)) = self.relocations.get(&read.address) {
            let operation = read.text.split(' ').next();
            return !is_word && operands == name && operation == Some(bare(mnemonic));
        }
        let last = operands.rsplit(", ").next().unwrap_or_default();
        if let Some(value) = last.strip_prefix('=') {
            let expected = spelled(mnemonic, &operands.replace(&format!(", ={value}"), ""));
            return self.loads(&expected, value, read);
        }
        let target = labels.get(last).copied().or_else(|| relative(last, read.address));
        let operands = match target {
            Some(target) if bare(mnemonic) == "adr" => {
                let base = (read.address + 4) & !3;
                operands.replace(last, &format!("#{}", target - base))
            }
            Some(target) => operands.replace(last, &format!("#{target}")),
            None => operands.to_string(),
        };
        let expected = spelled(mnemonic, &operands);
        expected == read.text || expected == repeated(&read.text)
    }

    /// Whether an instruction is the load `expected` of a word of this value.
    fn loads(&self, expected: &str, value: &str, read: &Read) -> bool {
        let Some((left, offset)) = read.text.split_once(", [pc, #") else {
            return false;
        };
        let offset: Option<u32> = offset.strip_suffix(']').and_then(|text| text.parse().ok());
        let Some(offset) = offset else {
            return false;
        };
        let base = (read.address as u32 + 4) & !3;
        let at = base.wrapping_add(offset) as usize;
        let Some(word) = self.code.get(at..at + 4) else {
            return false;
        };
        let word = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
        let is_value = match self.relocations.get(&(at as u64)) {
            Some((name, is_word)) => {
                let text = match word.cast_signed() {
                    0 => name.clone(),
                    addend => format!("{name}{addend:+}"),
                };
                *is_word && text == value
            }
            None => number(value) == Some(word),
        };
        left == expected && is_value
    }
}

/// An operation with its first operand twice, which is left out where the encoding has it once.
fn repeated(text: &str) -> String {
    match text.split_once(' ').zip(text.split_once(", ")) {
        Some(((_, operands), (first, _))) => format!("{first}, {operands}"),
        None => text.to_string(),
    }
}

/// `. + n` at an address.
fn relative(operand: &str, address: u64) -> Option<u64> {
    let distance: u64 = operand.strip_prefix(". + ")?.parse().ok()?;
    Some(address + distance)
}

fn number(text: &str) -> Option<u32> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let value = match text.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => text.parse().ok()?,
    };
    Some(if negative { value.wrapping_neg() } else { value })
}

/// Operands with the registers that AAPCS32 has names for by their numbers.
fn numbered(operands: &str) -> String {
    let names = [("sb", "r9"), ("sl", "r10"), ("fp", "r11"), ("ip", "r12")];
    let is_name = |c: char| c.is_ascii_alphanumeric();
    let mut text = String::new();
    let mut rest = operands;
    while let Some(start) = rest.find(is_name) {
        let (before, word) = rest.split_at(start);
        let end = word.find(|c| !is_name(c)).unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        text += before;
        text += names.iter().find(|name| name.0 == word).map_or(word, |name| name.1);
        rest = after;
    }
    text + rest
}

/// A mnemonic without the width, which the assemblers have checked.
fn bare(mnemonic: &str) -> &str {
    let mnemonic = mnemonic.strip_suffix(".w").unwrap_or(mnemonic);
    mnemonic.strip_suffix(".n").unwrap_or(mnemonic)
}

/// One spelling of an instruction: numbers in decimal modulo 2^32, no offset of 0, flags in lower case.
fn spelled(mnemonic: &str, operands: &str) -> String {
    let mut text = bare(mnemonic).to_string();
    let mut separator = ' ';
    for operand in operands.split(", ").filter(|operand| !operand.is_empty()) {
        text.push(separator);
        if separator == ',' {
            text.push(' ');
        }
        separator = ',';
        match operand.find('#') {
            Some(at) => {
                let (before, digits) = operand.split_at(at);
                let end = digits.find([']', '!', ' ']).unwrap_or(digits.len());
                let (digits, after) = digits.split_at(end);
                let digits = match number(&digits[1..]) {
                    Some(value) => format!("#{value}"),
                    // Floats; one that is 0 is spelled as an integer too.
                    None => digits[1..].parse().map_or(digits.to_string(), |value: f32| format!("#{value}")),
                };
                text += before;
                text += &digits;
                text += after;
            }
            None if operand == "APSR_nzcv" => text += "apsr_nzcv",
            None => text += operand,
        }
    }
    text
}
