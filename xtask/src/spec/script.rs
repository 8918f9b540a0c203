//! A script, directive by directive.
//!
//! What cannot be compiled yet is skipped, together with every assertion about it: whether that is so is the compiler's word
//! ([`synth::error::Error::Unsupported`]). Everything else must be as the script says. An invalid or malformed module must
//! be refused by the validator with the features of the script's set; the compiler, which knows every proposal, must find
//! invalid what is invalid under all of them.

use std::collections::HashMap;
use std::fmt::Write as _;

use synth::error::Error;
use synth::options::{Bounds, Options};
use wasmparser::{Validator, WasmFeatures};
use wast::core::WastArgCore;
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::token::Id;
use wast::{QuoteWat, Wast, WastArg, WastDirective, WastExecute, WastInvoke, WastRet, Wat};

use super::compile::try_compile;
use super::instance::{External, Instances, LIMIT, STACK_LIMIT, Started, Stop};
use super::interface;
use super::pattern;
use super::suite::Script;
use super::tally::{Kind, Tally};
use crate::oracle::machine::Outcome;
use crate::oracle::value::Value;
use crate::replay::Recording;

/// How scripts are run.
#[derive(Clone)]
pub struct Settings<'a> {
    /// Target, bounds, alignment; names and reserves are the runner's business.
    pub options: Options,
    pub features: WasmFeatures,
    /// A linker that makes executables, instead of the oracle's.
    pub external: Option<External<'a>>,
}

const OUT_OF_BOUNDS: u8 = 4;
const EXHAUSTED: u8 = 8;
/// Instructions in which a recursion that keeps anything has used up the whole stack.
const EXHAUSTING: u64 = 10_000_000;
/// Bytes of stack that a loop may use.
const LOOP_STACK: u32 = 1 << 12;

/// Runs a script.
///
/// # Errors
/// A script that cannot be parsed, or `spectest` that cannot be made.
pub fn run(script: &Script, settings: &Settings<'_>) -> Result<Tally, String> {
    Ok(execute(script, settings, false)?.0)
}

/// Runs a script with no more memory than a board has, and records what happens.
///
/// # Errors
/// As `run`.
pub fn record(script: &Script, settings: &Settings<'_>) -> Result<(Tally, Recording), String> {
    execute(script, settings, true)
}

fn execute(script: &Script, settings: &Settings<'_>, recorded: bool) -> Result<(Tally, Recording), String> {
    let name = &script.name;
    let mut lexer = Lexer::new(&script.text);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer).map_err(|error| format!("{name}: {error}"))?;
    let parsed = parser::parse::<Wast<'_>>(&buffer).map_err(|error| format!("{name}: {error}"))?;
    let exhausts = |directive: &WastDirective<'_>| matches!(directive, WastDirective::AssertExhaustion { .. });
    let mut options = settings.options.clone();
    if parsed.directives.iter().any(exhausts) {
        options.stack_limit = Some(STACK_LIMIT.to_string());
    }
    let instances = Instances::new(options, settings.external, recorded);
    let mut runner = Runner {
        script,
        settings,
        instances: instances.map_err(|error| format!("{name}: {error}"))?,
        current: None,
        named: HashMap::new(),
        definitions: HashMap::new(),
        tally: Tally::default(),
    };
    let growths = growths(&parsed.directives);
    for (directive, growth) in parsed.directives.into_iter().zip(growths) {
        runner.instances.reserve_pages(growth);
        runner.directive(directive);
    }
    Ok((runner.tally, runner.instances.into_recording()))
}

/// For each module the largest number of pages that the actions after it may want to grow a memory by: what they pass
/// that is no more than some. 0 for other directives.
fn growths(directives: &[WastDirective<'_>]) -> Vec<u64> {
    const MOST: i32 = 1000;
    let mut growths = vec![0; directives.len()];
    let mut largest = 0;
    for (growth, directive) in growths.iter_mut().zip(directives).rev() {
        match directive {
            WastDirective::Module(_) => *growth = std::mem::take(&mut largest),
            WastDirective::AssertReturn { exec: WastExecute::Invoke(invoke), .. } => {
                let pages = invoke.args.iter().filter_map(|argument| match argument {
                    WastArg::Core(WastArgCore::I32(pages @ 0..=MOST)) => u64::try_from(*pages).ok(),
                    _ => None,
                });
                largest = pages.fold(largest, u64::max);
            }
            _ => {}
        }
    }
    growths
}

struct Runner<'s, 'a> {
    script: &'s Script,
    settings: &'s Settings<'a>,
    instances: Instances<'a>,
    /// The last instance.
    current: Option<usize>,
    named: HashMap<String, usize>,
    /// Modules that are defined and not instantiated; the last one also without a name.
    definitions: HashMap<Option<String>, Vec<u8>>,
    tally: Tally,
}

impl Runner<'_, '_> {
    fn directive(&mut self, directive: WastDirective<'_>) {
        let span = directive.span();
        let script = self.script;
        let place = || format!("{}:{}", script.name, span.linecol_in(&script.text).0 + 1);
        self.instances.set_place(place);
        let (kind, result) = self.execute(directive);
        self.tally.record(kind, place, result);
    }

    /// Executes a directive; what it asserts, and whether that holds.
    fn execute(&mut self, directive: WastDirective<'_>) -> (Kind, Result<(), Stop>) {
        match directive {
            WastDirective::Module(module) => (Kind::Setup, self.module(module)),
            WastDirective::ModuleDefinition(module) => (Kind::Setup, self.define(module)),
            WastDirective::ModuleInstance { instance, module, .. } => (Kind::Setup, self.instance(instance, module)),
            WastDirective::Register { name, module, .. } => {
                let instance = self.lookup(module);
                let registered = instance.map(|instance| self.instances.register(name, instance));
                (Kind::Setup, registered)
            }
            WastDirective::Invoke(invoke) => {
                let outcome = self.invoke(&invoke, LIMIT);
                (Kind::Setup, outcome.and_then(|outcome| returned(outcome).map(drop)))
            }
            WastDirective::AssertReturn { exec, results, .. } => (Kind::Return, self.assert_return(exec, &results)),
            WastDirective::AssertTrap { exec, message, .. } => {
                let kind = match exec {
                    WastExecute::Wat(_) => Kind::ModuleTrap,
                    WastExecute::Invoke(_) | WastExecute::Get { .. } => Kind::Trap,
                };
                (kind, self.assert_trap(exec, message))
            }
            WastDirective::AssertExhaustion { call, message, .. } => {
                (Kind::Exhaustion, self.assert_exhaustion(&call, message))
            }
            WastDirective::AssertInvalid { module, .. } | WastDirective::AssertInvalidCustom { module, .. } => {
                (Kind::Invalid, self.assert_refused(module))
            }
            WastDirective::AssertMalformed { module, .. } | WastDirective::AssertMalformedCustom { module, .. } => {
                (Kind::Malformed, self.assert_refused(module))
            }
            WastDirective::AssertUnlinkable { module, .. } => (Kind::Unlinkable, self.assert_unlinkable(module)),
            WastDirective::AssertException { .. } => (Kind::Return, skip("exceptions are not asserted")),
            WastDirective::AssertSuspension { .. } => (Kind::Return, skip("suspensions are not asserted")),
            WastDirective::Thread(_) | WastDirective::Wait { .. } => (Kind::Setup, skip("there are no threads")),
        }
    }

    fn module(&mut self, mut module: QuoteWat<'_>) -> Result<(), Stop> {
        let name = module.name();
        // What follows is about this module, whether or not it can be made.
        let (instance, result) = match encode(&mut module) {
            Ok(wasm) => self.instantiate(&wasm),
            Err(error) => (self.instances.failed(), Err(Stop::Fail(error))),
        };
        self.name(name, instance);
        running(result?)
    }

    fn define(&mut self, mut module: QuoteWat<'_>) -> Result<(), Stop> {
        let name = module.name();
        let wasm = encode(&mut module).map_err(Stop::Fail)?;
        interface::read(&wasm, self.settings.features).map_err(Stop::Fail)?;
        let name = name.map(|name| name.name().to_string());
        if name.is_some() {
            self.definitions.insert(None, wasm.clone());
        }
        self.definitions.insert(name, wasm);
        Ok(())
    }

    fn instance(&mut self, instance: Option<Id<'_>>, module: Option<Id<'_>>) -> Result<(), Stop> {
        let key = module.map(|module| module.name().to_string());
        let wasm = self.definitions.get(&key).cloned();
        let wasm = wasm.ok_or_else(|| Stop::Fail(format!("no module {key:?} is defined")))?;
        let (number, result) = self.instantiate(&wasm);
        self.name(instance, number);
        running(result?)
    }

    fn name(&mut self, name: Option<Id<'_>>, instance: usize) {
        self.current = Some(instance);
        if let Some(name) = name {
            self.named.insert(name.name().to_string(), instance);
        }
    }

    fn instantiate(&mut self, wasm: &[u8]) -> (usize, Result<Started, Stop>) {
        match interface::read(wasm, self.settings.features) {
            Ok(interface) => self.instances.instantiate(wasm, &interface),
            Err(error) => (self.instances.failed(), Err(Stop::Fail(error))),
        }
    }

    fn lookup(&self, name: Option<Id<'_>>) -> Result<usize, Stop> {
        let found = match name {
            Some(name) => self.named.get(name.name()).copied(),
            None => self.current,
        };
        found.ok_or_else(|| Stop::Fail("there is no such module".to_string()))
    }

    fn invoke(&mut self, invoke: &WastInvoke<'_>, limit: u64) -> Result<Outcome, Stop> {
        let instance = self.lookup(invoke.module)?;
        let arguments: Result<Vec<Value>, String> =
            invoke.args.iter().map(|argument: &WastArg<'_>| pattern::argument(argument)).collect();
        // Whether the module is there at all comes first.
        match arguments {
            Ok(arguments) => self.instances.call(instance, invoke.name, &arguments, limit),
            Err(error) => {
                self.instances.call(instance, invoke.name, &[], limit)?;
                Err(Stop::Fail(error))
            }
        }
    }

    /// The values of an action, or the trap that it ends with.
    fn action(&mut self, exec: WastExecute<'_>) -> Result<Outcome, Stop> {
        match exec {
            WastExecute::Invoke(invoke) => self.invoke(&invoke, LIMIT),
            WastExecute::Get { module, global, .. } => {
                let instance = self.lookup(module)?;
                let value = self.instances.global(instance, global)?;
                Ok(Outcome::Returned(vec![value]))
            }
            WastExecute::Wat(module) => {
                let wasm = encode(&mut QuoteWat::Wat(module)).map_err(Stop::Fail)?;
                match self.instantiate(&wasm).1? {
                    Started::Running => Ok(Outcome::Returned(Vec::new())),
                    Started::Trapped(code) => Ok(Outcome::Trapped(code)),
                    Started::Unlinkable(error) => Err(Stop::Fail(error)),
                }
            }
        }
    }

    fn assert_return(&mut self, exec: WastExecute<'_>, expected: &[WastRet<'_>]) -> Result<(), Stop> {
        let values = match self.action(exec)? {
            Outcome::Returned(values) => values,
            other => {
                let expected = expectation(expected);
                return Err(Stop::Fail(format!("{other:?}, expected {expected}")));
            }
        };
        let mut same = values.len() == expected.len();
        for (value, expected) in values.iter().zip(expected) {
            same &= pattern::matches(*value, expected).map_err(Stop::Fail)?;
        }
        if same { Ok(()) } else { Err(Stop::Fail(format!("{values:?}, expected {}", expectation(expected)))) }
    }

    fn assert_trap(&mut self, exec: WastExecute<'_>, message: &str) -> Result<(), Stop> {
        let expected = pattern::trap(message).map_err(Stop::Fail)?;
        // Initialisation checks its segments in any case.
        let is_call = !matches!(exec, WastExecute::Wat(_));
        if is_call && expected == OUT_OF_BOUNDS && self.settings.options.bounds != Bounds::Trap {
            return skip("bounds are not checked");
        }
        match self.action(exec)? {
            Outcome::Trapped(code) if code == expected => Ok(()),
            other => Err(Stop::Fail(format!("{other:?}, expected trap {expected}: {message}"))),
        }
    }

    /// A recursion without an end exhausts the stack, or it is a loop: of more calls than the stack has room for, at a
    /// depth of few.
    fn assert_exhaustion(&mut self, call: &WastInvoke<'_>, message: &str) -> Result<(), Stop> {
        let expected = pattern::trap(message).map_err(Stop::Fail)?;
        match self.invoke(call, EXHAUSTING)? {
            Outcome::Trapped(code) if code == expected => Ok(()),
            Outcome::Endless { stack } if expected == EXHAUSTED && stack <= LOOP_STACK => Ok(()),
            other => Err(Stop::Fail(format!("{other:?}, expected trap {expected}: {message}"))),
        }
    }

    fn assert_refused(&mut self, mut module: QuoteWat<'_>) -> Result<(), Stop> {
        let Ok(wasm) = encode(&mut module) else {
            return Ok(());
        };
        if interface::read(&wasm, self.settings.features).is_ok() {
            return Err(Stop::Fail("the validator accepts it".to_string()));
        }
        let mut validator = Validator::new_with_features(WasmFeatures::all());
        if validator.validate_all(&wasm).is_ok() {
            return Ok(());
        }
        match try_compile(&wasm, &self.settings.options)? {
            Err(Error::Invalid { .. }) => Ok(()),
            Ok(_) => Err(Stop::Fail("the compiler accepts it".to_string())),
            Err(error @ (Error::Unsupported { .. } | Error::Limit { .. })) => {
                Err(Stop::Fail(format!("the compiler does not find it invalid: {error}")))
            }
        }
    }

    fn assert_unlinkable(&mut self, module: Wat<'_>) -> Result<(), Stop> {
        let wasm = encode(&mut QuoteWat::Wat(module)).map_err(Stop::Fail)?;
        match self.instantiate(&wasm).1? {
            Started::Unlinkable(_) => Ok(()),
            other => Err(Stop::Fail(format!("{other:?}, expected not to be linked"))),
        }
    }
}

fn skip(reason: &str) -> Result<(), Stop> {
    Err(Stop::Skip(reason.to_string()))
}

/// The values of an action that must return.
fn returned(outcome: Outcome) -> Result<Vec<Value>, Stop> {
    match outcome {
        Outcome::Returned(values) => Ok(values),
        other => Err(Stop::Fail(format!("{other:?}"))),
    }
}

/// An instantiation that must succeed.
fn running(started: Started) -> Result<(), Stop> {
    match started {
        Started::Running => Ok(()),
        Started::Trapped(code) => Err(Stop::Fail(format!("initialisation ends with trap {code}"))),
        Started::Unlinkable(error) => Err(Stop::Fail(error)),
    }
}

fn expectation(expected: &[WastRet<'_>]) -> String {
    let mut text = String::from("[");
    for (index, expected) in expected.iter().enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        // Writing to a string does not fail.
        let _ = write!(text, "{separator}{expected:x?}");
    }
    text + "]"
}

/// The binary of a module in any of its forms.
fn encode(module: &mut QuoteWat<'_>) -> Result<Vec<u8>, String> {
    let one_line = |error: wast::Error| error.message();
    module.encode().map_err(one_line)
}
